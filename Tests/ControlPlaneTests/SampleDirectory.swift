import ControlPlane
import Overlay
import Packet
import PolicyEngine

/// Keys, hosts and contexts that the tests of the overlay share.
enum SampleDirectory {
    /// The public keys of three hosts: of fixed private keys, so that failures repeat.
    static let keys: [PublicKey] = (1...4).map { number in
        PrivateKey(bytes: [UInt8](repeating: UInt8(number), count: 32).span.bytes)!.publicKey
    }

    /// The host `hv1`, with the networks `default` and `blue`.
    static var context: DirectoryContext {
        var context = DirectoryContext(host: "hv1", networks: ["default", "blue"])
        context.publicKeys = [keys[0]]
        context.address = IPAddress("10.98.0.1")
        context.listen = UnderlayAddress("0.0.0.0:51820")
        return context
    }

    /// As in the contract: `hv2` with one VM, beside an entry of `hv1` itself.
    static let text = """
        hosts:
          hv1: {public-key: "\(keys[0])", address: 10.98.0.1, endpoint: "192.0.2.1:51820"}
          hv2:
            public-key: \(keys[1])
            endpoint: 192.0.2.2:51820
            address: 10.98.0.2
            kind: vswitch            # or linux
            vms:
              db1: {network: blue, mac: "52:54:00:00:00:12", ip: [10.66.0.12], labels: {role: db}}

        """

    /// The directory in `text` for the host of `context`.
    static func read(
        _ text: String, _ context: DirectoryContext = context
    ) throws(PolicyErrors) -> Directory {
        try DirectoryFile.read(PolicySource(path: "d.yaml", text: text), in: context)
    }

    /// The faults of `text`, each as `LINE:COLUMN MESSAGE | HINT`.
    static func faults(_ text: String, _ context: DirectoryContext = context) -> [String] {
        do throws(PolicyErrors) {
            _ = try read(text, context)
            return []
        } catch {
            return error.errors.map { "\($0.line):\($0.column) \($0.message) | \($0.hint)" }
        }
    }

    /// A directory of `hv2` whose entry ends with these lines.
    static func hv2(_ lines: String...) -> String {
        let start = "hosts:\n  hv2:\n    public-key: \(keys[1])\n    endpoint: 192.0.2.2:51820\n"
        return start + (["address: 10.98.0.2"] + lines).map { "    \($0)\n" }.joined()
    }

    /// A directory of `hv2` with these VMs, one a line.
    static func vms(_ lines: String...) -> String {
        hv2("vms:") + lines.map { "      \($0)\n" }.joined()
    }
}

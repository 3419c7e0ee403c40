import Overlay
import Packet
import Yams

// The section `overlay:` of the host's configuration.
extension OverlaySettings {
    private static let keys = "listen, address, underlay-mtu"

    /// The settings that stand at `node`.
    init(_ node: Node, _ file: HostConfigurationFile) throws(StartError) {
        guard let mapping = node.mapping else {
            throw file.fault(
                node, "'overlay' must hold keys and values, as in 'address: 10.98.0.1'")
        }
        guard let address = mapping["address"] else {
            throw file.fault(
                node,
                "'overlay' needs this host's address inside the encryption: add"
                    + " 'address: 10.98.0.1'")
        }
        self.init(address: try Self.address(address, file))
        for (key, value) in mapping {
            switch key.scalar?.string ?? "" {
            case "address": continue
            case "listen": listen = try Self.listen(value, file)
            case "underlay-mtu": underlayMTU = try Self.mtu(value, file)
            case let word:
                throw file.fault(
                    key, "'\(word)' is not a known key of 'overlay'; known are \(Self.keys)")
            }
        }
        try checkMTU(mapping["underlay-mtu"] ?? node, file)
    }

    private static func address(
        _ node: Node, _ file: HostConfigurationFile
    ) throws(StartError) -> IPAddress {
        guard let text = node.scalar?.string, let address = IPAddress(text), address.isHost else {
            throw file.fault(
                node,
                "'address' must be the IP address of a host, as 10.98.0.1 or fd98::1,"
                    + " without a prefix length")
        }
        return address
    }

    private static func listen(
        _ node: Node, _ file: HostConfigurationFile
    ) throws(StartError) -> UnderlayAddress {
        guard let text = node.scalar?.string, let listen = UnderlayAddress(text),
            !listen.address.isMulticast
        else {
            throw file.fault(
                node,
                "'listen' must be an address of this host and a UDP port, as 0.0.0.0:51820,"
                    + " or \"[::]:51820\" for both families")
        }
        return listen
    }

    private static func mtu(
        _ node: Node, _ file: HostConfigurationFile
    ) throws(StartError) -> Int {
        let text = node.scalar?.string ?? ""
        if text == "auto" {
            throw file.fault(
                node,
                "'underlay-mtu: auto' is not yet supported; write the physical network's MTU,"
                    + " as 1500")
        }
        guard let mtu = Int(text), "\(mtu)" == text else {
            throw file.fault(node, "'underlay-mtu' must be a whole number of bytes, as 1500")
        }
        return mtu
    }

    /// The MTU must leave something for guests, whichever family the datagrams turn out to have.
    private func checkMTU(_ node: Node, _ file: HostConfigurationFile) throws(StartError) {
        guard mtu(underlayIsIPv6: true) == nil else { return }
        throw file.fault(
            node,
            "'underlay-mtu' of \(underlayMTU) bytes leaves guests less than"
                + " \(OverlayMTU.guestMin); the most is 65535")
    }

    /// What the underlay's MTU leaves for each layer.
    package func mtu(underlayIsIPv6: Bool) -> OverlayMTU? {
        OverlayMTU(
            underlay: underlayMTU, underlayIsIPv6: underlayIsIPv6,
            innerIsIPv6: !address.isIPv4)
    }
}

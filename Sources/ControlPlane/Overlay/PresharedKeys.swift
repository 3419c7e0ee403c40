import Overlay

/// The keys that this host shares with single others, from the files that the directory names.
package struct PresharedKeys: Sendable {
    /// The keys, by host.
    package private(set) var keys: [String: PresharedKey] = [:]
    /// Why a host's key cannot be had. That host is not spoken to: never without its key.
    package private(set) var faults: [String: PrivateFileError] = [:]

    /// No host shares a key.
    package init() {}

    /// Reads the file of each host that has one.
    package init(of hosts: [Directory.Host]) {
        for host in hosts {
            guard let path = host.presharedKeyFile else { continue }
            do throws(PrivateFileError) {
                keys[host.name] = try PresharedKey.read(path)
            } catch {
                faults[host.name] = error
            }
        }
    }
}

extension PresharedKey {
    /// The key in the file at `path`, in base64 as `wg genpsk` writes it.
    package static func read(_ path: String) throws(PrivateFileError) -> PresharedKey {
        guard var bytes = try PrivateFile(path: path).read() else {
            throw PrivateFileError(path, "does not exist: make it with 'wg genpsk', mode 0600")
        }
        defer { for index in bytes.indices { bytes[index] = 0 } }
        let text = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
        guard let key = PresharedKey(base64: String(decoding: text, as: UTF8.self)) else {
            throw PrivateFileError(path, "holds no key in base64, as 'wg genpsk' writes it")
        }
        return key
    }
}

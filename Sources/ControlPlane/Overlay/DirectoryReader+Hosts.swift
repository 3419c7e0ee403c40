import Overlay
import Packet
import PolicyEngine

// A host: one function for each of its keys.
extension DirectoryReader {
    private static let hostKeys = [
        "public-key", "public-keys", "preshared-key-file", "endpoint", "address", "kind", "roaming",
        "persistent-keepalive", "vms",
    ]

    mutating func host(_ name: String, _ frame: YAMLFrame) -> Directory.Host {
        var host = Directory.Host(name: name)
        let hint = "write its keys below, as in `address: 10.98.0.2`"
        for (key, value) in entries(frame, "the keys of a host", hint) {
            note(.host(name) / key.string, at: value.position)
            read(key, value, into: &host)
        }
        return host
    }

    private mutating func read(
        _ key: LocatedText, _ value: YAMLFrame, into host: inout Directory.Host
    ) {
        switch key.string {
        case "public-key", "public-keys": host.publicKeys += publicKeys(value, of: host, key)
        case "preshared-key-file": host.presharedKeyFile = path(value)
        case "endpoint": host.endpoint = endpoint(value)
        case "address": host.address = address(value)
        case "kind": host.kind = kind(value) ?? .vswitch
        case "roaming": host.roams = flag(value)
        case "persistent-keepalive": host.persistentKeepalive = seconds(value)
        case "vms": host.vms = vms(value, of: host.name)
        default: refuse(key, known: Self.hostKeys)
        }
    }

    private mutating func publicKeys(
        _ frame: YAMLFrame, of host: Directory.Host, _ key: LocatedText
    ) -> [PublicKey] {
        guard host.publicKeys.isEmpty else {
            diagnostics.report(
                at: key.position, "`public-key` and `public-keys` say the same of one host",
                hint: "keep one: `public-keys: [NEW, OLD]` while a key is being replaced")
            return []
        }
        let keys = items(frame).compactMap { frame in
            value(
                frame, "a public key",
                hint: "it is 32 bytes in base64, 44 characters that end in `=`: what "
                    + "`vswctl overlay pubkey` prints on that host"
            ) { PublicKey(base64: $0) }
        }
        for (index, item) in items(frame).enumerated() {
            note(.host(host.name) / "public-key" / "\(index)", at: item.position)
        }
        return keys
    }

    private mutating func path(_ frame: YAMLFrame) -> String? {
        value(
            frame, "the path of a file",
            hint: "write the whole path, as in /etc/vswitch/hv1-hv2.psk; the key itself never "
                + "stands here"
        ) { $0.hasPrefix("/") && !$0.utf8.contains(0) ? $0 : nil }
    }

    private mutating func endpoint(_ frame: YAMLFrame) -> UnderlayAddress? {
        value(
            frame, "an address and a UDP port",
            hint: "write 192.0.2.2:51820 or \"[2001:db8::2]:51820\"; names are not looked up"
        ) { text in
            UnderlayAddress(text).flatMap { $0.address.isDestination ? $0 : nil }
        }
    }

    private mutating func address(_ frame: YAMLFrame) -> IPAddress? {
        value(
            frame, "the address of a host on the overlay",
            hint: "write 10.98.0.2 or \"fd98::2\", without a prefix length"
        ) { text in
            IPAddress(text).flatMap { $0.isHost ? $0 : nil }
        }
    }

    private mutating func kind(_ frame: YAMLFrame) -> Directory.Kind? {
        value(
            frame, "a kind of host",
            hint: "write `vswitch`, or `linux` for WireGuard and VXLAN of a kernel"
        ) { Directory.Kind(rawValue: $0) }
    }

    private mutating func flag(_ frame: YAMLFrame) -> Bool {
        value(frame, "`true` or `false`", hint: "write one of the two words") { text in
            ["true": true, "false": false][text]
        } ?? false
    }

    private mutating func seconds(_ frame: YAMLFrame) -> UInt16? {
        value(frame, "a number of seconds", hint: "write a whole number from 1 to 65535") { text in
            UInt16(text).flatMap { $0 > 0 && "\($0)" == text ? $0 : nil }
        }
    }
}

/// The name of a network device, such that the kernel takes it as it stands.
package struct DeviceName: Hashable, Sendable {
    /// IFNAMSIZ without the final zero.
    package static let byteCountMax = 15

    /// The name.
    package let text: String

    /// Refuses what the kernel refuses (dev_valid_name in net/core/dev.c), control characters, and
    /// `%`, which the kernel would replace by a number.
    package init(_ text: String) throws(PortError) {
        let bytes = text.utf8
        let isSound = bytes.allSatisfy { $0 > 0x20 && $0 != 0x7f && !Self.forbidden.contains($0) }
        guard (1...Self.byteCountMax).contains(bytes.count), isSound, text != ".", text != ".."
        else { throw PortError(.name, text, .invalidName) }
        self.text = text
    }

    private static let forbidden = [UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "%")]
}

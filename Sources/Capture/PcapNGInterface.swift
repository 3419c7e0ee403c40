/// What a capture file says about one interface: an interface description block
/// (draft-ietf-opsawg-pcapng §4.2).
public struct PcapNGInterface: Equatable, Sendable {
    /// The device (`if_name`).
    public var name: String
    /// What is behind it, here the VM (`if_description`); empty means not said.
    public var description: String
    /// The filter expression that was in force (`if_filter`); empty means none.
    public var filter: String
    /// How many bytes of a packet are kept, at most.
    public var snapByteCount: Int

    /// An interface with these properties.
    public init(
        name: String, description: String = "", filter: String = "",
        snapByteCount: Int = CaptureRequest.snapByteCountMax
    ) {
        self.name = name
        self.description = description
        self.filter = filter
        self.snapByteCount = snapByteCount
    }
}

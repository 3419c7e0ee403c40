import Packet

/// A frame outside of any slot, as tests and the simulator hold it.
public struct MemoryFrame: Hashable, Sendable {
    /// The Ethernet frame.
    public var bytes: [UInt8]
    /// Its virtio-net header.
    public var virtio: VirtioNetHeader

    /// The frame `bytes`, finished unless `virtio` says otherwise.
    public init(_ bytes: [UInt8], _ virtio: VirtioNetHeader = VirtioNetHeader()) {
        self.bytes = bytes
        self.virtio = virtio
    }
}

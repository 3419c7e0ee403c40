import Glibc
import Packet
import Telemetry

/// The host itself as a station of the switch: a TUN device (layer 3) presented as Ethernet.
///
/// - Frames carry virtio-net headers of 10 bytes, as those of a ``TAPPort``; super-frames and
///   partial checksums pass both ways.
/// - One read(2) or writev(2) for each frame: the kernel has no call for several.
/// - Takes frames for the host's own address alone, as a network card does, and IP alone.
public struct HostPort: ~Copyable, Port {
    private let file: FileDescriptor
    private let framing: HostFraming

    /// A port on `file`, a non-blocking descriptor that ``HostDevice`` attached.
    init(_ file: consuming FileDescriptor, _ framing: HostFraming) {
        self.file = file
        self.framing = framing
    }

    /// What to poll for readable frames.
    public var descriptor: CInt { file.rawValue }

    /// True: the host's kernel finishes what is unfinished.
    public var carriesSuperFrames: Bool { true }

    /// Reads until the device is empty or the batch full.
    public func receive(into arena: borrowing FrameArena, _ batch: inout FrameBatch) {
        batch.removeAll()
        while !batch.isFull {
            let frame = arena.frame(at: batch.count)
            // The packet lies where the payload of its frame will be.
            let start = unsafe frame.base + Self.shift
            let byteCount = unsafe read(descriptor, start, Self.receiveByteCount)
            guard byteCount >= 0 else {
                if errno == EINTR { continue }
                batch.isDeviceGone = TAPPort.isGone(errno)
                return
            }
            note(frame, received: byteCount, &batch)
        }
    }

    /// Writes the IP packet of one frame, which stays as it is.
    public func transmit(_ frame: Frame) -> TransmitResult {
        guard var virtio = framing.packetHeader(of: frame) else { return .refused }
        let packet = unsafe iovec(
            iov_base: frame.base + EthernetHeader.byteCount,
            iov_len: frame.byteCount &- EthernetHeader.byteCount)
        return unsafe withUnsafeMutableBytes(of: &virtio) { header in
            let first = unsafe iovec(iov_base: header.baseAddress, iov_len: header.count)
            return unsafe write(first, packet)
        }
    }

    /// Where the virtio-net header of a packet lies before its frame has an Ethernet header.
    private static let shift = EthernetHeader.byteCount - VirtioNetHeader.byteCount
    /// One byte more than the largest packet, as ``FrameArena/receiveByteCount``.
    private static let receiveByteCount = FrameArena.receiveByteCount - EthernetHeader.byteCount

    private func note(_ frame: Frame, received byteCount: Int, _ batch: inout FrameBatch) {
        guard byteCount > VirtioNetHeader.byteCount else {
            return batch.append(frame, received: 0, .runt)
        }
        let fault = framing.present(frame)
        batch.append(frame, received: byteCount &+ EthernetHeader.byteCount, fault)
    }

    private func write(_ header: iovec, _ packet: iovec) -> TransmitResult {
        unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: 2) { vectors in
            unsafe vectors.initializeElement(at: 0, to: header)
            unsafe vectors.initializeElement(at: 1, to: packet)
            while true {
                if unsafe writev(descriptor, vectors.baseAddress, 2) >= 0 { return .sent }
                if errno != EINTR { return TransmitResult(errno: errno) }
            }
        }
    }
}

import CLinux
import Glibc
import Packet
import Telemetry

/// A network device that belongs to someone else, reached through a packet socket (packet(7)).
///
/// - Frames carry virtio-net headers of 10 bytes. Sent frames go through the device's queueing
///   discipline, where the kernel segments super-frames if the device cannot, and where
///   ``HostIsolation`` lets only frames pass that bear our mark.
/// - A VLAN tag that the kernel took out of a frame is reported, so that none passes as untagged.
// SAFETY: `batch` and `results` have VSW_BATCH_CAPACITY entries, as many as an arena has slots, and
// are freed with the port alone.
@safe public struct PacketSocketPort: ~Copyable, Port {
    private static let sendFlags = CInt(MSG_DONTWAIT)
    private let file: FileDescriptor
    private let batch: OpaquePointer
    private let results: UnsafeMutablePointer<vsw_packet_result>

    /// A port on `file`, an open packet socket; nil when there is no memory.
    init?(_ file: consuming FileDescriptor) {
        guard let batch = unsafe vsw_packet_batch_create() else { return nil }
        self.file = file
        unsafe self.batch = batch
        unsafe results = .allocate(capacity: FrameBatch.capacity)
    }

    deinit {
        unsafe vsw_packet_batch_destroy(batch)
        unsafe results.deallocate()
    }

    /// What to poll for readable frames.
    public var descriptor: CInt { file.rawValue }

    /// True: the kernel finishes on the way out what the device cannot take unfinished.
    public var carriesSuperFrames: Bool { true }

    /// Receives what waits, in one call.
    public func receive(into arena: borrowing FrameArena, _ batch: inout FrameBatch) {
        batch.removeAll()
        let first = unsafe arena.frame(at: 0).base - VirtioNetHeader.byteCount
        let count = unsafe vsw_packet_receive(
            descriptor, self.batch, first, FrameArena.strideByteCount,
            FrameArena.receiveByteCount, results)
        guard count >= 0 else { return note(-count, arena, &batch) }
        for index in 0..<Int(count) {
            let result = unsafe results[index]
            batch.append(
                arena.frame(at: index), received: Int(result.byte_count), Self.fault(result))
        }
    }

    /// Sends one frame. ENETDOWN may be the socket's memory of a link that was down, even from
    /// before it was set up; the second attempt tells.
    public func transmit(_ frame: Frame) -> TransmitResult {
        let error = attempt(frame)
        guard error == ENETDOWN else { return error == 0 ? .sent : TransmitResult(errno: error) }
        let secondError = attempt(frame)
        return secondError == 0 ? .sent : TransmitResult(errno: secondError)
    }

    /// 0, or the errno of the failure.
    private func attempt(_ frame: Frame) -> CInt {
        let start = unsafe frame.base - VirtioNetHeader.byteCount
        let byteCount = VirtioNetHeader.byteCount &+ frame.byteCount
        while true {
            if unsafe send(descriptor, start, byteCount, Self.sendFlags) >= 0 { return 0 }
            if errno != EINTR { return errno }
        }
    }

    /// How many frames the kernel lost since the last call, because the switch did not read fast
    /// enough. They were never received, so they are in no other counter.
    public func takeLostCount() -> Int { Int(max(0, vsw_packet_take_lost_count(descriptor))) }

    private static func fault(_ result: vsw_packet_result) -> DropReason? {
        if result.is_truncated != 0 { return .truncated }
        return result.is_tagged != 0 ? .vlanTagged : nil
    }

    /// EINVAL: the kernel took a frame off the queue that no virtio-net header can describe; it
    /// counts as received and faulty. ENETDOWN comes once when the link goes down and once when the
    /// device is unregistered; only in the second case the socket has lost its device.
    private func note(
        _ errno: CInt, _ arena: borrowing FrameArena, _ batch: inout FrameBatch
    ) {
        switch errno {
        case EINVAL:
            batch.append(
                arena.frame(at: 0), received: VirtioNetHeader.byteCount, .virtioHeader)
        case ENETDOWN: batch.isDeviceGone = vsw_packet_interface_index(descriptor) < 0
        case ENXIO, ENODEV, EBADFD: batch.isDeviceGone = true
        default: break
        }
    }
}

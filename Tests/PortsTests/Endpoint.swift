import Foundation
import Packet
import Ports
import Telemetry

/// One end of a wire in a test: a port with memory of its own.
final class Endpoint {
    struct Received: Hashable {
        var bytes: [UInt8]
        var virtio: VirtioNetHeader
        var fault: DropReason?
    }

    private var device: PortDevice
    private let arena = FrameArena()
    private var batch = FrameBatch()
    private let scratch = FrameArena()
    private(set) var isDeviceGone = false
    private(set) var batchCounts: [Int] = []

    init(_ device: consuming PortDevice) { self.device = device }

    /// An end on a device of `namespace`, without isolation: a guest, or an observer.
    convenience init(_ device: String, in namespace: String) throws {
        let port = try NetworkRig.inside(namespace) { () throws(PortError) in
            let found = try NetworkDevice.inspect(device)
            return try PacketSocket(device: DeviceName(device), index: found.index).open()
        }
        self.init(.packetSocket(port))
    }

    /// Closes the port.
    func close() { device = .memory(MemoryPort(MemoryWire())) }

    func send(_ bytes: [UInt8], _ virtio: VirtioNetHeader = VirtioNetHeader()) -> TransmitResult {
        var frame = scratch.frame(at: 0)
        frame.virtio = virtio
        frame.byteCount = bytes.count
        bytes.withUnsafeBytes { frame.base.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        return device.transmit(frame)
    }

    /// Receives until `count` frames for which `isWanted` holds are there, or the time is over.
    func receive(
        _ count: Int = .max, milliseconds: Int = 2_000,
        where isWanted: (Received) -> Bool = { _ in true }
    ) -> [Received] {
        var found: [Received] = []
        let end = Date(timeIntervalSinceNow: Double(milliseconds) / 1_000)
        while found.count < count, !isDeviceGone, Date() < end {
            var interest = pollfd(fd: device.descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&interest, 1, 20)
            device.receive(into: arena, &batch)
            isDeviceGone = batch.isDeviceGone
            batchCounts.append(batch.count)
            found += (0..<batch.count).map(received(at:)).filter(isWanted)
        }
        return found
    }

    private func received(at index: Int) -> Received {
        let frame = batch.frame(at: index)
        let bytes = UnsafeRawBufferPointer(start: frame.base, count: frame.byteCount)
        return Received(
            bytes: [UInt8](bytes), virtio: frame.virtio, fault: batch.fault(at: index))
    }
}

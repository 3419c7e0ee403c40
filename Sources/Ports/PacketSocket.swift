import CLinux
import Glibc

/// Opens the packet socket of a device that belongs to someone else.
package struct PacketSocket {
    /// The device.
    package let device: DeviceName
    /// Its index, in the namespace of the thread.
    package let index: Int

    /// The socket of the device `index`, to be opened.
    package init(device: DeviceName, index: Int) {
        self.device = device
        self.index = index
    }

    /// Room for some eighty super-frames: bursts wait here while the worker serves other ports.
    private static let bufferByteCount: CInt = 8 << 20

    /// The port on the device.
    package func open() throws(PortError) -> PacketSocketPort {
        var options = vsw_packet_options(
            interface_index: CInt(clamping: index), mark: HostIsolation.mark,
            receive_buffer_byte_count: Self.bufferByteCount,
            send_buffer_byte_count: Self.bufferByteCount)
        var step: UnsafePointer<CChar>?
        let descriptor = unsafe vsw_packet_open(&options, &step)
        guard descriptor >= 0 else {
            throw failure(-descriptor, unsafe step.map { unsafe String(cString: $0) } ?? "")
        }
        guard let port = PacketSocketPort(FileDescriptor(descriptor)) else {
            throw failure(ENOMEM, "calloc")
        }
        return port
    }

    private func failure(_ errno: CInt, _ step: String) -> PortError {
        switch PortError.Reason(errno: errno) {
        case .system:
            PortError(.openPacketSocket, device.text, .system(step: step), errno: errno)
        default: PortError(.openPacketSocket, device.text, errno: errno)
        }
    }
}

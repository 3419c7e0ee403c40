import CLinux
import Glibc
import Packet

/// Sends single datagrams on the socket of an ``UnderlayPort`` from a thread other than its worker:
/// handshakes.
///
/// - Thread: any number of them; the kernel keeps datagrams apart.
/// - Life: it holds the descriptor's number alone. Whoever keeps one sees to it that the port
///   outlives it; after that the number may be another file's.
package struct UnderlaySender: Sendable {
    private let socket: vsw_udp_socket

    /// A sender on an open socket.
    init(_ socket: vsw_udp_socket) { self.socket = socket }

    /// Sends `bytes`, of which there must be some, as one datagram with this byte of DSCP and ECN;
    /// never blocks.
    package func send(
        _ bytes: UnsafeRawBufferPointer, to destination: UnderlayAddress, tos: UInt8 = 0
    ) -> UnderlayResult {
        guard let base = bytes.baseAddress, bytes.count > 0 else {
            return UnderlayResult(.failed(EINVAL), sentCount: 0)
        }
        var run = unsafe DatagramRun(
            base: base, byteCount: bytes.count, segmentByteCount: bytes.count, to: destination)
        run.tos = tos
        let error = send(run)
        return UnderlayResult(UnderlayResult.Outcome(errno: error), sentCount: error == 0 ? 1 : 0)
    }

    /// Sends a run in one call: 0 or an errno.
    func send(_ run: DatagramRun) -> CInt {
        var run = unsafe Self.system(run)
        return unsafe withUnsafePointer(to: socket) { unsafe -vsw_udp_send($0, &run) }
    }

    /// Sends as much of a run as one sendmmsg takes: how many datagrams went, or an errno.
    func sendEach(_ run: DatagramRun) -> (sentCount: Int, errno: CInt) {
        var run = unsafe Self.system(run)
        let result = unsafe withUnsafePointer(to: socket) { unsafe vsw_udp_send_each($0, &run) }
        return result < 0 ? (0, -result) : (Int(result), 0)
    }

    private static func system(_ run: DatagramRun) -> vsw_udp_run {
        unsafe vsw_udp_run(
            base: run.base, byte_count: run.byteCount, segment_byte_count: run.segmentByteCount,
            destination: run.destination.system, tos: run.tos)
    }
}

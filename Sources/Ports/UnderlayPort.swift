import CLinux
import Glibc
import Packet

/// The UDP socket toward other hosts, as its worker uses it.
///
/// - Datagrams leave with DF set and are never fragmented; the kernel's own idea of a path's MTU is
///   ignored, only the device's limit holds.
/// - Runs of datagrams go out in one call, joined datagrams come in as one: this is what makes the
///   overlay fast. Where the kernel or a device does not take that, the port goes the slower way by
///   itself, from then on.
/// - Thread: one worker owns a port; ``sender`` is for others. Nothing here allocates, blocks or
///   throws.
package struct UnderlayPort: ~Copyable {
    /// The address it is bound to.
    package let address: UnderlayAddress
    /// Sends single datagrams from other threads. Not valid after the port is closed.
    package let sender: UnderlaySender
    /// What is in use now.
    package private(set) var features: UnderlayFeatures
    /// How often the kernel refused a run of several datagrams that it then took one by one.
    package private(set) var segmentationFailureCount: UInt64 = 0
    private let file: FileDescriptor
    private var lostCount: UInt32 = 0

    /// A port on an open socket bound to `address`.
    init(_ socket: vsw_udp_socket, address: UnderlayAddress, features: UnderlayFeatures) {
        file = FileDescriptor(socket.fd)
        sender = UnderlaySender(socket)
        self.address = address
        self.features = features
    }

    /// What to poll for readable datagrams.
    package var descriptor: CInt { file.rawValue }

    /// Replaces what `batch` holds by what waits, in one call.
    package mutating func receive(_ batch: inout DatagramBatch) { batch.fill(from: descriptor) }

    /// How many datagrams the kernel lost since the last call, mostly because the worker did not
    /// read fast enough. Joined ones count as one. They are in no other counter.
    package mutating func takeLostCount() -> Int {
        let total = vsw_udp_lost_count(descriptor)
        guard total >= 0 else { return 0 }
        let current = UInt32(truncatingIfNeeded: total)
        defer { lostCount = current }
        return Int(current &- lostCount)
    }
}

extension UnderlayPort {
    /// The largest payload of a UDP datagram over IPv4, and so of one call: 65,535 bytes without
    /// the IP and UDP headers. IPv6 has 20 bytes more, which are not used.
    package static let payloadByteCountMax = 65_507

    /// How many datagrams of this size one call takes; at least one.
    package static func segmentCountMax(segmentByteCount: Int) -> Int {
        let count = payloadByteCountMax / max(segmentByteCount, 1)
        return min(max(count, 1), Int(VSW_UDP_SEGMENT_COUNT_MAX))
    }

    /// Sends `run` in as few calls as the kernel takes, and stops at the first failure.
    package mutating func transmit(_ run: DatagramRun) -> UnderlayResult {
        guard run.byteCount > 0, run.segmentByteCount > 0 else {
            return UnderlayResult(.failed(EINVAL), sentCount: 0)
        }
        let countMax = Self.segmentCountMax(segmentByteCount: run.segmentByteCount)
        var rest = run
        var sentCount = 0
        while rest.byteCount > 0 {
            let result = send(rest.prefix(countMax))
            sentCount &+= result.sentCount
            guard result.outcome == .sent else {
                return UnderlayResult(result.outcome, sentCount: sentCount)
            }
            rest = rest.dropFirst(countMax)
        }
        return UnderlayResult(.sent, sentCount: sentCount)
    }

    /// Sends what fits into one call. Whether a refusal was about segmentation shows when the same
    /// datagrams pass one by one: a destination that nothing can be sent to must not slow down all
    /// others.
    private mutating func send(_ piece: DatagramRun) -> UnderlayResult {
        let count = piece.segmentCount
        guard count == 1 || features.contains(.segmentation) else { return sendEach(piece) }
        let error = sender.send(piece)
        guard count > 1, Self.mayConcernSegmentation(error) else {
            let outcome = UnderlayResult.Outcome(errno: error)
            return UnderlayResult(outcome, sentCount: error == 0 ? count : 0)
        }
        let result = sendEach(piece)
        if result.sentCount > 0 {
            features.remove(.segmentation)
            segmentationFailureCount &+= 1
        }
        return result
    }

    /// EIO: the device does not compute checksums; EINVAL: the socket's or the route's settings
    /// forbid it; others: no such option.
    private static func mayConcernSegmentation(_ errno: CInt) -> Bool {
        errno == EIO || errno == EINVAL || errno == ENOPROTOOPT || errno == EOPNOTSUPP
    }

    /// Sends a piece datagram by datagram, many in one call where the kernel has that.
    private mutating func sendEach(_ piece: DatagramRun) -> UnderlayResult {
        var rest = piece
        var sentCount = 0
        while rest.byteCount > 0 {
            let step = sendNext(rest)
            guard step.sentCount > 0 else {
                return UnderlayResult(
                    UnderlayResult.Outcome(errno: step.errno), sentCount: sentCount)
            }
            sentCount &+= step.sentCount
            rest = rest.dropFirst(step.sentCount)
        }
        return UnderlayResult(.sent, sentCount: sentCount)
    }

    private mutating func sendNext(_ rest: DatagramRun) -> (sentCount: Int, errno: CInt) {
        if features.contains(.batching) {
            let step = sender.sendEach(rest)
            if step.errno != ENOSYS { return step }
            features.remove(.batching)
        }
        let error = sender.send(rest.prefix(1))
        return (error == 0 ? 1 : 0, error)
    }
}

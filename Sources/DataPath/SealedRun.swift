import Glibc
import Packet
import Ports

/// Sealed datagrams to one peer that leave in one system call: all of one size, but the last, which
/// may be shorter (UDP_SEGMENT, udp(7)).
///
/// - Shape: `headroom | datagram | datagram | …`, back to back.
/// - Thread: owned by one worker.
@safe struct SealedRun: ~Copyable {
    // Safe: `room` hands out places only where `byteCountMax` and the tailroom leave space.

    /// The most bytes of one run: a UDP payload over IPv4.
    static let byteCountMax = 65_507
    /// For the headers and the headroom that every ``Frame`` has before it.
    private static let headroomByteCount = 256
    private static let mappedByteCount = 256 + 65_536 + 4_096

    /// Where it goes. Valid iff not ``isEmpty``.
    private(set) var destination = UnderlayAddress(.unspecified, port: 0)
    /// The size of all datagrams but the last.
    private(set) var segmentByteCount = 0
    /// How many bytes there are.
    private(set) var byteCount = 0
    /// How many datagrams there are.
    private(set) var count = 0
    private var isClosed = false
    private let memory: UnsafeMutableRawPointer

    /// An empty run.
    init() {
        unsafe memory = .allocate(byteCount: Self.mappedByteCount, alignment: 64)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: Self.mappedByteCount)
    }

    deinit { unsafe memory.deallocate() }

    /// The first datagram.
    var base: UnsafeMutableRawPointer { unsafe memory + Self.headroomByteCount }
    /// Whether there is nothing to send.
    var isEmpty: Bool { count == 0 }

    /// Where a datagram of at most `byteCountMax` bytes may be written; nil when the run must leave
    /// first.
    func room(
        for byteCountMax: Int, to destination: UnderlayAddress
    ) -> UnsafeMutableRawPointer? {
        guard !isEmpty else { return byteCountMax <= Self.byteCountMax ? unsafe base : nil }
        guard !isClosed, byteCountMax <= segmentByteCount, destination == self.destination,
            byteCount &+ byteCountMax <= Self.byteCountMax,
            count < UnderlayPort.segmentCountMax(segmentByteCount: segmentByteCount)
        else { return nil }
        return unsafe base + byteCount
    }

    /// Adds the datagram that was written to the ``room(for:to:)`` just asked for.
    mutating func append(byteCount added: Int, to destination: UnderlayAddress) {
        if isEmpty {
            segmentByteCount = added
            self.destination = destination
        } else if added < segmentByteCount {
            isClosed = true
        }
        byteCount &+= added
        count &+= 1
    }

    /// Forgets everything.
    mutating func removeAll() {
        byteCount = 0
        segmentByteCount = 0
        count = 0
        isClosed = false
    }
}

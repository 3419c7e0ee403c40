import FlowTable
import Packet

/// Reproducible randomness (SplitMix64); a failure prints the seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }
}

let secret = HashSecret(0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210)
let second = ExpiryWheel.tick

/// 10.0.x.y, for `number` = x << 8 | y.
func host(_ number: Int) -> IPAddress {
    IPAddress(IPv4Address(rawValue: 0x0a00_0000 + UInt32(number)))
}

func network(_ number: UInt32) -> VNI { VNI(rawValue: number)! }

/// The key of `ipProtocol` from 10.0.0.1, port `number` modulo 2^16, to 10.0.0.2:80.
func key(_ number: Int, _ ipProtocol: IPProtocol = .tcp) -> FlowKey {
    let source = (host(1 + number / 65_536 * 256), UInt16(truncatingIfNeeded: number))
    return FlowKey(FiveTuple(from: source, to: (host(2), 80), ipProtocol), network(7))
}

func port(_ number: UInt16) -> PortNumber { PortNumber(rawValue: number) }

/// One frame of 100 bytes.
func step(
    _ direction: ConnectionDirection, _ flags: TCPFlags = [], at now: UInt64 = 0
) -> ConnectionStep {
    ConnectionStep(direction, flags, byteCount: 100, now: now)
}

/// An opening from port `from` to port 99, allowed under generation 1; TCP begins with SYN.
func opening(_ key: FlowKey, from: UInt16 = 1, at now: UInt64 = 0) -> ConnectionOpening {
    let ports = ConnectionPorts(original: port(from), reply: port(99))
    let judgement = ConnectionJudgement(generation: 1, egressRule: 11, ingressRule: 12)
    let flags: TCPFlags = key.tuple.ipProtocol == .tcp ? .syn : []
    return ConnectionOpening(key, ports, judgement, first: step(.original, flags, at: now))
}

extension ConnectionTracker {
    /// Opens a connection that there must be room for.
    func mustOpen(_ key: FlowKey, from: UInt16 = 1, at now: UInt64 = 0) -> ConnectionReference {
        guard case .opened(let reference) = open(opening(key, from: from, at: now)) else {
            return .none
        }
        return reference
    }

    /// All records, collected in small steps.
    func allRecords(stepSize: Int = 7) -> [ConnectionRecord] {
        var (cursor, found) = (0, [ConnectionRecord]())
        withUnsafeTemporaryAllocation(of: ConnectionRecord.self, capacity: stepSize) { buffer in
            while cursor >= 0 {
                let written = records(from: &cursor, into: buffer)
                found += buffer.prefix(written)
            }
        }
        return found
    }
}

extension PortConnectionCounts {
    /// Total, half-open, unreplied.
    var all: [Int] { [total, halfOpen, unreplied] }
}

import Packet
import PolicyEngine
import Telemetry

/// What is known of a dropped frame, packed: all of a ``DropRecord`` but its times and number.
///
/// - Shape: 80 bytes without padding, so that two are compared as ten words: that decides for each
///   drop of a flood whether it is like the one before.
package struct DropFacts: BitwiseCopyable, Sendable {
    private var storedTuple = FiveTuple.none
    var destinationMAC = MACAddress.zero
    var sourceMAC = MACAddress.zero
    private var storedService = UInt32.max
    private var storedVNI = UInt32.max
    private var storedEgress: UInt32 = 0
    private var storedIngress: UInt32 = 0
    var generation: UInt32
    private var storedPort = UInt16.max
    let reason: DropReason
    private var marks: UInt8 = 0

    /// Which bits of `marks` say what: a zero verdict is one, too, so that it needs a mark.
    private enum Mark {
        static let receiver: UInt8 = 1
        static let refusedByEgress: UInt8 = 2
        static let refusedByIngress: UInt8 = 4
        static let egress: UInt8 = 8
        static let ingress: UInt8 = 16
    }

    /// A drop of which only the reason is known.
    init(_ reason: DropReason, generation: UInt32) {
        self.reason = reason
        self.generation = generation
    }

    /// Whether all is equal but the source port, which each try of a client has of its own,
    /// without a branch for each field.
    @inline(__always)
    static func areAlike(_ left: DropFacts, _ right: DropFacts) -> Bool {
        let (l, r) = (left.words, right.words)
        let ports = UInt64(UInt16.max).littleEndian  // the first field of the fifth word
        let tuples = (l.0 ^ r.0) | (l.1 ^ r.1) | (l.2 ^ r.2) | (l.3 ^ r.3) | (l.4 ^ r.4) & ~ports
        return tuples | (l.5 ^ r.5) | (l.6 ^ r.6) | (l.7 ^ r.7) | (l.8 ^ r.8) | (l.9 ^ r.9) == 0
    }

    private typealias TenWords = (
        UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64
    )

    @inline(__always) private var words: TenWords {
        // SAFETY: both are 80 bytes, aligned to 8, and every byte is defined (tested).
        unsafe unsafeBitCast(self, to: TenWords.self)
    }
}

extension DropFacts {
    /// Addresses and ports. No packet to the unspecified address is accepted, so that one is none.
    var tuple: FiveTuple? {
        get { storedTuple.destination == .unspecified ? nil : storedTuple }
        set { storedTuple = newValue ?? .none }
    }

    var service: ServiceKey? {
        get { storedService == .max ? nil : ServiceKey(rawValue: storedService) }
        set { storedService = newValue?.rawValue ?? .max }
    }

    var vni: VNI? {
        get { VNI(rawValue: storedVNI) }
        set { storedVNI = newValue?.rawValue ?? .max }
    }

    var otherPort: PortNumber? {
        get { storedPort == .max ? nil : PortNumber(rawValue: storedPort) }
        set { storedPort = newValue?.rawValue ?? .max }
    }

    var egress: Verdict? {
        get { marks & Mark.egress == 0 ? nil : Verdict(rawValue: storedEgress) }
        set {
            storedEgress = newValue?.rawValue ?? 0
            set(Mark.egress, newValue != nil)
        }
    }

    var ingress: Verdict? {
        get { marks & Mark.ingress == 0 ? nil : Verdict(rawValue: storedIngress) }
        set {
            storedIngress = newValue?.rawValue ?? 0
            set(Mark.ingress, newValue != nil)
        }
    }

    var side: DropRecord.Side {
        get { marks & Mark.receiver == 0 ? .sender : .receiver }
        set { set(Mark.receiver, newValue == .receiver) }
    }

    var refusingEnd: TrafficDirection? {
        get {
            if marks & Mark.refusedByEgress != 0 { return .egress }
            return marks & Mark.refusedByIngress != 0 ? .ingress : nil
        }
        set {
            set(Mark.refusedByEgress, newValue == .egress)
            set(Mark.refusedByIngress, newValue == .ingress)
        }
    }

    private mutating func set(_ mark: UInt8, _ isSet: Bool) {
        marks = isSet ? marks | mark : marks & ~mark
    }
}

extension FiveTuple {
    /// The tuple of nothing: all zero.
    fileprivate static var none: FiveTuple {
        FiveTuple(from: (.unspecified, 0), to: (.unspecified, 0), IPProtocol(rawValue: 0))
    }
}

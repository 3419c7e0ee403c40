/// The control bits of a TCP header (RFC 9293 §3.1), octet 13.
@frozen public struct TCPFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
    /// The octet.
    public let rawValue: UInt8

    /// The flags of this octet.
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// No more data from the sender.
    @inlinable public static var fin: TCPFlags { TCPFlags(rawValue: 0x01) }
    /// Synchronize sequence numbers.
    @inlinable public static var syn: TCPFlags { TCPFlags(rawValue: 0x02) }
    /// Reset the connection.
    @inlinable public static var rst: TCPFlags { TCPFlags(rawValue: 0x04) }
    /// Push.
    @inlinable public static var psh: TCPFlags { TCPFlags(rawValue: 0x08) }
    /// The acknowledgment field is significant.
    @inlinable public static var ack: TCPFlags { TCPFlags(rawValue: 0x10) }
    /// The urgent pointer is significant.
    @inlinable public static var urg: TCPFlags { TCPFlags(rawValue: 0x20) }
    /// ECN echo (RFC 3168).
    @inlinable public static var ece: TCPFlags { TCPFlags(rawValue: 0x40) }
    /// Congestion window reduced (RFC 3168).
    @inlinable public static var cwr: TCPFlags { TCPFlags(rawValue: 0x80) }

    /// Whether a conforming sender can send this combination: exactly one of SYN, RST and
    /// "neither", FIN only without those, and ACK in everything but a first SYN or a bare RST (RFC
    /// 9293 §3.10.7). The others are scans or attempts at evasion.
    @inlinable public var isPossible: Bool {
        switch intersection([.fin, .syn, .rst, .ack]) {
        case .syn, [.syn, .ack], .rst, [.rst, .ack], .ack, [.fin, .ack]: true
        default: false
        }
    }
}

extension TCPFlags: CustomStringConvertible {
    /// The letters of tcpdump: `S`, `S.`, `F.`, `R`, `P.`, `none`.
    public var description: String {
        let letters: [(TCPFlags, String)] = [
            (.fin, "F"), (.syn, "S"), (.rst, "R"), (.psh, "P"), (.urg, "U"), (.ece, "E"),
            (.cwr, "W"), (.ack, "."),
        ]
        return isEmpty ? "none" : letters.filter { contains($0.0) }.map(\.1).joined()
    }
}

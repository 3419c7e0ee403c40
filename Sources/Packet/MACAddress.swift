/// An IEEE 802 MAC address: 48 bits, the first octet on the wire in bits 40...47.
@frozen public struct MACAddress: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// The address in the low 48 bits; the upper 16 bits are always zero.
    public let rawValue: UInt64

    /// Keeps the low 48 bits of `rawValue`.
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue & 0xffff_ffff_ffff }

    /// The address of every station of a network.
    @inlinable public static var broadcast: MACAddress { MACAddress(rawValue: 0xffff_ffff_ffff) }

    /// The address no station has.
    @inlinable public static var zero: MACAddress { MACAddress(rawValue: 0) }

    /// Whether the group bit is set: multicast, or broadcast.
    @inlinable public var isMulticast: Bool { rawValue & 0x0100_0000_0000 != 0 }

    /// Whether every bit is set.
    @inlinable public var isBroadcast: Bool { self == .broadcast }

    /// Whether a station may send from this address: neither a group address nor zero.
    @inlinable public var isUnicast: Bool { !isMulticast && rawValue != 0 }
}

extension MACAddress: CustomStringConvertible, LosslessStringConvertible {
    /// Reads six pairs of hexadecimal digits joined by colons, as in `52:54:00:00:00:12`.
    public init?(_ text: String) {
        let pairs = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard pairs.count == 6, pairs.allSatisfy({ $0.count == 2 }) else { return nil }
        var value: UInt64 = 0
        for digit in pairs.joined() {
            guard let nibble = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
            value = value << 4 | UInt64(nibble)
        }
        self.init(rawValue: value)
    }

    /// Lower-case hexadecimal pairs joined by colons.
    public var description: String {
        stride(from: 40, through: 0, by: -8)
            .map { shift in
                let digits = String(rawValue >> UInt64(shift) & 0xff, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }
            .joined(separator: ":")
    }
}

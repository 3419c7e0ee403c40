import Glibc
import Packet

extension IPAddress {
    /// The address of 4 or 16 octets in network byte order, as rtnetlink has it; nil otherwise.
    init?(octets: [UInt8]) {
        let fold = { (octets: ArraySlice<UInt8>) in octets.reduce(0) { $0 << 8 | UInt64($1) } }
        switch octets.count {
        case 4: self.init(IPv4Address(rawValue: UInt32(truncatingIfNeeded: fold(octets[...]))))
        case 16: self.init(high: fold(octets[..<8]), low: fold(octets[8...]))
        default: return nil
        }
    }

    /// The 4 or 16 octets of the address, in network byte order.
    var octets: [UInt8] {
        let all = [high, low].flatMap { half in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: half >> $0) }
        }
        return isIPv4 ? Array(all[12...]) : all
    }

    /// AF_INET or AF_INET6.
    var family: UInt8 { UInt8(isIPv4 ? AF_INET : AF_INET6) }

    /// How many bits an address of this family has.
    var bitCount: Int { isIPv4 ? 32 : 128 }
}

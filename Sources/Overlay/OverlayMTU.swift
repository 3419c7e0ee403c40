/// Every MTU of the overlay, from one rule: what the underlay carries, less what each layer adds.
///
/// ```
/// underlay | outer IP 20/40, UDP 8 | WireGuard 16 + tag 16 | plaintext, a multiple of 16
/// plaintext = inner IP 20/40, UDP 8, VXLAN 8 | Ethernet 14 | guest's packet
/// ```
/// The plaintext is rounded down to 16 bytes, the padding of WireGuard's data messages (paper
/// §5.4.6), so that padding never makes a datagram larger than the underlay's MTU.
package struct OverlayMTU: Hashable, Sendable, BitwiseCopyable {
    /// The MTU of the underlay, or of the path to a peer, in bytes.
    package let underlay: Int
    /// Whether datagrams travel over IPv6.
    package let underlayIsIPv6: Bool
    /// Whether the hosts' addresses inside the encryption are IPv6.
    package let innerIsIPv6: Bool

    /// The rule for these families; nil unless `underlay` is an MTU with which a guest gets at
    /// least 576 bytes, what every IPv4 host must be able to receive (RFC 791 §3.2).
    package init?(underlay: Int, underlayIsIPv6: Bool, innerIsIPv6: Bool) {
        guard (0...65_535).contains(underlay) else { return nil }
        self.underlay = underlay
        self.underlayIsIPv6 = underlayIsIPv6
        self.innerIsIPv6 = innerIsIPv6
        guard guest >= Self.guestMin else { return nil }
    }

    /// The least MTU that a guest can live with, in bytes.
    package static var guestMin: Int { 576 }

    /// The largest plaintext of a data message, in bytes: the MTU of a Linux peer's WireGuard
    /// device, and of our host port.
    package var wireGuard: Int { (underlay - outerByteCount - Self.sealByteCount) & ~15 }

    /// The MTU of guests, and of a Linux peer's VXLAN device, in bytes.
    package var guest: Int { wireGuard - encapsulationByteCount - Self.ethernetByteCount }

    /// The largest Ethernet frame of a guest, in bytes.
    package var frameByteCountMax: Int { guest + Self.ethernetByteCount }

    /// The largest UDP payload sent over the underlay, in bytes.
    package var datagramByteCountMax: Int { wireGuard + Self.sealByteCount }

    /// Whether guests may speak IPv6, which needs 1,280 bytes (RFC 8200 §5).
    package var carriesGuestIPv6: Bool { guest >= 1_280 }

    /// The largest TCP segment that a guest may be sent, in bytes of payload: the MTU less IP and
    /// TCP headers without options (RFC 9293 §3.7.1, RFC 6691 §2).
    package func segmentByteCountMax(isIPv6: Bool) -> Int { guest - (isIPv6 ? 60 : 40) }

    /// The underlay MTU with which guests get `guest` bytes.
    package func underlayNeeded(forGuest guest: Int) -> Int {
        let plaintext = guest + Self.ethernetByteCount + encapsulationByteCount
        return (plaintext + 15) & ~15 + Self.sealByteCount + outerByteCount
    }

    /// The outer IP and UDP headers.
    private var outerByteCount: Int { (underlayIsIPv6 ? 40 : 20) + 8 }
    /// The inner IP, UDP and VXLAN headers.
    private var encapsulationByteCount: Int {
        Encapsulation.headerByteCount(isIPv6: innerIsIPv6)
    }
    /// Type, receiver and counter (16) and the tag (16) of a data message (paper §5.4.6).
    private static var sealByteCount: Int { 32 }
    private static var ethernetByteCount: Int { 14 }
}

extension OverlayMTU {
    /// The derivation, line by line, for people.
    package var lines: [String] {
        let unrounded = underlay - outerByteCount - Self.sealByteCount
        var lines = [
            line(underlay, "underlay MTU"),
            line(-(outerByteCount - 8), "outer IPv\(underlayIsIPv6 ? 6 : 4)"),
            line(-8, "outer UDP"),
            line(-16, "WireGuard header"),
            line(-16, "authentication tag"),
            line(wireGuard - unrounded, "rounded down to a multiple of 16"),
            line(wireGuard, "WireGuard MTU: of a Linux peer's wg device, and of the host port"),
            line(-(encapsulationByteCount - 16), "inner IPv\(innerIsIPv6 ? 6 : 4)"),
            line(-8, "inner UDP"),
            line(-8, "VXLAN"),
            line(-Self.ethernetByteCount, "guest's Ethernet header"),
            line(guest, "guest MTU: of guests, and of a Linux peer's vxlan device"),
            line(segmentByteCountMax(isIPv6: false), "largest TCP segment over IPv4 (MSS)"),
            line(segmentByteCountMax(isIPv6: true), "largest TCP segment over IPv6 (MSS)"),
            line(underlayNeeded(forGuest: 1_500), "underlay MTU that guests of MTU 1500 need"),
        ]
        if !carriesGuestIPv6 { lines.append(line(1_280, "needed by IPv6 guests: too small")) }
        return lines
    }

    /// A number in a column of its own, signed if it is taken away.
    private func line(_ number: Int, _ meaning: String) -> String {
        let digits = String(number)
        return String(repeating: " ", count: max(0, 7 - digits.count)) + digits + "  " + meaning
    }
}

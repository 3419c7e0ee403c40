import Packet
import Ports

/// Builds IPv6 frames byte by byte, independently of the code under test. Station n has fd00::n.
struct IPv6FrameBuilder {
    var source: FrameBuilder.Station
    var destination: FrameBuilder.Station

    init(_ source: UInt8, _ destination: UInt8) {
        self.source = Self.station(source)
        self.destination = Self.station(destination)
    }

    /// The MAC address of station `number` with its IPv6 address.
    static func station(_ number: UInt8) -> FrameBuilder.Station {
        var station = FrameBuilder.Station(number)
        station.ip = IPAddress(high: 0xfd00 << 48, low: UInt64(number))
        return station
    }

    /// The 16 octets of `ip`.
    static func octets16(_ ip: IPAddress) -> [UInt8] {
        [ip.high, ip.low].flatMap { half in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: half >> $0) }
        }
    }

    /// An Ethernet frame with an IPv6 packet; `checksum` is the place of its payload's checksum.
    func packet(
        _ next: UInt8, _ payload: [UInt8], checksum: Int? = nil, hopLimit: UInt8 = 255
    ) -> MemoryFrame {
        let addresses = Self.octets16(source.ip) + Self.octets16(destination.ip)
        var payload = payload
        let length = word(UInt16(truncatingIfNeeded: payload.count))
        if let checksum {
            let pseudo = addresses + [0, 0] + length + [0, 0, 0, next]
            let sum = internetChecksum(pseudo + payload)
            payload.replaceSubrange(checksum..<(checksum + 2), with: word(sum == 0 ? 0xffff : sum))
        }
        let header = [0x60, 0, 0, 0] + length + [next, hopLimit] + addresses
        let link = octets(destination.mac) + octets(source.mac) + [0x86, 0xdd]
        return MemoryFrame(link + header + payload)
    }

    /// A UDP datagram.
    func udp(_ from: UInt16, _ to: UInt16, _ payload: [UInt8] = [1, 2, 3, 4]) -> MemoryFrame {
        let length = word(UInt16(8 + payload.count))
        return packet(17, word(from) + word(to) + length + [0, 0] + payload, checksum: 6)
    }

    /// A TCP SYN that announces the segment size `mss`.
    func syn(_ from: UInt16, _ to: UInt16, mss: UInt16) -> MemoryFrame {
        let numbers: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 0]
        let rest: [UInt8] = [0x60, 2, 0x20, 0, 0, 0, 0, 0, 2, 4]
        return packet(6, word(from) + word(to) + numbers + rest + word(mss), checksum: 16)
    }

    /// A neighbour solicitation for `target` with a source link-layer option (RFC 4861 §4.3).
    func solicitation(of target: IPAddress, from mac: MACAddress) -> MemoryFrame {
        discovery(135, [0, 0, 0, 0], target, option: [1, 1] + octets(mac))
    }

    /// A neighbour advertisement of `target` with a target link-layer option (RFC 4861 §4.4).
    func advertisement(of target: IPAddress, at mac: MACAddress) -> MemoryFrame {
        discovery(136, [0x60, 0, 0, 0], target, option: [2, 1] + octets(mac))
    }

    /// A solicitation by which someone without an address asks whether `target` is taken (RFC 4862
    /// §5.4.2).
    func duplicateProbe(of target: IPAddress) -> MemoryFrame {
        var builder = self
        builder.source.ip = .unspecified
        builder.destination.mac = MACAddress(rawValue: 0x3333_ff00_0000 | target.low & 0xff_ffff)
        builder.destination.ip = IPAddress(
            high: 0xff02 << 48, low: 0x1_ff00_0000 | target.low & 0xff_ffff)
        return builder.discovery(135, [0, 0, 0, 0], target, option: [])
    }

    /// A router advertisement, which comes from a link-local address (RFC 4861 §4.2).
    func routerAdvertisement() -> MemoryFrame {
        var builder = self
        builder.source.ip = .linkLocal(source.mac)
        let fields: [UInt8] = [64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0]
        let option = [1, 1] + octets(source.mac)
        return builder.packet(58, [134, 0, 0, 0] + fields + option, checksum: 2)
    }

    private func discovery(
        _ type: UInt8, _ flags: [UInt8], _ target: IPAddress, option: [UInt8]
    ) -> MemoryFrame {
        packet(58, [type, 0, 0, 0] + flags + Self.octets16(target) + option, checksum: 2)
    }
}

import Packet

extension TestFrame {
    /// A flow between two stations: what its packets have in common.
    struct Flow {
        var to: [UInt8] = [2, 0, 0, 0, 0, 2]
        var from: [UInt8] = [2, 0, 0, 0, 0, 1]
        var source: [UInt8]
        var destination: [UInt8]

        var isIPv6: Bool { source.count == 16 }
        static let v4 = Flow(source: [10, 1, 0, 2], destination: [10, 1, 0, 1])
        static let v6 = Flow(
            source: [0xfd] + [UInt8](repeating: 0, count: 14) + [2],
            destination: [0xfd] + [UInt8](repeating: 0, count: 14) + [1])

        /// The frame around `payload`.
        func frame(_ proto: UInt8, _ payload: [UInt8]) -> [UInt8] {
            isIPv6
                ? ethernet(to, from, 0x86dd) + ipv6(proto, source, destination, payload)
                : ethernet(to, from, 0x0800) + ipv4(proto, source, destination, payload)
        }

        /// Where the transport header lies.
        var transportOffset: Int { isIPv6 ? 54 : 34 }

        /// `payload` with the checksum filled in at `offset`: complete, or the pseudo-header's sum
        /// alone.
        func summed(
            _ proto: UInt8, _ payload: [UInt8], at offset: Int, isPartial: Bool
        ) -> [UInt8] {
            let pseudo = TestFrame.pseudo(proto, source + destination, payload.count)
            let value = isPartial ? sum(pseudo) : checksum(pseudo + payload)
            return payload[..<offset] + octets(value) + payload[(offset + 2)...]
        }
    }

    /// An echo request, complete.
    static func ping(_ flow: Flow) -> [UInt8] {
        let echo: [UInt8] =
            [flow.isIPv6 ? 128 : 8, 0, 0, 0, 0x12, 0x34, 0, 1] + Array("vswitch!".utf8)
        guard flow.isIPv6 else {
            return flow.frame(1, echo[..<2] + octets(checksum(echo)) + echo[4...])
        }
        return flow.frame(58, flow.summed(58, echo, at: 2, isPartial: false))
    }

    /// A TCP segment: `flags`, an option of four bytes, `byteCount` bytes of data.
    static func tcp(
        _ flow: Flow, flags: UInt8, byteCount: Int = 0, isPartial: Bool = false
    ) -> [UInt8] {
        let header: [UInt8] =
            [0x10, 0x01, 0x1f, 0x90, 0xff, 0xff, 0xf0, 0, 0, 0, 0, 1, 0x60, flags, 0x20, 0]
            + [0, 0, 0, 0, 1, 1, 1, 1]
        let segment = header + data(byteCount)
        return flow.frame(6, flow.summed(6, segment, at: 16, isPartial: isPartial))
    }

    /// A UDP datagram with `byteCount` bytes of data.
    static func udp(_ flow: Flow, byteCount: Int, isPartial: Bool = false) -> [UInt8] {
        let header: [UInt8] = [0x10, 0x01, 0x1f, 0x90] + octets(8 + byteCount) + [0, 0]
        let datagram = header + data(byteCount)
        return flow.frame(17, flow.summed(17, datagram, at: 6, isPartial: isPartial))
    }

    /// The virtio-net header of a TCP super-frame made by ``tcp(_:flags:byteCount:isPartial:)``.
    static func tso(_ flow: Flow, segmentByteCount: Int) -> VirtioNetHeader {
        var header = VirtioNetHeader()
        header.flags = VirtioNetHeader.needsChecksum
        header.gsoType = flow.isIPv6 ? VirtioNetHeader.gsoTCPv6 : VirtioNetHeader.gsoTCPv4
        header.gsoSize = UInt16(segmentByteCount)
        header.headerByteCount = UInt16(flow.transportOffset + 24)
        header.checksumStart = UInt16(flow.transportOffset)
        header.checksumOffset = 16
        return header
    }

    /// The virtio-net header of a UDP super-frame made by ``udp(_:byteCount:isPartial:)``.
    static func uso(_ flow: Flow, segmentByteCount: Int) -> VirtioNetHeader {
        var header = tso(flow, segmentByteCount: segmentByteCount)
        header.gsoType = VirtioNetHeader.gsoUDPL4
        header.headerByteCount = UInt16(flow.transportOffset + 8)
        header.checksumOffset = 6
        return header
    }

    private static func data(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
    }
}

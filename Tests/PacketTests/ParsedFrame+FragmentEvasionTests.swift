import Packet

extension EvasionTests {
    static let fragments: [Evasion] = [
        // IPv4: field = flags and offset in units of 8 bytes; 0x2000 is "more follow".
        part4("tiny first: 8 bytes of TCP", 0x2000, 6, Array(Build.tcp(.syn)[..<8])),
        part4("tiny first: 16 bytes of TCP", 0x2000, 6, Array(Build.tcp(.syn)[..<16])),
        part4(
            "TCP options in the second", 0x2000, 6,
            Array(Build.tcp(.syn, options: [2, 4, 5, 0xb4])[..<20]) + [1, 1, 1]),
        part4("TCP at offset 8", 0x0001, 6, Build.data(40)),
        part4("TCP at offset 16", 0x2002, 6, Build.data(40)),
        part4("no data", 0x2000, 17, []),
        part4("last without data", 0x0010, 17, []),
        part4("not a multiple of 8", 0x2010, 17, Build.data(28)),
        part4("ping of death", 0x1ffe, 1, Build.data(24)),
        part4("echo cut", 0x2000, 1, [8, 0, 0, 0]),
        part4("error in a fragment", 0x2000, 1, Build.icmp(3, 1, [0, 0, 0, 0]) + quotedMultiple),
        part4("SCTP cut", 0x2000, 132, Build.data(8)),
        // IPv6: the same through a Fragment header.
        part6("tiny first: 8 bytes of TCP", 1, 6, Array(Build.tcp(.syn)[..<8])),
        part6("TCP at offset 8", 8, 6, Build.data(40)),
        part6("no data", 1, 17, []),
        part6("not a multiple of 8", 0x81, 17, Build.data(28)),
        part6("overlong", 0xfff8, 17, Build.data(16)),
        part6("header behind it", 1, 60, [17, 0, 1, 4, 0, 0, 0, 0] + Build.udp(24, length: 99)),
        part6("chain cut", 1, 60, [17, 0, 1, 4, 0, 0, 0, 0]),
        part6("header in a later one", 0x40, 60, Build.data(40)),
        part6("nested", 1, 44, [17, 0, 0, 1, 0, 0, 0, 7] + Build.udp(24, length: 99)),
        part6("solicitation", 1, 58, [135, 0, 0, 0, 0, 0, 0, 0] + Build.bob6),
        part6("atomic solicitation", 0, 58, [135, 0, 0, 0, 0, 0, 0, 0] + Build.bob6),
        part6("atomic router advertisement", 0, 58, [134, 0, 0, 0] + zeroBytes(12)),
        part6("error", 1, 58, Build.icmp(1, 4, [0, 0, 0, 0]) + SampleFrame.quoted6 + zeroBytes(4)),
        // A partial checksum cannot be completed in a fragment.
        Evasion(
            name: "fragment with a partial checksum",
            octets: IPv4Builder(
                fragment: 0x2000, ipProtocol: 17, payload: Build.udp(24, length: 900)
            ).frame, fault: .virtioHeader, virtio: .udp(start: 34)),
    ]

    private static let quotedMultiple = SampleFrame.quoted4 + Build.data(8)

    private static func part4(
        _ name: String, _ field: UInt16, _ ipProtocol: UInt8, _ payload: [UInt8]
    ) -> Evasion {
        let builder = IPv4Builder(
            fragment: field, ipProtocol: ipProtocol, payload: payload)
        return Evasion(name: "v4 " + name, octets: builder.frame, fault: .fragment)
    }

    private static func part6(
        _ name: String, _ field: UInt16, _ next: UInt8, _ payload: [UInt8]
    ) -> Evasion {
        let header = [next, 0] + Build.big(field) + [0, 0, 0, 7]
        let builder = IPv6Builder(nextHeader: 44, hopLimit: 255, payload: header + payload)
        return Evasion(name: "v6 " + name, octets: builder.frame, fault: .fragment)
    }

    static let transport: [Evasion] = [
        segment("no flags", []), segment("SYN FIN", [.syn, .fin]),
        segment("SYN RST", [.syn, .rst]), segment("FIN alone", .fin),
        segment("Xmas", [.fin, .psh, .urg]), segment("FIN RST", [.fin, .rst, .ack]),
        segment("everything", TCPFlags(rawValue: 0xff)), segment("PSH alone", .psh),
        raw("TCP header cut", 6, Array(Build.tcp(.syn)[..<19])),
        raw("TCP header of 16 bytes", 6, lying(Build.tcp(.syn), at: 12, 0x40)),
        raw("TCP options beyond the packet", 6, lying(Build.tcp(.syn), at: 12, 0x60)),
        raw("no transport header", 6, []),
        raw("UDP header cut", 17, Array(Build.udp(0)[..<7])),
        raw("UDP length 0", 17, Build.udp(4, length: 0)),
        raw("UDP length 7", 17, Build.udp(4, length: 7)),
        raw("UDP longer than the packet", 17, Build.udp(4, length: 13)),
        raw("data behind the datagram", 17, Build.udp(4, length: 11)),
        raw("SCTP header cut", 132, Build.data(11)),
        Evasion(
            name: "UDP length 0 over IPv6",
            octets: IPv6Builder(nextHeader: 17, payload: Build.udp(4, length: 0)).frame,
            fault: .transportHeader),
        Evasion(
            name: "first UDP fragment that is all there is",
            octets: IPv4Builder(fragment: 0x2000, ipProtocol: 17, payload: Build.udp(24)).frame,
            fault: .transportHeader),
    ]

    private static func segment(_ name: String, _ flags: TCPFlags) -> Evasion {
        raw(name, 6, Build.tcp(flags, payload: 3))
    }

    private static func raw(_ name: String, _ ipProtocol: UInt8, _ payload: [UInt8]) -> Evasion {
        Evasion(
            name: name, octets: IPv4Builder(ipProtocol: ipProtocol, payload: payload).frame,
            fault: .transportHeader)
    }

    private static func lying(_ octets: [UInt8], at index: Int, _ value: UInt8) -> [UInt8] {
        var octets = octets
        octets[index] = value
        return octets
    }
}

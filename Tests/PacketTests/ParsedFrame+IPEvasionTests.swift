import Packet

extension EvasionTests {
    static let ipv4: [Evasion] = [
        four("version 5") { $0.firstByte = 0x55 },
        four("header of 16 bytes") { $0.firstByte = 0x44 },
        four("header beyond the frame") { $0.firstByte = 0x4f },
        four("total below the header") { $0.totalByteCount = 19 },
        four("total zero, as of a super-frame") { $0.totalByteCount = 0 },
        four("total beyond the frame") { $0.totalByteCount = 33 },
        four("loose source route") { $0.options = [131, 7, 4, 10, 0, 0, 9, 0] },
        four("strict source route") { $0.options = [137, 7, 4, 10, 0, 0, 9, 0] },
        four("source route behind padding") { $0.options = [1, 1, 1, 131, 3, 4, 0, 0] },
        four("source route behind another") { $0.options = [148, 4, 0, 0, 131, 3, 4, 0] },
        four("option of length 0") { $0.options = [7, 0, 0, 0] },
        four("option of length 1") { $0.options = [7, 1, 0, 0] },
        four("option beyond the header") { $0.options = [7, 5, 0, 0] },
        four("option without a length") { $0.options = [1, 1, 1, 7] },
        four("from a group") { $0.source = [224, 0, 0, 1] },
        four("from 239.x") { $0.source = [239, 1, 2, 3] },
        four("from broadcast") { $0.source = [255, 255, 255, 255] },
        four("from loopback") { $0.source = [127, 0, 0, 1] },
        four("to loopback") { $0.destination = [127, 0, 0, 1] },
        four("to nowhere") { $0.destination = [0, 0, 0, 0] },
        Evasion(name: "false checksum", octets: falseChecksum, fault: .ipv4Header),
    ]

    private static let falseChecksum: [UInt8] = {
        var octets = IPv4Builder(ipProtocol: 17, payload: Build.udp(4)).frame
        octets[24] ^= 0x10
        return octets
    }()

    private static func four(_ name: String, _ change: (inout IPv4Builder) -> Void) -> Evasion {
        var builder = IPv4Builder(ipProtocol: 17, payload: Build.udp(4))
        change(&builder)
        return Evasion(name: name, octets: builder.frame, fault: .ipv4Header)
    }

    private static let zeros = [UInt8](repeating: 0, count: 16)
    private static let options: [UInt8] = [0, 1, 4, 0, 0, 0, 0]  // length 0, PadN of 4

    static let ipv6: [Evasion] = [
        six("payload beyond the frame") { $0.payloadByteCount = 13 },
        six("jumbogram") {
            $0.nextHeader = 0
            $0.payloadByteCount = 0
            $0.payload = [17, 0, 0xc2, 4, 0, 0, 0, 20] + $0.payload
        },
        six("from a group") { $0.source = Build.allNodes },
        six("from loopback") { $0.source = Array(zeros[..<15]) + [1] },
        six("to loopback") { $0.destination = Array(zeros[..<15]) + [1] },
        six("to nowhere") { $0.destination = zeros },
        six("from mapped IPv4") { $0.source = Array(zeros[..<10]) + [255, 255, 10, 0, 0, 1] },
        six("to mapped IPv4") { $0.destination = Array(zeros[..<10]) + [255, 255, 10, 0, 0, 2] },
        six("from compatible IPv4") { $0.source = Array(zeros[..<12]) + [10, 0, 0, 1] },
        six("to compatible IPv4") { $0.destination = Array(zeros[..<12]) + [10, 0, 0, 2] },
        chain("hop-by-hop second", 60, [0] + options + [17] + options),
        chain("two hop-by-hop", 0, [0] + options + [17] + options),
        chain("nine headers", 60, [UInt8](repeatingChain: 8, of: [60] + options) + [17] + options),
        chain("520 bytes of options", 60, [17, 64] + zeroBytes(518)),
        chain("two of 264 bytes", 60, [60, 32] + zeroBytes(262) + [17, 32] + zeroBytes(262)),
        chain("header beyond the packet", 60, [17, 3] + zeroBytes(6)),
        chain("header cut", 60, [17, 0, 0], keepsUDP: false),
        chain("routing type 0", 43, [17, 2, 0, 1] + zeroBytes(20)),
        chain("routing type 0, spent", 43, [17, 2, 0, 0] + zeroBytes(20)),
        chain("routing type 4 with a segment left", 43, [17, 2, 4, 1] + zeroBytes(20)),
        chain("routing behind options", 60, [43] + options + [17, 2, 2, 1] + zeroBytes(20)),
        chain("AH beyond the packet", 51, [17, 20] + zeroBytes(10)),
    ]

    private static func six(_ name: String, _ change: (inout IPv6Builder) -> Void) -> Evasion {
        var builder = IPv6Builder(nextHeader: 17, payload: Build.udp(4))
        change(&builder)
        return Evasion(name: name, octets: builder.frame, fault: .ipv6Header)
    }

    /// A UDP datagram behind the extension headers `headers`, the first of which is `first`.
    private static func chain(
        _ name: String, _ first: UInt8, _ headers: [UInt8], keepsUDP: Bool = true
    ) -> Evasion {
        let payload = headers + (keepsUDP ? Build.udp(4) : [])
        return Evasion(
            name: name, octets: IPv6Builder(nextHeader: first, payload: payload).frame,
            fault: .ipv6Header)
    }

    static func zeroBytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
}

extension [UInt8] {
    /// `count` copies of `unit`.
    fileprivate init(repeatingChain count: Int, of unit: [UInt8]) {
        self = (0..<count).flatMap { _ in unit }
    }
}

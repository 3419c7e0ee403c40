import Packet
import Testing

@Suite struct TCPFlagsTests {
    @Test("of all 256 combinations those are possible that a TCP can send")
    func tellsPossible() {
        for rawValue in UInt8.min...UInt8.max {
            let flags = TCPFlags(rawValue: rawValue)
            #expect(flags.isPossible == isSendable(flags), "\(flags)")
        }
    }

    /// RFC 9293 §3.10.7 in words: a SYN excludes FIN and RST, a RST excludes FIN, and whatever is
    /// neither SYN nor RST acknowledges.
    private func isSendable(_ flags: TCPFlags) -> Bool {
        let (syn, rst, fin) = (flags.contains(.syn), flags.contains(.rst), flags.contains(.fin))
        if syn && (fin || rst) || rst && fin { return false }
        return syn || rst || flags.contains(.ack)
    }

    @Test("flags are written as tcpdump writes them")
    func describes() {
        #expect("\(TCPFlags.syn)" == "S")
        #expect("\([.syn, .ack] as TCPFlags)" == "S.")
        #expect("\([.fin, .psh, .ack] as TCPFlags)" == "FP.")
        #expect("\(TCPFlags())" == "none")
        #expect("\(TCPFlags(rawValue: 0xff))" == "FSRPUEW.")
    }
}

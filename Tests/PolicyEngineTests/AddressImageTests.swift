import Packet
import PolicyEngine
import Testing

@Suite struct AddressImageTests {
    @Test("thousands of single addresses of both families are found, and their neighbours are not")
    func findsSingles() throws {
        let rules = (0..<3_000).map { index in
            index % 2 == 0
                ? "- allow any -> cidr 10.\(index / 250).\(index % 250).8/32 on tcp/\(index)\n"
                : "- allow any -> cidr 2001:db8::\(String(index, radix: 16)):0/128 "
                    + "on tcp/\(index)\n"
        }
        let file = try policy("policy: x\nfor: any\nrules:\n" + rules.joined())
        let compiled = try PolicyCompiler.compile([file], try shop())
        for index in 0..<3_000 {
            let peers =
                index % 2 == 0
                ? (0...1).map { "10.\(index / 250).\(index % 250).\(8 + $0)" }
                : (0...1).map { "2001:db8::\(String(index, radix: 16)):\($0)" }
            let own = index % 2 == 0 ? "10.0.0.1" : "fd00::1"
            let ask = { try compiled.answer(1, .egress, (own, $0), .tcp(UInt16(index))) }
            #expect(try ask(peers[0]) == "allow by x/#\(index + 1)")
            #expect(try ask(peers[1]) == "deny by default")
        }
    }
}

import Packet
import PolicyEngine
import Testing

@Suite struct PeerSetDescriptionTests {
    @Test(
        "a set of peers is spelled as it was written",
        arguments: [
            "any", "vm a.b, cidr 10.0.0.0/8", "web except vm a, cidr fd00::/16",
            "label a=b and c!=d and e in (f|g) and has h/i, web",
        ])
    func spellsPeers(text: String) throws {
        let file = try policy("policy: x\nfor: \(text)\ngroups:\n  web: vm w\n")
        #expect(file.selector.description == text)
    }

    @Test(
        "a range of services is spelled as it was written",
        arguments: [
            "any", "tcp", "tcp/80", "udp/50-60", "sctp/0-65534", "icmp/8", "icmpv6", "proto/47",
        ])
    func spellsRanges(text: String) throws {
        let file = try policy("policy: x\nfor: any\nrules:\n- pass any -> any on \(text)\n")
        guard case .range(let range) = file.rules[0].services[0].value else {
            #expect(text == "any" && ServiceRange.all.description == "any")
            return
        }
        #expect(range.description == text)
    }

    @Test("ranges that join protocols name both ends")
    func spellsJoinedRanges() {
        let range = ServiceRange(ServiceKey(IPProtocol(rawValue: 5), 0), ServiceKey(.tcp, 80))
        #expect(range.description == "proto/5 to tcp/80")
        let types = ServiceRange(ServiceKey(.icmp, 0), ServiceKey(.icmp, 8 << 8 | 255))
        #expect(types.description == "icmp/0-8")
    }
}

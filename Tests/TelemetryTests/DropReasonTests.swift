import Telemetry
import Testing

@Suite("DropReason")
struct DropReasonTests {
    @Test("raw values are dense and fit the 48 words of a counter block")
    func rawValuesAreDense() {
        let rawValues = DropReason.allCases.map { Int($0.rawValue) }
        #expect(rawValues == Array(rawValues.indices))
        #expect(DropReason.allCases.count <= 48)
    }

    @Test("names are what they always were, for scripts read them")
    func namesAreStable() {
        let names = """
            truncated runt oversized virtio_header vlan_tagged ether_type source_mac
            arp ipv4_header ipv6_header transport_header icmp fragment
            spoofed_mac spoofed_ip spoofed_arp spoofed_nd rogue_dhcp rogue_router
            denied_by_policy rejected_by_policy policy_revoked no_connection connection_state
            connection_limit fragment_unknown policy_limit
            port_closed no_snapshot unknown_destination unbound_destination no_receiver hairpin
            multicast_control mtu_exceeded transmit_queue_full transmit_failed
            rate_limited no_session underlay auth replay allowed_ip binding group_mismatch
            """
        let known = names.split(whereSeparator: \.isWhitespace).map(String.init)
        #expect(Set(DropReason.allCases.map(\.name)).isSuperset(of: known))
    }

    @Test("a name is lower-case words joined by underscores, and no two are equal")
    func namesAreSnakeCase() throws {
        let pattern = try Regex("[a-z][a-z0-9]*(_[a-z0-9]+)*")
        for reason in DropReason.allCases {
            #expect(reason.name.wholeMatch(of: pattern) != nil, "\(reason)")
        }
        #expect(Set(DropReason.allCases.map(\.name)).count == DropReason.allCases.count)
    }

    @Test("a name reads back as its reason")
    func nameReadsBack() {
        for reason in DropReason.allCases { #expect(DropReason(name: reason.name) == reason) }
    }

    @Test(
        "what is not exactly a name is refused",
        arguments: ["", "Runt", "runt ", "no_such", "mtuExceeded"]
    )
    func refusesOtherText(text: String) {
        #expect(DropReason(name: text) == nil)
    }

    @Test("the description is the name")
    func descriptionIsName() {
        #expect("\(DropReason.deniedByPolicy)" == "denied_by_policy")
    }
}

import ControlAPI
import Testing
import vswctl

@Suite("what vswctl why prints")
struct WhyCommandTests {
    private func drop(_ reason: String) -> Drop {
        var drop = Drop(at: "2026-11-21T17:00:00.042Z", count: 3, reason: reason, generation: 7)
        drop.explanation = "A sentence."
        return drop
    }

    @Test("a refused frame has its ends, its rule with file and line, and what holds now")
    func printsRefusals() {
        var refused = drop("denied_by_policy")
        refused.from = FlowEnd(address: "10.0.0.1", port: 4711, vm: "web1")
        refused.to = FlowEnd(address: "10.0.0.2", port: 22, vm: "db1")
        refused.service = "tcp/22"
        refused.rule = RuleReference(name: "shop/no-ssh", file: "shop.yaml", line: 7)
        let ssh = RuleReference(name: "shop/ssh", file: "shop.yaml", line: 9)
        refused.now = DropNow(verdict: .allow, rule: ssh)
        let text = DropText.text(DropList(device: "db1", drops: [refused]))
        for part in [
            "web1 10.0.0.1:4711", "db1 10.0.0.2:22", "tcp/22", "shop/no-ssh shop.yaml:7",
            "GENERATION", "  7  shop/", "allow by shop/ssh shop.yaml:9",
            "denied_by_policy: A sentence.",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        refused.now?.audited = true
        let audited = DropText.text(DropList(device: "db1", drops: [refused]))
        #expect(audited.contains("allow (audit: would refuse) by shop/ssh shop.yaml:9"))
    }

    @Test("a frame whose headers were not read has its MAC addresses; a reason is explained once")
    func printsWhatIsKnown() {
        var runt = drop("runt")
        runt.sourceMAC = "52:54:00:00:00:01"
        let text = DropText.text(DropList(device: "db1", drops: [runt, runt]))
        #expect(text.contains("52:54:00:00:00:01"))
        #expect(text.split(separator: "A sentence.").count == 2)
    }

    @Test("where nothing was dropped it says so")
    func printsNothing() {
        #expect(DropText.text(DropList(device: "db1", drops: [])).contains("nothing was dropped"))
    }
}

import ControlPlane
import Packet
import PolicyEngine
import Testing

@Suite("FlowRecommendationText")
struct FlowRecommendationTextTests {
    private typealias Sample = FlowRecommendationTests

    @Test("VMs are named by labels where just these have them, services and ends are merged")
    func merges() throws {
        let universe = try Sample.universe([
            ["role": "web", "app": "shop"], ["role": "web", "app": "shop"],
            ["role": "db", "app": "shop"], ["app": "shop"],
        ])
        var seen: [FlowRecommendation.Observation] = []
        for web in ["10.0.0.1", "10.0.0.2"] {
            seen.append(try Sample.observe(web, "10.0.0.3", 5432))
            seen.append(try Sample.observe(web, "10.0.0.3", 5432))
            seen.append(try Sample.observe(web, "10.0.0.3", 0, by: .icmp))
        }
        seen.append(try Sample.observe("192.0.2.7", "10.0.0.1", 443))
        let text = Sample.text(universe, seen)
        let rules = """
            rules:
              # 1 connection
              - allow cidr 192.0.2.7/32 -> vm vm1 on tcp/443
              # 6 connections
              - allow label role=web -> label role=db on icmp/echo, tcp/5432
            default: deny log
            tests:
              - vm vm1 -> vm vm3 on icmp/echo => allow
              - vm vm1 -> vm vm3 on tcp/5432 => allow
              - vm vm2 -> vm vm3 on icmp/echo => allow
              - vm vm2 -> vm vm3 on tcp/5432 => allow
              - cidr 192.0.2.7/32 -> vm vm1 on tcp/443 => allow

            """
        #expect(text.hasSuffix(rules), "\(text)")
        #expect(text.contains("policy: seen\nfor: vm vm1, vm vm2, vm vm3\nmode: audit\n"))
    }

    @Test("several labels together are taken where one alone says too much")
    func joinsLabels() throws {
        let universe = try Sample.universe([
            ["role": "web", "app": "shop"], ["role": "web", "app": "blog"],
            ["role": "db", "app": "shop"],
        ])
        let text = Sample.text(universe, [try Sample.observe("10.0.0.1", "10.0.0.3", 80)])
        #expect(text.contains("allow label app=shop and role=web -> label role=db on"), "\(text)")
        #expect(text.contains("\nfor: label app=shop\n"))
    }

    @Test("labels of the switch itself, and one that a sentence cannot say, are not used")
    func leavesLabels() throws {
        let universe = try Sample.universe([["vswitch/router": "yes"], ["has": "x"]])
        let text = Sample.text(universe, [try Sample.observe("10.0.0.1", "10.0.0.2", 80)])
        #expect(text.contains("allow vm vm1 -> vm vm2 on tcp/80\n"), "\(text)")
    }

    @Test("many strangers are worth a remark")
    func remarksStrangers() throws {
        let universe = try Sample.universe([[:]])
        let seen = try (1...17).map { try Sample.observe("192.0.2.\($0)", "10.0.0.1", 443) }
        #expect(Sample.text(universe, seen).contains("  # 17 addresses outside: perhaps `any`"))
        #expect(!Sample.text(universe, Array(seen.dropLast())).contains("perhaps"))
    }
}

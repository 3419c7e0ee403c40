import ControlAPI
import Foundation
import Testing

extension SystemTests {
    /// Policies that come from elsewhere: imported, observed, tried on what was captured.
    @Suite struct PolicyMigration {
        private let networkPolicy = """
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: db}
            spec:
              podSelector: {matchLabels: {app: db}}
              policyTypes: [Ingress]
              ingress:
                - from: [{podSelector: {matchLabels: {app: web}}}]
                  ports: [{protocol: TCP, port: 80}]

            """

        @Test("an imported NetworkPolicy lets through what it allows, and nothing else")
        func imports() throws {
            try Site.run { site in
                let (web, db) = try site.addPair {
                    $0.labels = [$0.number == 1 ? "app=web" : "app=db"]
                }
                try db.serve(80, 81)
                try web.serve(81)
                let manifest = try site.host.write(networkPolicy, as: "np.yaml")
                try site.host.apply(try site.control.must("policy", "import", manifest))
                #expect(try web.tries("connect", db.plan.ipv4, "80") == "answered")
                #expect(try web.tries("connect", db.plan.ipv4, "81", "0.3") == "timeout")
                #expect(try db.tries("connect", web.plan.ipv4, "81") == "answered")
            }
        }

        @Test("what an import refuses it names by line, and writes nothing")
        func refusesImport() throws {
            try Site.run { site in
                let named = networkPolicy.replacing("port: 80", with: "port: http")
                let manifest = try site.host.write(named, as: "np.yaml")
                let refusal = try site.control.run("policy", "import", manifest)
                #expect(refusal.status == 1 && refusal.output.isEmpty, "\(refusal)")
                #expect(refusal.errors.contains("np.yaml:9:"), "\(refusal)")
            }
        }

        @Test("a recommended policy drops nothing; enforced, it keeps what lived and nothing else")
        func recommends() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try two.serve(80, 81)
                try site.host.apply(policy("allow any -> any"))
                let session = try one.session(two.plan.ipv4, 80)
                #expect(try session.opens() == "open" && session.exchange() == "answered")
                let seen = try site.control.must("policy", "recommend", "--from-flows")
                try site.host.apply(seen)
                #expect(try one.tries("connect", two.plan.ipv4, "81") == "answered")
                try site.host.apply(seen.replacing("mode: audit", with: "mode: enforce"))
                #expect(try session.exchange() == "answered")
                #expect(try one.tries("connect", two.plan.ipv4, "80") == "answered")
                #expect(try one.tries("connect", two.plan.ipv4, "81", "0.3") == "timeout")
            }
        }

        @Test("a replayed capture tells which of its connections another policy would refuse")
        func replays() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try two.serve(80, 81)
                try site.host.apply(policy("allow any -> any on tcp/80-81"))
                let file = try site.capture(["--point", "verdict"]) { () throws in
                    #expect(try one.tries("connect", two.plan.ipv4, "80") == "answered")
                    #expect(try one.tries("connect", two.plan.ipv4, "81") == "answered")
                }
                let tighter = try site.host.write(
                    policy("allow any -> any on tcp/80", "deny any -> any as shut"),
                    as: "tighter.yaml")
                let text = try site.control.must("policy", "check", tighter, "--replay", file)
                #expect(text.contains("2 connections, 1 would be denied"), "\(text)")
                #expect(text.contains("tcp/81") && text.contains("site/shut"), "\(text)")
                #expect(try one.tries("connect", two.plan.ipv4, "81") == "answered")
            }
        }
    }
}

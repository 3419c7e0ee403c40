import Packet
import PolicyEngine
import Testing

@Suite struct CompiledPolicyExplainTests {
    private static let text = """
        policy: shop
        for: label app=shop
        services:
          http: tcp/80, tcp/443
        rules:
          - allow label role=web -> label role=db on tcp/5432 log as pg
          - allow any -> label role=web on http
          - allow label role=db -> any on icmp/echo, udp
        """

    private func compiled(_ universe: PolicyUniverse) throws -> CompiledPolicy {
        try PolicyCompiler.compile([try policy(Self.text, path: "dir/shop.yaml")], universe)
    }

    private func refusal(from: String, to: String, service: String) throws -> String {
        let compiled = try compiled(try shop())
        do throws(ExplainError) {
            _ = try compiled.explain(from: from, to: to, service: service)
            return ""
        } catch {
            return error.description
        }
    }

    @Test("both ends are explained, with rule, file, line and text")
    func explainsBothEnds() throws {
        let answers = try compiled(try shop()).explain(from: "web1", to: "db1", service: "tcp/5432")
        #expect(answers.map(\.from.description) == ["10.0.0.1", "fd00::1"])
        for answer in answers {
            #expect(answer.network.rawValue == 1 && answer.service == .tcp(5432))
            #expect(answer.verdict.action == .allow && answer.verdict.isLogged)
            let egress = try #require(answer.egress)
            let ingress = try #require(answer.ingress)
            #expect(egress.vm == "web1" && ingress.vm == "db1" && ingress.port.rawValue == 2)
            #expect(ingress.rule.name == "shop/pg" && ingress.rule.policy == "shop")
            #expect(ingress.rule.file == "dir/shop.yaml" && ingress.rule.line == 6)
            #expect(
                ingress.rule.text
                    == "allow label role=web -> label role=db on tcp/5432 log as pg")
            #expect(ingress.rule.tier == .app && ingress.rule.id == ingress.verdict.rule)
        }
    }

    @Test("the verdict is a denial when either end denies")
    func combinesEnds() throws {
        var universe = try shop()
        universe.endpoints[1].labels["app"] = "other"
        let compiled = try compiled(universe)
        let answer = try #require(
            try compiled.explain(from: "web1", to: "db1", service: "tcp/5432").first)
        #expect(answer.egress?.verdict.action == .allow)
        #expect(answer.ingress?.rule.name == "default" && answer.ingress?.rule.file == "")
        #expect(answer.verdict == .denyByDefault)
        let back = try #require(
            try compiled.explain(from: "ops1", to: "web1", service: "tcp/22").first)
        #expect(back.verdict.action == .deny && back.egress?.verdict.action == .deny)
    }

    @Test("an end that is no VM of this host is absent")
    func omitsForeignEnds() throws {
        var universe = try shop()
        universe.endpoints[0].port = nil
        let compiled = try compiled(universe)
        let remote = try compiled.explain(from: "web1", to: "db1", service: "tcp/5432")
        #expect(remote.allSatisfy { $0.egress == nil && $0.ingress?.rule.name == "shop/pg" })
        let outside = try compiled.explain(from: "db1", to: "192.0.2.1", service: "icmp/echo")
        #expect(outside.count == 1 && outside[0].ingress == nil)
        #expect(outside[0].verdict.action == .allow)
    }

    @Test("each network, each pair of one family and each part of a service is answered")
    func answersEachCase() throws {
        var universe = try shop()
        universe.endpoints.append(try PolicyEndpoint("web1 app=shop role=web", 4, network: 2))
        universe.endpoints.append(try PolicyEndpoint("db1 app=shop role=db", 5, network: 2))
        let compiled = try compiled(universe)
        let pairs = try compiled.explain(from: "web1", to: "db1", service: "udp/1")
        #expect(pairs.map(\.network.rawValue) == [1, 1, 2, 2])
        #expect(pairs.map(\.to.description) == ["10.0.0.2", "fd00::2", "10.0.0.5", "fd00::5"])
        let parts = try compiled.explain(from: "192.0.2.1", to: "10.0.0.1", service: "http")
        #expect(parts.map(\.service) == [.tcp(80), .tcp(443)])
        let local = try compiled.explain(
            from: "fe80::5054:ff:fe00:1", to: "fe80::5054:ff:fe00:2", service: "tcp/5432")
        #expect(local.map(\.verdict.action) == [.allow])
    }

    @Test("a protocol without ports is one service")
    func explainsProtocols() throws {
        let answers = try compiled(try shop()).explain(
            from: "10.0.0.2", to: "192.0.2.1", service: "proto/47")
        #expect(answers.map(\.service.rawValue) == [47 << 16])
        #expect(answers.map(\.verdict) == [.denyByDefault])
    }

    @Test(
        "a question without an answer is refused with what was meant",
        arguments: [
            (
                "wbe1", "db1", "tcp/1",
                "`wbe1` is neither an address nor a VM that is known here; did you mean `web1`?"
            ),
            (
                "web1", "db1", "htpp",
                "`htpp` is not a service that is known here; did you mean `http`?"
            ),
            (
                "web1", "db1", "tcp",
                "`tcp` is more than one service; name one, as in `tcp/5432` or `icmp/echo`"
            ),
            (
                "web1", "db1", "tcp/1-2",
                "`tcp/1-2` is more than one service; name one, as in `tcp/5432` or `icmp/echo`"
            ),
            (
                "web1", "db1", "tcp/70000",
                "port 70000 in `tcp/70000` is above 65535; ports are numbers from 0 to 65535"
            ),
            (
                "192.0.2.1", "192.0.2.2", "tcp/1",
                "no policy of this host decides about 192.0.2.1 -> 192.0.2.2; at least one end "
                    + "must be "
                    + "a VM here, and both in one network with addresses of one family"
            ),
            (
                "10.0.0.1", "fd00::2", "tcp/1",
                "no policy of this host decides about 10.0.0.1 -> fd00::2; at least one end "
                    + "must be "
                    + "a VM here, and both in one network with addresses of one family"
            ),
        ])
    func refusesQuestions(from: String, to: String, service: String, expected: String) throws {
        #expect(try refusal(from: from, to: to, service: service) == expected)
    }

    @Test("where no policy names a service, one that is asked for by name is refused with that")
    func refusesServicesOfNoFile() throws {
        let compiled = try PolicyCompiler.compile([], try shop())
        let error = #expect(throws: ExplainError.self) {
            try compiled.explain(from: "web1", to: "db1", service: "http")
        }
        #expect(
            error?.description == "`http` is not a service that is known here; no policy names "
                + "services; name one yourself, as in `tcp/5432` or `icmp/echo`")
    }
}

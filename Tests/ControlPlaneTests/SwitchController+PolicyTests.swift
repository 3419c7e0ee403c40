import ControlAPI
import ControlPlane
import Packet
import Testing

@Suite("policies")
struct SwitchControllerPolicyTests {
    @Test("a policy with errors changes nothing, and every error is told with its place")
    func refusesWhole() async throws {
        let rig = try await SwitchRig()
        try await rig.attach("web1", "10.0.0.1", ["app": "shop"])
        try await rig.apply(SamplePolicy.shop)
        let before = try rig.store.load()
        let bad = "policy: x\nfor: any\nrules:\n  - allow nobody -> any\n"
        let worse = "policy: y\nfro: any\n"
        let problem = await #expect(throws: Problem.self) { try await rig.apply(bad, worse) }
        #expect(problem?.status == 422)
        let errors = try #require(problem?.errors)
        #expect(Set(errors.map(\.path)) == ["0.yaml", "1.yaml"])
        #expect(errors.first?.line == 4 && errors.first?.sourceLine?.contains("nobody") == true)
        #expect(try rig.store.load() == before)
        #expect(await rig.controller.policies().policies.map(\.name) == ["shop"])
    }

    @Test("a check says what an apply would, and changes nothing")
    func checks() async throws {
        let rig = try await SwitchRig()
        let before = try rig.store.load()
        let good = await rig.controller.checkPolicy(SwitchRig.request([SamplePolicy.shop]))
        #expect(good.valid && good.policies.map(\.name) == ["shop"])
        #expect(good.warnings.first?.message.contains("no VM") == true)
        let bad = await rig.controller.checkPolicy(SwitchRig.request(["policy: 1\n"]))
        #expect(!bad.valid && !bad.errors.isEmpty && bad.policies.isEmpty)
        #expect(try rig.store.load() == before)
    }

    @Test("an applied policy is shown as it was written, with the VMs that it governs")
    func shows() async throws {
        let rig = try await SwitchRig()
        try await rig.attach("web1", "10.0.0.1", ["app": "shop", "role": "web"])
        try await rig.attach("x", "10.0.0.3")
        let reply = try await rig.apply(SamplePolicy.shop)
        #expect(reply.policies.first?.governs == ["web1"])
        let show = try await rig.controller.policy(named: "shop")
        #expect(show.text == SamplePolicy.shop && show.path == "0.yaml" && show.tier == "app")
        #expect(show.rules.map(\.name) == ["shop/pg", "shop/rest"])
        #expect(show.rules.map(\.line) == [4, 5])
        let problem = await #expect(throws: Problem.self) {
            try await rig.controller.policy(named: "nothing")
        }
        #expect(problem?.status == 404)
    }

    @Test("no files mean no policy: every port closes")
    func closesEverything() async throws {
        let rig = try await SwitchRig()
        try await rig.attach("web1", "10.0.0.1")
        try await rig.apply(SamplePolicy.open)
        #expect(try await rig.controller.port(on: "web1").state == .open)
        try await rig.apply()
        #expect(try await rig.controller.port(on: "web1").state == .closed)
        #expect(await rig.controller.policies() == PolicyList(generation: 0, policies: []))
    }

    @Test("a test that comes to fail when a VM is attached is a warning of the status")
    func warnsOfFailedTests() async throws {
        let rig = try await SwitchRig.shop()
        let test = "\ntests:\n  - vm web9 -> vm db1 on udp/5432 => allow\n"
        try await rig.apply(SamplePolicy.shop + test)
        #expect(await rig.controller.status().warnings.isEmpty)
        try await rig.attach("web9", "10.0.0.9", ["app": "shop"])
        let warnings = await rig.controller.status().warnings
        #expect(warnings.count == 1 && warnings[0].hasPrefix("0.yaml:7: the test "), "\(warnings)")
        try await rig.attach("web8", "10.0.0.8", ["app": "shop"])
        #expect(await rig.controller.status().warnings.count == 1)
    }

    @Test("what no rule judges is explained with a note")
    func explainsTheUnjudged() async throws {
        let rig = try await SwitchRig.shop()
        for (service, word) in [
            ("icmp/unreachable", "live connection"), ("proto/2", "port security"),
            ("udp/67", "DHCP"), ("icmp/echo", nil), ("udp/53", nil),
        ] {
            let answers = try await rig.controller.explain(
                ExplainRequest(from: "web1", to: "db1", service: service)
            ).explanations
            let note = try #require(answers.first).note
            #expect(note?.contains(word ?? "") ?? false == (word != nil), "\(service): \(answers)")
        }
    }

    @Test("explain names verdict, rule, file and line at both ends")
    func explains() async throws {
        let rig = try await SwitchRig()
        try await rig.attach("web1", "10.0.0.1", ["app": "shop", "role": "web"])
        try await rig.attach("db1", "10.0.0.2", ["app": "shop", "role": "db"])
        try await rig.apply(SamplePolicy.shop)
        let allowed = try await rig.controller.explain(
            ExplainRequest(from: "web1", to: "db1", service: "udp/5432"))
        let answer = try #require(allowed.explanations.first)
        #expect(answer.verdict == .allow && answer.network == "default")
        #expect(answer.from.vm == "web1" && answer.to.port == 5432)
        #expect(answer.egress?.rule == "shop/pg" && answer.ingress?.line == 4)
        #expect(answer.egress?.file == "0.yaml" && answer.ingress?.port == "db1")
        let denied = try await rig.controller.explain(
            ExplainRequest(from: "db1", to: "10.0.0.1", service: "tcp/22"))
        #expect(denied.explanations.first?.verdict == .deny)
    }

    @Test("explain answers for files that are not in force, though their promises do not hold")
    func explainsFiles() async throws {
        let rig = try await SwitchRig()
        try await rig.attach("web1", "10.0.0.1")
        try await rig.attach("db1", "10.0.0.2")
        var question = ExplainRequest(from: "web1", to: "db1", service: "tcp/22")
        let rules = "for: any\nrules:\n- allow any -> any\nnever:\n- vm web1 -> vm db1\n"
        question.files = [PolicyFileText(path: "new.yaml", text: "policy: new\n" + rules)]
        let answer = try #require(try await rig.controller.explain(question).explanations.first)
        #expect(answer.verdict == .allow && answer.egress?.rule == "new/#1")
        #expect(answer.egress?.audited == false)
        question.files = [PolicyFileText(path: "bad.yaml", text: rules)]
        let bad = question
        let refusal = await #expect(throws: Problem.self) {
            try await rig.controller.explain(bad)
        }
        #expect(refusal?.status == 422)
        question.files = nil
        let now = try await rig.controller.explain(question)
        #expect(now.explanations.first?.verdict == .deny)
    }

    @Test("explain answers for files as if all of them were in audit mode, if there are files")
    func explainsAudited() async throws {
        let rig = try await SwitchRig.shop()
        var question = ExplainRequest(from: "web1", to: "db1", service: "tcp/22")
        question.files = SwitchRig.request([SamplePolicy.closed]).files
        question.audit = true
        let answer = try #require(try await rig.controller.explain(question).explanations.first)
        #expect(answer.verdict == .allow && answer.egress?.rule == "shop/#1")
        #expect(answer.egress?.audited == true && answer.ingress?.audited == true)
        question.files = nil
        let nothing = question
        let problem = await #expect(throws: Problem.self) {
            try await rig.controller.explain(nothing)
        }
        #expect(problem?.status == 400 && problem?.field == "audit")
    }

    @Test(
        "a question without an answer names the field",
        arguments: [
            (ExplainRequest(from: "nobody", to: "web1", service: "tcp/1"), 404, "from"),
            (ExplainRequest(from: "web1", to: "nobody", service: "tcp/1"), 404, "to"),
            (ExplainRequest(from: "web1", to: "10.0.0.9", service: "pgsql"), 400, "service"),
            (
                ExplainRequest(from: "web1", to: "10.0.0.9", service: "tcp/1", network: "red"), 404,
                "network"
            ),
        ])
    func refusesQuestions(request: ExplainRequest, status: Int, field: String) async throws {
        let rig = try await SwitchRig()
        try await rig.attach("web1", "10.0.0.1")
        try await rig.apply(SamplePolicy.open)
        let problem = await #expect(throws: Problem.self) {
            try await rig.controller.explain(request)
        }
        #expect(
            problem?.status == status && problem?.field == field, "\(String(describing: problem))")
    }
}

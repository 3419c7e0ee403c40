import ControlAPI
import Testing

extension ControlClientTests {
    /// The first line of the request that `call` makes, and its body.
    func request(
        _ reply: some Encodable & Sendable, _ call: (ControlClient) async throws -> Void
    ) async throws -> (line: String, body: String) {
        let bytes = ScriptedServer.reply("200 OK", Self.json, try ControlJSON.encode(reply))
        return try await with([.send(bytes)]) { client, server in
            try await call(client)
            let text = try #require(server.received.first)
            #expect(server.received.count == 1)
            let end = try #require(text.firstRange(of: "\r\n\r\n"))
            let line = text.prefix { $0 != "\r\n" }
            return (String(line), String(text[end.upperBound...]))
        }
    }

    @Test("networks: each method asks its route")
    func networkRoutes() async throws {
        let add = try await request(Network.sample) { _ = try await $0.addNetwork(.sample) }
        #expect(add.line == "POST /v1/networks HTTP/1.1")
        #expect(add.body == #"{"mtu":9000,"name":"blue","vni":10}"#)
        let show = try await request(Network.sample) { _ = try await $0.network("a b") }
        #expect(show.line == "GET /v1/networks/a%20b HTTP/1.1")
        let list = try await request(NetworkList(networks: [])) { _ = try await $0.networks() }
        #expect(list.line == "GET /v1/networks HTTP/1.1")
        let remove = try await request("") { try await $0.removeNetwork("blue") }
        #expect(remove.line == "DELETE /v1/networks/blue HTTP/1.1")
    }

    @Test("ports: each method asks its route")
    func portRoutes() async throws {
        let attach = try await request(Port.sample) { _ = try await $0.attach(.sample) }
        #expect(attach.line == "POST /v1/ports HTTP/1.1")
        #expect(try AttachRequest.decode(attach.body.utf8) == .sample)
        let show = try await request(Port.sample) { _ = try await $0.port("/run/a.sock") }
        #expect(show.line == "GET /v1/ports/%2Frun%2Fa.sock HTTP/1.1")
        let list = try await request(PortList(ports: [.sample])) { _ = try await $0.ports() }
        #expect(list.line == "GET /v1/ports HTTP/1.1")
        let detach = try await request("") { try await $0.detach("web1") }
        #expect(detach.line == "DELETE /v1/ports/web1 HTTP/1.1")
    }

    @Test("policy: each method asks its route")
    func policyRoutes() async throws {
        let files = PolicyRequest(files: [.sample])
        let none = PolicyCheckReply(policies: [], errors: [], warnings: [])
        let check = try await request(none) { _ = try await $0.checkPolicy(files) }
        #expect(check.line == "POST /v1/policy/check HTTP/1.1")
        #expect(try PolicyRequest.decode(check.body.utf8) == files)
        let apply = try await request(PolicyApplyReply.sample) {
            _ = try await $0.applyPolicy(.sample)
        }
        #expect(apply.line == "PUT /v1/policy HTTP/1.1")
        #expect(try PolicyApplyRequest.decode(apply.body.utf8) == .sample)
        let show = try await request(PolicyShow.sample) { _ = try await $0.policy("shop") }
        #expect(show.line == "GET /v1/policy/shop HTTP/1.1")
        let list = try await request(PolicyList(generation: 1, policies: [])) {
            _ = try await $0.policies()
        }
        #expect(list.line == "GET /v1/policy HTTP/1.1")
        try await historyRoutes()
        let explain = try await request(ExplainReply(explanations: [])) {
            _ = try await $0.explain(.sample)
        }
        #expect(explain.line == "POST /v1/policy/explain HTTP/1.1")
        #expect(try ExplainRequest.decode(explain.body.utf8) == .sample)
    }

    private func historyRoutes() async throws {
        var files = PolicyDiffRequest(files: [.sample])
        (files.audit, files.all) = (true, true)
        let wanted = files
        let diff = try await request(PolicyDiffReply(cutFlows: 0)) {
            _ = try await $0.diffPolicy(wanted)
        }
        #expect(diff.line == "POST /v1/policy/diff HTTP/1.1")
        #expect(try PolicyDiffRequest.decode(diff.body.utf8) == wanted)
        let drops = try await request(DropList(device: "db1", drops: [])) {
            _ = try await $0.drops(at: "db1", DropQuery(last: 60))
        }
        #expect(drops.line == "GET /v1/ports/db1/drops?last=60 HTTP/1.1")
        let history = try await request(PolicyHistory(generations: [])) {
            _ = try await $0.policyHistory()
        }
        #expect(history.line == "GET /v1/policy-history HTTP/1.1")
        let confirm = try await request(PolicyConfirmReply(generation: 1)) {
            _ = try await $0.confirmPolicy()
        }
        #expect(confirm.line == "POST /v1/policy/confirm HTTP/1.1")
        let back = try await request(PolicyApplyReply.sample) {
            _ = try await $0.rollBack(PolicyRollbackRequest(generation: 5))
        }
        #expect(back.line == "POST /v1/policy/rollback HTTP/1.1")
        #expect(try PolicyRollbackRequest.decode(back.body.utf8).generation == 5)
    }

    @Test("flows and counters: each method asks its route, with its query")
    func watchingRoutes() async throws {
        let flows = try await request(FlowList(flows: [])) {
            _ = try await $0.flows(FlowQuery(vm: "a&b", verdict: .deny))
        }
        #expect(flows.line == "GET /v1/flows?vm=a%26b&verdict=deny HTTP/1.1")
        let counters = try await request(CounterReport.sample) { _ = try await $0.counters() }
        #expect(counters.line == "GET /v1/counters HTTP/1.1")
        let port = try await request(CounterReport.sample.ports[0]) {
            _ = try await $0.counters("web1")
        }
        #expect(port.line == "GET /v1/counters/web1 HTTP/1.1")
        let document = try await request("openapi") { _ = try await $0.openAPI() }
        #expect(document.line == "GET /v1/openapi.yaml HTTP/1.1")
    }
}

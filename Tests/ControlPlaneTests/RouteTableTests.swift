import ControlAPI
import ControlPlane
import Foundation
import Testing

/// The control interface over a real socket, with what clients should send and what they should
/// not.
@Suite("the control interface", .serialized)
struct RouteTableTests {
    @Test("each route that is described is answered, and each that is answered is described")
    func agreesWithDescription() async throws {
        let rig = try await SwitchRig()
        var described: Set<String> = []
        var path = ""
        for line in OpenAPIDocument.text.split(separator: "\n") {
            if line.hasPrefix("  /") { path = line.dropFirst(2).prefix { $0 != ":" }.description }
            if line.hasPrefix("components:") { path = "" }
            let word = line.drop { $0 == " " }.prefix { $0 != ":" }
            guard !path.isEmpty, line.hasPrefix("    "), !line.hasPrefix("     ") else { continue }
            guard ["get", "put", "post", "delete", "patch", "head"].contains(word) else { continue }
            described.insert("\(word.uppercased()) \(path)")
        }
        #expect(Set(RouteTable(rig.controller).routes.map(\.rawValue)) == described)
        #expect(Set(Route.allCases.map(\.rawValue)) == described)
    }

    @Test("a client attaches, applies, looks and detaches")
    func servesClient() async throws {
        let rig = try await DaemonRig()
        let client = rig.client
        _ = try await client.addNetwork(NetworkRequest(name: "blue", vni: 7))
        var request = AttachRequest(device: "web1", vm: "web1", network: "blue", ip: ["10.0.0.1"])
        request.labels = ["app": "shop"]
        #expect(try await client.attach(request).state == .closed)
        #expect(try await client.checkPolicy(SwitchRig.request([SamplePolicy.shop])).valid)
        let applied = try await client.applyPolicy(SwitchRig.applyRequest([SamplePolicy.shop]))
        #expect(applied.policies.map(\.name) == ["shop"])
        #expect(try await client.port("web1").state == .open)
        #expect(try await client.ports().ports.count == 1)
        #expect(try await client.network("blue").ports == 1)
        #expect(try await client.policies().generation == applied.generation)
        #expect(try await client.policy("shop").text == SamplePolicy.shop)
        #expect(try await client.policyHistory().generations.map(\.current) == [true])
        let back = PolicyRollbackRequest(generation: Int(applied.generation))
        #expect(try await client.rollBack(back).policies.map(\.name) == ["shop"])
        await #expect(throws: ControlError.self) { try await client.confirmPolicy() }
        let question = ExplainRequest(from: "web1", to: "10.0.0.9", service: "tcp/80")
        #expect(try await client.explain(question).explanations.first?.verdict == .deny)
        #expect(try await client.flows().flows.isEmpty)
        #expect(try await client.counters().balanced)
        #expect(try await client.counters("web1").device == "web1")
        #expect(try await client.openAPI() == OpenAPIDocument.text)
        try await client.detach("web1")
        try await client.removeNetwork("blue")
        #expect(try await client.networks().networks.map(\.name) == ["default"])
    }

    private static let refusals: [(method: String, target: String, body: String?, status: Int)] = [
        ("GET", "/", nil, 404), ("GET", "/v1/nothing", nil, 404),
        ("GET", "/v1/ports/web9", nil, 404), ("GET", "/v1/policy/x", nil, 404),
        ("PATCH", "/v1/ports", nil, 405), ("HEAD", "/v1/status", nil, 405),
        ("DELETE", "/v1/status", nil, 405), ("POST", "/v1/ports", "", 400),
        ("POST", "/v1/ports", "{", 400), ("POST", "/v1/ports", "[]", 400),
        ("POST", "/v1/ports", "\u{0}", 400), ("POST", "/v1/ports", "{}", 400),
        ("POST", "/v1/ports", #"{"device":7}"#, 400),
        ("POST", "/v1/ports", #"{"device":"a","vn":"b"}"#, 400),
        ("POST", "/v1/ports?x=1", #"{"device":"a","vm":"b"}"#, 400),
        ("GET", "/v1/status?verbose=1", nil, 400), ("GET", "/v1/flows?verdict=maybe", nil, 400),
        ("GET", "/v1/flows?vm=%zz", nil, 400), ("PUT", "/v1/policy", #"{"files":[{}]}"#, 400),
        ("PUT", "/v1/policy", #"{"files":[{"path":"a","text":"b: ["}]}"#, 422),
        ("POST", "/v1/policy/import", #"{"files":[]}"#, 400),
        ("POST", "/v1/policy/import", #"{"files":[{"path":"a","text":"kind: Pod"}]}"#, 422),
        ("POST", "/v1/policy/import", #"{"files":[],"namespace":"x"}"#, 400),
        ("POST", "/v1/policy/recommend", "{}", 404),
        ("POST", "/v1/policy/recommend", #"{"vm":["a"]}"#, 400),
        ("POST", "/v1/policy/replay", #"{"files":[],"interfaces":[]}"#, 400),
        ("POST", "/v1/policy/replay", #"{"files":[],"interfaces":[],"frames":[{}]}"#, 400),
        ("GET", "/v1/ports/web9/capture?count=0", nil, 400), ("GET", "/v1/overlay", nil, 409),
        ("GET", "/v1/overlay/peers", nil, 409), ("GET", "/v1/overlay/mtu", nil, 409),
        ("GET", "/v1/overlay/mtu?host=a&host=b", nil, 400),
        ("GET", "/v1/overlay/mtu?hosts=a", nil, 400), ("GET", "/v1/overlay/key", nil, 404),
        ("GET", "/v1/overlay/export-wg/hv2", nil, 409), ("GET", "/v1/directory", nil, 409),
        ("GET", "/v1/overlay/protect-host?device=a&x=1", nil, 400),
        ("POST", "/v1/overlay/key", #"{"action":"delete"}"#, 400),
        ("POST", "/v1/overlay/key", #"{"action":"rotate"}"#, 409),
        ("POST", "/v1/overlay/rekey", "{}", 409),
        ("POST", "/v1/overlay/rekey", #"{"peer":"hv2"}"#, 400),
        ("PUT", "/v1/directory", #"{"path":"a","text":"hosts: {}"}"#, 409),
        ("PUT", "/v1/directory", #"{"path":"a"}"#, 400),
        ("POST", "/v1/directory/check", #"{"text":"hosts: {}","path":7}"#, 400),
    ]

    @Test("every refusal is a problem document of its status")
    func refuses() async throws {
        let rig = try await DaemonRig()
        for (method, target, body, status) in Self.refusals {
            let reply = try await RawClient.request(method, target, body: body, to: rig.socketPath)
            #expect(reply.status == status, "\(method) \(target) \(body ?? "")")
            #expect(reply.head.contains("content-type: application/problem+json"))
            if method == "HEAD" { continue }
            let problem = try reply.problem()
            #expect(problem.status == status && !problem.detail.isEmpty)
            #expect(problem.instance == target.split(separator: "?").first.map(String.init))
        }
    }

    @Test("the field at fault is named, and the methods that are allowed")
    func namesFields() async throws {
        let rig = try await DaemonRig()
        let unknown = try await RawClient.request(
            "POST", "/v1/ports", body: #"{"device":"a","vn":"b"}"#, to: rig.socketPath)
        #expect(try unknown.problem().field == "vn")
        let nested = try await RawClient.request(
            "PUT", "/v1/policy", body: #"{"files":[{"path":"a","text":"b","x":1}]}"#,
            to: rig.socketPath)
        #expect(try nested.problem().field == "files.0.x")
        let method = try await RawClient.request("PUT", "/v1/ports/web1", to: rig.socketPath)
        #expect(method.head.contains("allow: get, delete"))
        let parameter = try await RawClient.request("GET", "/v1/flows?x=1", to: rig.socketPath)
        #expect(try parameter.problem().field == "x")
    }

    @Test(
        "a body over the limit is refused, a policy may be larger",
        arguments: [
            ("POST", "/v1/ports", 2 << 20, 400), ("POST", "/v1/ports", (2 << 20) + 1, 413),
            ("PUT", "/v1/policy", 8 << 20, 400), ("PUT", "/v1/policy", (8 << 20) + 1, 413),
        ])
    func limitsBodies(method: String, target: String, count: Int, status: Int) async throws {
        let rig = try await DaemonRig()
        let body = String(repeating: " ", count: count)
        let reply = try await RawClient.request(method, target, body: body, to: rig.socketPath)
        #expect(reply.status == status)
    }

    @Test(
        "what is no HTTP at all does not disturb the daemon",
        arguments: [
            "\r\n\r\n", "hello\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{16}\u{3}\u{1}\u{0}",
            "GET /v1/status HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            "POST /v1/ports HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ])
    func survivesGarbage(text: String) async throws {
        let rig = try await DaemonRig()
        let client = try RawClient(rig.socketPath)
        client.send(text)
        #expect(try await rig.client.status().name == "hv1")
    }
}

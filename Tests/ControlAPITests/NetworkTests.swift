import ControlAPI
import Testing

extension Network {
    /// A network in which every field is set.
    static let sample = Network(name: "blue", vni: 10, mtu: 1_500, ports: 3)
}

extension NetworkRequest {
    /// A request in which every field is set.
    static let sample = NetworkRequest(name: "blue", vni: 10, mtu: 9_000)
}

@Suite("Network")
struct NetworkTests {
    @Test("a request needs a name and a VNI, and nothing else")
    func needsNameAndVNI() throws {
        let request = try NetworkRequest.decode(#"{"name": "blue", "vni": 10}"#.utf8)
        #expect(request == NetworkRequest(name: "blue", vni: 10))
    }

    @Test(
        "a request that lacks a field is refused, and the field is named",
        arguments: [
            (#"{"vni": 10}"#, "name"), (#"{"name": "blue"}"#, "vni"),
            (#"{"name": "blue", "vni": "10"}"#, "vni"), (#"{"name": null, "vni": 1}"#, "name"),
            (#"{"name": "blue", "vni": 1.5}"#, "vni"),
            (#"{"name": "blue", "vni": 99999999999999999999}"#, "vni"),
            (#"{"name": "blue", "vni": 1, "mtu": 0.5}"#, "mtu"),
        ])
    func namesTheField(json: String, field: String) throws {
        let problem = #expect(throws: Problem.self) { try NetworkRequest.decode(json.utf8) }
        #expect(problem?.field == field)
        #expect(problem?.status == 400)
    }

    @Test("a request with a misspelt key is refused, and the known keys are listed")
    func refusesMisspeltKeys() throws {
        let json = #"{"name": "blue", "vni": 10, "MTU": 9000}"#
        let problem = #expect(throws: Problem.self) { try NetworkRequest.decode(json.utf8) }
        #expect(problem?.field == "MTU")
        #expect(problem?.detail == "'MTU' is not a known key; known are name, vni, mtu.")
    }
}

import ControlAPI
import Testing

extension AttachRequest {
    /// A request in which every field is set.
    static var sample: AttachRequest {
        var request = AttachRequest(
            device: "web1", vm: "web1", network: "blue", ip: ["10.66.0.11", "fd00::11"])
        request.mode = .tap
        request.netns = "web1"
        request.mac = "52:54:00:00:00:11"
        request.labels = ["role": "web"]
        request.uplink = true
        request.vlan = 100
        return request
    }
}

@Suite("AttachRequest")
struct AttachRequestTests {
    @Test("a device is all that a request must name")
    func needsOnlyTheDevice() throws {
        let request = try AttachRequest.decode(#"{"device": "web1"}"#.utf8)
        #expect(request == AttachRequest(device: "web1"))
        #expect(request.ip.isEmpty && request.labels.isEmpty && !request.uplink)
    }

    @Test("each field of a full request arrives")
    func keepsEachField() throws {
        let json = try ControlJSON.encode(AttachRequest.sample)
        #expect(try AttachRequest.decode(json) == .sample)
    }

    @Test("the known keys are exactly those that are written")
    func knowsItsKeys() throws {
        let keys = try SchemaSample(AttachRequest.sample).fields().keys
        #expect(Set(keys) == Set(AttachRequest.CodingKeys.allCases.map(\.rawValue)))
    }

    @Test("a mode that does not exist is refused with the list of those that do")
    func refusesUnknownModes() {
        let json = #"{"device": "web1", "mode": "bridge"}"#
        let problem = #expect(throws: Problem.self) { try AttachRequest.decode(json.utf8) }
        #expect(problem?.field == "mode")
        #expect(
            problem?.detail
                == "'bridge' is not a port mode; known are tap, netdev, host, vhost-user.")
    }

    @Test("a wrong element of a list is named by its place")
    func namesElements() {
        let json = #"{"device": "web1", "ip": ["10.0.0.1", 7]}"#
        let problem = #expect(throws: Problem.self) { try AttachRequest.decode(json.utf8) }
        #expect(problem?.field == "ip.1")
    }
}

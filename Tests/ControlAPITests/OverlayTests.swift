import ControlAPI
import Testing

extension OverlayReport {
    /// A report in which every field is set.
    static var sample: OverlayReport {
        var report = OverlayReport(
            listen: "0.0.0.0:51820", address: "10.98.0.1", underlayMTU: 1_500)
        report.running = true
        report.reason = "none"
        report.hostPort = "vsw-host0"
        report.publicKeys = ["AAAA="]
        (report.hosts, report.established, report.vms) = (2, 1, 7)
        report.counters = .sample
        return report
    }
}

extension OverlayKey {
    /// A key in which every field is set.
    static let sample = OverlayKey(publicKey: "AAAA=", formerPublicKey: "BBBB=")
}

extension OverlayMTUList {
    /// A list of one host.
    static let sample = OverlayMTUList(hosts: [
        OverlayMTUDerivation(host: "hv2", path: 1_500, guest: 1_390, lines: ["1500 underlay MTU"])
    ])
}

@Suite("Overlay")
struct OverlayTests {
    @Test("an action that nobody knows is refused, and the known ones are named")
    func knowsActions() {
        let problem = #expect(throws: Problem.self) {
            try OverlayKeyRequest.decode(#"{"action": "delete"}"#.utf8)
        }
        #expect(problem?.field == "action")
        #expect(
            problem?.detail
                == "'delete' is not a key action; known are generate, rotate, retire.")
    }

    @Test("a rekey without a host means every host, and unknown keys are refused")
    func rekeys() throws {
        #expect(try RekeyRequest.decode("{}".utf8) == RekeyRequest())
        #expect(throws: Problem.self) { try RekeyRequest.decode(#"{"peer": "hv2"}"#.utf8) }
    }
}

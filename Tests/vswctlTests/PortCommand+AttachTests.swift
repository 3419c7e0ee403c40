import ControlAPI
import Testing
import vswctl

extension PortCommandTests {
    @Test("attach sends each option that was typed, and no other")
    func attach() throws {
        let (run, requests) = try CommandLineRun.against(
            ["POST /v1/ports": .init(Self.port)], "port", "attach", "web1", "--vm", "web1",
            "--network", "blue", "--mode", "tap", "--netns", "ns1", "--mac", "52:54:00:00:00:11",
            "--ip", "10.66.0.11", "--ip", "fd00::11", "--label", "role=web", "--label", "x=a=b")
        #expect(run.status == 0)
        let body = try #require(requests.first?.split(separator: "\n").last)
        var expected = AttachRequest(
            device: "web1", vm: "web1", network: "blue", ip: ["10.66.0.11", "fd00::11"])
        expected.mode = .tap
        expected.netns = "ns1"
        expected.mac = "52:54:00:00:00:11"
        expected.labels = ["role": "web", "x": "a=b"]
        #expect(try AttachRequest.decode(body.utf8) == expected)
    }

    @Test("an open port says which policies govern it, a closed one why it is closed")
    func attachSays() throws {
        let (open, _) = try CommandLineRun.against(
            ["POST /v1/ports": .init(Self.port)], "port", "attach", "web1", "--vm", "web1")
        #expect(
            open.output == "port 3 web1 attached: vm web1, network blue, tap, open: "
                + "governed by shop\n")
        var port = Self.port
        port.state = .closed
        port.stateReason = "no policy selects it"
        let (closed, _) = try CommandLineRun.against(
            ["POST /v1/ports": .init(port)], "port", "attach", "web1", "--vm", "web1")
        #expect(closed.output.hasSuffix("closed: no policy selects it\n"))
    }

    @Test("an uplink is attached without a VM")
    func attachUplink() throws {
        let (run, requests) = try CommandLineRun.against(
            ["POST /v1/ports": .init(Self.port)], "port", "attach", "eth0", "--uplink",
            "--network", "blue", "--vlan", "100")
        #expect(run.status == 0)
        let body = try #require(requests.first?.split(separator: "\n").last)
        let request = try AttachRequest.decode(body.utf8)
        #expect(request.uplink && request.vlan == 100 && request.vm == nil)
    }

    @Test("a label is split at its first sign; the value may be empty, the key may not")
    func labels() {
        #expect(LabelArgument(argument: "a=b=c")?.value == "b=c")
        #expect(LabelArgument(argument: "a=")?.value == "")
        #expect(LabelArgument(argument: "=b") == nil)
        #expect(LabelArgument(argument: "a") == nil)
    }
}

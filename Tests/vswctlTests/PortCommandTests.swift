import ControlAPI
import Testing

@Suite("vswctl port")
struct PortCommandTests {
    static var port: Port {
        var request = AttachRequest(
            device: "web1", vm: "web1", network: "blue", ip: ["10.66.0.11", "fd00::11"])
        request.mac = "52:54:00:00:00:11"
        request.labels = ["role": "web", "app": "shop"]
        var port = Port(number: 3, attached: request)
        port.state = .open
        port.governedBy = ["shop"]
        port.generation = 7
        return port
    }

    @Test("list is a table with a row for each port")
    func list() throws {
        var request = AttachRequest(device: "eth0", network: "blue")
        request.uplink = true
        request.mode = .netdev
        let list = PortList(ports: [Self.port, Port(number: 4, attached: request)])
        let (run, _) = try CommandLineRun.against(["GET /v1/ports": .init(list)], "port", "list")
        let rows = Pieces(lines: run.output)
        #expect(rows.count == 3)
        #expect(rows[1].hasSuffix("52:54:00:00:00:11  10.66.0.11,fd00::11  shop"))
        #expect(rows[2].contains("netdev uplink") && rows[2].contains("closed"))
    }

    @Test("show has bindings, labels by name, the reason of its state, and counters")
    func show() throws {
        var port = Self.port
        port.state = .closed
        port.stateReason = "no policy selects it"
        port.counters.dropped = ["port_closed": 5]
        let (run, _) = try CommandLineRun.against(
            ["GET /v1/ports/web1": .init(port)], "port", "show", "web1")
        #expect(run.output.contains("labels      app=shop role=web\n"))
        #expect(run.output.contains("state       closed: no policy selects it\n"))
        #expect(run.output.contains("  port_closed"))
    }

    @Test("a port without addresses says what that means")
    func showWithoutAddresses() throws {
        var port = Self.port
        port.ip = []
        let (run, _) = try CommandLineRun.against(
            ["GET /v1/ports/web1": .init(port)], "port", "show", "web1")
        #expect(run.output.contains("may not send IP"))
    }

    @Test("detach names the device, whatever characters it has")
    func detach() throws {
        let (run, requests) = try CommandLineRun.against(
            ["DELETE /v1/ports/%2Frun%2Fa.sock": .init(bytes: [])], "port", "detach", "/run/a.sock")
        #expect(run.status == 0 && run.output == "port /run/a.sock detached\n")
        #expect(requests.count == 1)
    }
}

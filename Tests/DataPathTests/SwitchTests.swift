import Capture
import DataPath
import Packet
import PolicyEngine
import Ports
import Telemetry
import Testing

/// The whole data path with its thread, on memory ports.
@Suite struct SwitchTests {
    private let wires = [MemoryWire(), MemoryWire()]

    private func number(_ index: Int) -> PortNumber { PortNumber(rawValue: UInt16(index)) }

    /// A started switch with two ports that may speak.
    private func started() throws -> Switch {
        let datapath = try Switch(SwitchSettings())
        try datapath.start()
        for (index, wire) in wires.enumerated() {
            try datapath.attach(.memory(MemoryPort(wire)), as: number(index))
        }
        datapath.publish(try configuration())
        return datapath
    }

    private func configuration() throws -> SwitchConfiguration {
        let vni = try #require(VNI(rawValue: 1))
        let stations = [FrameBuilder.Station(0), FrameBuilder.Station(1)]
        let ports = stations.enumerated().map { index, station in
            var port = PortConfiguration(
                number: number(index), network: 0, isUplink: false,
                binding: PortBinding(mac: station.mac, addresses: [station.ip]))
            port.isOpen = true
            return port
        }
        let endpoints = stations.enumerated().map { index, station in
            var endpoint = PolicyEndpoint(vm: "vm\(index)", network: vni, mac: station.mac)
            endpoint.addresses = [station.ip]
            endpoint.port = number(index)
            return endpoint
        }
        let file = try PolicyParser.parse(PolicySource(path: "t.yaml", text: SwitchRig.allowAll))
        return SwitchConfiguration(
            generation: 1, networks: [NetworkConfiguration(vni: vni, mtu: 1_500)], ports: ports,
            policy: try PolicyCompiler.compile(
                [file], PolicyUniverse(endpoints: endpoints), today: PolicyDay(number: 0)))
    }

    /// Waits until the first wire's peer has something, at most two seconds.
    private func arrival() async throws -> MemoryFrame? {
        for _ in 0..<400 {
            if let frame = wires[1].receive() { return frame }
            try await Task.sleep(for: .milliseconds(5))
        }
        return nil
    }

    @Test("a frame crosses the thread, and the counters balance at any moment")
    func forwards() async throws {
        let datapath = try started()
        let frame = FrameBuilder(0, 1).udp(1, 2)
        #expect(wires[0].send(frame))
        #expect(try await arrival()?.bytes == frame.bytes)
        for round in 0..<200 {
            wires[0].send(FrameBuilder(0, 1).udp(UInt16(round), 2))
            #expect(await datapath.counts().total.isBalanced)
        }
        #expect(await datapath.connections(limit: 1_000).count > 1)
        datapath.stop()
    }

    @Test("after detach nothing arrives, the number is free, and the sum still balances")
    func detaches() async throws {
        let datapath = try started()
        wires[0].send(FrameBuilder(0, 1).udp(1, 2))
        #expect(try await arrival() != nil)
        await datapath.detach(number(1))
        #expect(await datapath.connections(limit: 10).isEmpty)
        wires[0].send(FrameBuilder(0, 1).udp(1, 3))
        #expect(await datapath.counts().total.isBalanced)
        #expect(wires[1].receive() == nil)
        try datapath.attach(.memory(MemoryPort(wires[1])), as: number(1))
        wires[0].send(FrameBuilder(0, 1).udp(1, 4))
        #expect(try await arrival() != nil)
        datapath.stop()
    }

    @Test("what rules decided and what was dropped is told, up to the call")
    func tells() async throws {
        let datapath = try started()
        for port in [1, 2, 2] as [UInt16] { wires[0].send(FrameBuilder(0, 1).udp(9, port)) }
        wires[0].send(FrameBuilder(0, 9).udp(1, 2))
        let isDone = try await comes { await datapath.counts().total.receivedFrames == 4 }
        #expect(isDone)
        let hits = await datapath.ruleHits()
        #expect(hits.map(\.generation) == [1] && hits[0].hits.values.map(\.count) == [2])
        #expect(hits[0].hits[1]?.rule.name == "test/#1")
        let drops = await datapath.recentDrops(of: number(0))
        #expect(drops.map(\.reason) == [.unknownDestination])
        #expect(await datapath.recentDrops(of: number(7)).isEmpty)
        #expect(await datapath.recentDrops(of: PortNumber(rawValue: .max)).isEmpty)
        datapath.stop()
        #expect(await datapath.ruleHits().map(\.generation) == [1])
    }

    @Test("a port number is given once, and below the limit")
    func refusesNumbers() throws {
        let datapath = try started()
        #expect(throws: SwitchError.portNumber(number(0))) {
            try datapath.attach(.memory(MemoryPort(MemoryWire())), as: number(0))
        }
        #expect(throws: SwitchError.portNumber(number(1_024))) {
            try datapath.attach(.memory(MemoryPort(MemoryWire())), as: number(1_024))
        }
        datapath.stop()
    }

    @Test("a capture sees frames from its start to its end, with the verdict")
    func captures() async throws {
        let datapath = try started()
        let session = try datapath.startCapture(
            CaptureRequest(port: number(0), filter: "udp port 2"))
        _ = await datapath.counts()
        wires[0].send(FrameBuilder(0, 1).udp(1, 2))
        wires[0].send(FrameBuilder(0, 1).udp(1, 3))
        wires[0].send(FrameBuilder(0, 9).udp(1, 2))
        _ = try await arrival()
        _ = await datapath.counts()
        var reasons: [DropReason?] = []
        for _ in 0..<100 where reasons.count < 2 {
            session.drain { reasons.append($0.record.dropReason) }
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(reasons == [nil, .unknownDestination])
        datapath.stopCapture(session)
        _ = await datapath.counts()
        wires[0].send(FrameBuilder(0, 1).udp(1, 2))
        _ = try await arrival()
        #expect(session.drain { _ in } == 0)
        datapath.stop()
    }
}

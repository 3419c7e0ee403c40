import Ports
import Testing

struct TrafficControlTests {
    @Test("filters are listed, replaced and deleted by their handle, each at its own hook")
    func managesFilters() throws {
        try within("tap0") { control throws(PortError) in
            #expect(try control.ingressKind() == nil)
            #expect(try control.filters(at: .ingress).isEmpty)
            try control.addClsact()
            #expect(try control.ingressKind() == "clsact")
            try control.set(.dropAll, handle: 0x77)
            try control.set(.pass(mark: 1), handle: 0x78)
            try control.set(.dropAll, handle: 0x77)
            #expect(try control.filters(at: .ingress).map(\.handle) == [0x77])
            #expect(try control.filters(at: .egress).map(\.handle) == [0x78])
            #expect(try control.filters(at: .egress).map(\.kind) == ["bpf"])
            try control.delete(0x77, at: .ingress)
            #expect(try control.filters(at: .ingress).isEmpty)
            #expect(try control.filters(at: .egress).count == 1)
            try control.deleteClsact()
            #expect(try control.ingressKind() == nil)
            #expect(try control.filters(at: .egress).isEmpty)
        }
    }

    @Test("a discipline that is there is not added again, one that is not cannot be deleted")
    func refusesTwice() throws {
        try within("tap0") { control throws(PortError) in
            try control.addClsact()
            #expect(throws: PortError(.isolate, "tap0", errno: 17)) { try control.addClsact() }
            try control.deleteClsact()
            #expect(throws: PortError.self) { try control.deleteClsact() }
            #expect(throws: PortError.self) { try control.set(.dropAll, handle: 1) }
        }
    }

    @Test("the programs are those of tc-bpf(8)")
    func assemblesPrograms() {
        #expect(TrafficFilter.dropAll.bytes == [6, 0, 0, 0, 2, 0, 0, 0])
        let pass = TrafficFilter.pass(mark: 0x0102_0304).bytes
        #expect(pass[0..<8] == [0x20, 0, 0, 0, 0x14, 0xf0, 0xff, 0xff])
        #expect(pass[8..<16] == [0x15, 0, 0, 1, 4, 3, 2, 1])
        #expect(pass[16..<24] == [6, 0, 0, 0, 0xff, 0xff, 0xff, 0xff])
        #expect(pass[24...] == [6, 0, 0, 0, 2, 0, 0, 0])
    }

    private func within(
        _ device: String, _ body: (borrowing TrafficControl) throws(PortError) -> Void
    ) throws {
        let rig = try NetworkRig()
        let name = try rig.makeNamespace()
        try rig.ip(name, "link add \(device) type veth peer name peer0")
        // A second device with a discipline, which must not be listed for the first.
        try NetworkRig.run(
            "ip", "netns", "exec", name, "tc", "qdisc", "add", "dev", "peer0", "clsact")
        try NetworkRig.inside(name) { () throws(PortError) in
            let found = try NetworkDevice.inspect(device)
            try body(try TrafficControl(DeviceName(device), index: found.index))
        }
    }
}

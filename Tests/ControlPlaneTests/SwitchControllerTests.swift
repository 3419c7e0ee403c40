import ControlAPI
import ControlPlane
import Packet
import Synchronization
import Testing

@Suite("attaching and detaching")
struct SwitchControllerTests {
    @Test("what is about to be done is written down before the device is touched")
    func writesIntentFirst() async throws {
        let rig = try await SwitchRig()
        let store = rig.store
        let phases = Mutex<[StoredPort.Phase]>([])
        let record: @Sendable (StoredPort) -> Void = { port in
            let stored = (try? store.load().ports) ?? []
            phases.withLock { $0 += stored.filter { $0.device == port.device }.map(\.phase) }
        }
        rig.devices.with { $0.onOpen = record }
        try await rig.attach("web1", "10.0.0.1")
        #expect(phases.withLock { $0 } == [.attaching])
        #expect(try store.load().ports.map(\.phase) == [.attached])
    }

    @Test("a port is closed until a policy selects it, and says why")
    func opensUnderPolicy() async throws {
        let rig = try await SwitchRig()
        let port = try await rig.attach("web1", "10.0.0.1", ["app": "shop"])
        #expect(port.state == .closed && port.stateReason?.contains("policy apply") == true)
        #expect(port.number == 1 && port.mode == .tap && port.mac?.count == 17)
        try await rig.apply(SamplePolicy.shop)
        let open = try await rig.controller.port(on: "web1")
        #expect(open.state == .open && open.stateReason == nil && open.governedBy == ["shop"])
        let other = try await rig.attach("x", "10.0.0.2")
        #expect(other.state == .closed && other.stateReason?.contains("selects") == true)
    }

    @Test("a device that cannot be opened leaves nothing behind, and its number is free again")
    func rollsBackFailedOpen() async throws {
        let rig = try await SwitchRig()
        rig.devices.with { _ = $0.failsToOpen.insert("web1") }
        let before = try rig.store.load()
        let problem = await #expect(throws: Problem.self) {
            try await rig.attach("web1", "10.0.0.1")
        }
        #expect(problem?.field == "device")
        #expect(try rig.store.load() == before)
        #expect(rig.devices.log == ["open web1", "remove web1"])
        #expect(await rig.controller.ports().ports.isEmpty)
        #expect(try await rig.attach("db1", "10.0.0.1").number == 1)
    }

    @Test("a change that cannot be written down takes the device back")
    func rollsBackFailedCommit() async throws {
        let rig = try await SwitchRig()
        let store = rig.store
        rig.devices.with { $0.onOpen = { _ in store.close() } }
        let problem = await #expect(throws: Problem.self) {
            try await rig.attach("web1", "10.0.0.1")
        }
        #expect(problem?.status == 500)
        #expect(rig.devices.log == ["open web1", "remove web1"])
        #expect(rig.devices.existing.isEmpty)
        #expect(await rig.controller.ports().ports.isEmpty)
    }

    @Test("of two attaches of one device at once, one wins and the other is told")
    func serialisesChanges() async throws {
        let rig = try await SwitchRig()
        let controller = rig.controller
        let results = await withTaskGroup(of: Int.self) { group in
            for index in 0..<8 {
                group.addTask {
                    let request = AttachRequest(device: "web1", vm: "v\(index)")
                    return (try? await controller.attach(request)) == nil ? 0 : 1
                }
            }
            return await group.reduce(0, +)
        }
        #expect(results == 1)
        #expect(rig.devices.log == ["open web1"])
    }

    @Test("a detached port is gone: from the list, the state, the devices; its number is free")
    func detaches() async throws {
        let rig = try await SwitchRig()
        try await rig.attach("web1", "10.0.0.1")
        try await rig.attach("db1", "10.0.0.2")
        try await rig.controller.detach("web1")
        #expect(await rig.controller.ports().ports.map(\.device) == ["db1"])
        #expect(try rig.store.load().ports.map(\.device) == ["db1"])
        #expect(rig.devices.existing == ["db1"])
        #expect(try await rig.attach("web1", "10.0.0.1").number == 1)
        let problem = await #expect(throws: Problem.self) {
            try await rig.controller.detach("nothing")
        }
        #expect(problem?.status == 404 && problem?.field == "device")
    }

    @Test("a device that cannot be taken down at once is taken down later")
    func finishesRemovalLater() async throws {
        let rig = try await SwitchRig()
        try await rig.attach("web1", "10.0.0.1")
        rig.devices.with { _ = $0.failsToRemove.insert("web1") }
        await #expect(throws: Problem.self) { try await rig.controller.detach("web1") }
        #expect(await rig.controller.ports().ports.isEmpty, "it passes nothing any more")
        let again = await #expect(throws: Problem.self) {
            try await rig.attach("web1", "10.0.0.1")
        }
        #expect(again?.status == 409 && again?.detail.contains("taken down") == true)
        rig.devices.with { $0.failsToRemove = [] }
        await rig.controller.heal()
        #expect(try rig.store.load().ports.isEmpty)
        try await rig.attach("web1", "10.0.0.1")
    }

    @Test("a port whose labels make the policies contradict each other is refused")
    func refusesContradiction() async throws {
        let rig = try await SwitchRig()
        let first = "policy: a\nfor: label a=1\nrules:\n  - allow any -> any\n"
        let second = "policy: b\nfor: label b=1\nrules:\n  - deny any -> any\n"
        try await rig.apply(first, second)
        let before = try rig.store.load()
        let problem = await #expect(throws: Problem.self) {
            try await rig.attach("web1", "10.0.0.1", ["a": "1", "b": "1"])
        }
        #expect(problem?.status == 409 && problem?.errors?.isEmpty == false)
        #expect(try rig.store.load() == before && rig.devices.log.isEmpty)
    }

    @Test("each change has a generation of its own")
    func countsGenerations() async throws {
        let rig = try await SwitchRig()
        let start = await rig.controller.status().generation
        try await rig.attach("web1", "10.0.0.1")
        try await rig.apply(SamplePolicy.open)
        try await rig.controller.detach("web1")
        #expect(await rig.controller.status().generation == start + 3)
    }
}

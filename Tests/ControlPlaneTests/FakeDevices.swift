import ControlAPI
import ControlPlane
import Packet
import Ports
import Synchronization

/// Devices without a kernel: what exists is a table, and each open port is a memory wire.
final class FakeDevices: DeviceSource {
    struct State {
        /// The devices that exist, by name.
        var existing: [String: DeviceFacts] = [:]
        /// The guests' ends of the open ports, by device.
        var wires: [String: MemoryWire] = [:]
        /// What happened, in order: `open web1`, `remove web1`.
        var log: [String] = []
        /// The devices whose opening fails, and whose removal fails.
        var failsToOpen: Set<String> = []
        var failsToRemove: Set<String> = []
        /// Called when a device is opened: what must be true at that moment.
        var onOpen: (@Sendable (StoredPort) -> Void)?
        /// Where the host's own device leads.
        var routes: [String] = []
        var lastIndex = 10
    }

    private let state = Mutex(State())

    /// Looks at or changes the table.
    @discardableResult
    func with<Value: Sendable>(_ body: (inout sending State) -> Value) -> Value {
        state.withLock { state in body(&state) }
    }

    /// A device that belongs to someone else comes into being.
    func add(_ name: String, mtu: Int = 1500) {
        with { state in
            state.lastIndex += 1
            state.existing[name] = DeviceFacts(index: state.lastIndex, mtu: mtu)
        }
    }

    var log: [String] { with { $0.log } }
    var routes: [String] { with { $0.routes } }
    var existing: [String] { with { $0.existing.keys.sorted() } }

    /// The guest's end of the port on `device`.
    func wire(_ device: String) -> MemoryWire? { with { $0.wires[device] } }

    func facts(of device: String, in namespace: String?) throws(Problem) -> DeviceFacts? {
        if namespace == "nowhere" {
            throw Problem(.notFound, "There is no namespace.", field: "netns")
        }
        return with { $0.existing[device] }
    }

    func open(
        _ port: StoredPort, mtu: Int, adopting: Bool
    ) throws(Problem) -> PortDevice {
        with { $0.onOpen }?(port)
        let wire = MemoryWire()
        let isOpen = with { state in
            state.log.append("\(adopting ? "adopt" : "open") \(port.device)")
            if state.failsToOpen.contains(port.device) { return false }
            if state.existing[port.device] == nil {
                guard port.mode != .netdev else { return false }
                state.lastIndex += 1
                state.existing[port.device] = DeviceFacts(index: state.lastIndex, mtu: mtu)
            }
            state.wires[port.device] = wire
            return true
        }
        guard isOpen else {
            throw Problem(.failed, "The device '\(port.device)' cannot be opened.", field: "device")
        }
        return .memory(MemoryPort(wire))
    }

    func setRoutes(of port: StoredPort, to addresses: [IPAddress]) throws(Problem) {
        with { $0.routes = addresses.map(\.description) }
    }

    func remove(_ port: StoredPort) throws(Problem) {
        let isRemoved = with { state in
            state.log.append("remove \(port.device)")
            if state.failsToRemove.contains(port.device) { return false }
            state.wires[port.device] = nil
            if port.mode == .tap { state.existing[port.device] = nil }
            return true
        }
        if !isRemoved {
            throw Problem(.failed, "The device '\(port.device)' cannot be removed.")
        }
    }
}

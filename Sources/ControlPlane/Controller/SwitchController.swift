import ControlAPI
import DataPath
import Logging
import Packet
import PolicyEngine

/// Makes the real switch what the stored state says: devices, data path, policy.
///
/// Every change takes the same steps: check, compile, write down what is about to be done, touch
/// the devices, write down that it is done, publish. The last step cannot fail; a failure before it
/// takes back what was done, and the switch goes on as it was.
package actor SwitchController {
    /// What is remembered over a restart.
    let store: StateStore
    /// What forwards the frames.
    package nonisolated let dataPath: Switch
    /// The most connections that the data path tracks.
    let connectionCountMax: Int
    /// Where devices come from.
    let devices: any DeviceSource
    /// Who this daemon is.
    let host: HostFacts
    /// Where decisions and troubles are told.
    let logger: Logger

    /// The stored state, as of the last change.
    var state: StoredState
    /// The attached ports' links, by device.
    var links: [String: PortLink] = [:]
    /// The policy in force, compiled for the attached ports.
    var policy: PolicyBook
    /// The policies before this one: rules of verdicts that were made under them are looked up
    /// there.
    var formerPolicies = FormerPolicies()
    /// Why the stored policy is not in force, after a start that could not compile it.
    var policyFault: Problem?
    /// The other hosts, and what this one needs to meet them.
    var overlay = OverlayState()
    /// What ports and rules are called in captures.
    nonisolated let narrator = CaptureNarrator()
    /// How often rules decided.
    var ruleTally = RuleTally()
    /// Recent denials.
    var denials = DenialTable()
    /// How many decisions are logged.
    var logBudget = LogBudget(perSecond: 100, burst: 500)
    private var turns = TurnTaking()

    /// What a controller controls.
    package struct Parts: Sendable {
        let dataPath: Switch
        let connectionCountMax: Int
        let devices: any DeviceSource

        /// A data path made with `settings`, and where its devices come from.
        package init(_ dataPath: Switch, _ settings: SwitchSettings, _ devices: any DeviceSource) {
            self.dataPath = dataPath
            connectionCountMax = settings.connections.capacity
            self.devices = devices
        }
    }

    /// The controller of these parts for the state in `store`; nothing is done before
    /// ``restore()``.
    package init(
        _ store: StateStore, _ parts: Parts, host: HostFacts, logger: Logger
    ) throws(StateError) {
        self.store = store
        dataPath = parts.dataPath
        connectionCountMax = parts.connectionCountMax
        devices = parts.devices
        self.host = host
        self.logger = logger
        state = try store.load()
        policy = .empty
    }

    /// The ports that exist for users, by device, and at last the host's own.
    var attachedPorts: [StoredPort] {
        state.ports.filter { $0.phase == .attached } + [overlay.hostPort].compactMap(\.self)
    }

    /// The networks that frames may be in: those that users added, and at last the hosts' own.
    var networksInForce: [StoredNetwork] {
        state.networks + [overlay.hostNetwork].compactMap(\.self)
    }

    /// The attached port on `device`.
    func attachedPort(_ device: String) throws(Problem) -> (StoredPort, PortLink) {
        guard let port = attachedPorts.first(where: { $0.device == device }),
            let link = links[device]
        else {
            let devices = attachedPorts.filter { $0.vm == device }.map(\.device)
            throw Problem.noPort(device, ofVM: devices)
        }
        return (port, link)
    }

    /// The network of this name; every stored port's network exists.
    func network(_ name: String) -> StoredNetwork {
        networksInForce.first { $0.name == name } ?? .default
    }

    /// The attached port with this number.
    func port(_ number: PortNumber) -> StoredPort? {
        attachedPorts.first { links[$0.device]?.number == number }
    }

    /// Writes one change down; all or nothing.
    func commit(_ change: (inout StoredState) -> Void) throws(Problem) {
        do throws(StateError) {
            state = try store.change(change)
        } catch {
            throw Problem(error)
        }
    }
}

// A change may suspend while the data path lets go of a device; no other change comes between.
extension SwitchController {
    /// Waits until no other change is under way, and begins one.
    func beginChange() async {
        guard turns.isTaken else {
            turns.isTaken = true
            return
        }
        await withCheckedContinuation { turns.waiting.append($0) }
    }

    /// Ends the change; the next one that waits begins.
    func endChange() {
        guard turns.waiting.isEmpty else { return turns.waiting.removeFirst().resume() }
        turns.isTaken = false
    }
}

/// Who may change the switch now, and who waits, in order.
private struct TurnTaking {
    var isTaken = false
    var waiting: [CheckedContinuation<Void, Never>] = []
}

import ControlAPI
import ControlPlane
import DataPath
import Logging
import Packet
import Ports

/// A whole control side over a running data path, with devices in memory and its state in a
/// directory of its own.
final class SwitchRig {
    let devices: FakeDevices
    let store: StateStore
    let controller: SwitchController
    let dataPath: Switch
    let log = LogLines()
    private let directory: Home
    private let overlay: OverlaySettings?

    /// The directory of the state; a restarted rig shares it.
    final class Home: Sendable {
        let temporary: TemporaryDirectory

        init() throws { temporary = try TemporaryDirectory() }
    }

    /// A rig that takes up what is in `home`.
    init(
        _ home: Home? = nil, _ devices: FakeDevices = FakeDevices(), name: String = "hv1",
        overlay: OverlaySettings? = nil
    ) async throws {
        let home = try home ?? Home()
        directory = home
        self.overlay = overlay
        var host = HostFacts(name: name, stateDirectory: home.temporary.path)
        host.overlay = overlay
        self.devices = devices
        store = try StateStore(in: StateDirectory(home.temporary.path))
        var settings = SwitchSettings()
        settings.connections.capacity = 4_096
        settings.flowCapacity = 1_024
        dataPath = try Switch(settings)
        try dataPath.start()
        controller = try SwitchController(
            store, SwitchController.Parts(dataPath, settings, devices), host: host,
            logger: log.logger())
        try await controller.restore()
    }

    deinit { end() }

    /// What `kill -9` leaves to the next daemon: nothing is closed in order but descriptors.
    func end() {
        dataPath.stop()
        store.close()
    }

    /// Ends this rig and starts another over the same state and devices.
    func restarted() async throws -> SwitchRig {
        end()
        return try await SwitchRig(directory, devices, overlay: overlay)
    }

    /// A rig with web1 and db1 under the shop policy.
    static func shop() async throws -> SwitchRig {
        let rig = try await SwitchRig()
        try await rig.attach("web1", "10.0.0.1", ["app": "shop", "role": "web"])
        try await rig.attach("db1", "10.0.0.2", ["app": "shop", "role": "db"])
        try await rig.apply(SamplePolicy.shop)
        return rig
    }

    /// The directory that holds the state.
    var stateDirectory: String { directory.temporary.path }

    /// Attaches a VM of this name on a TAP of the same name.
    @discardableResult
    func attach(
        _ vm: String, _ ip: String, _ labels: [String: String] = [:]
    ) async throws -> ControlAPI.Port {
        var request = AttachRequest(device: vm, vm: vm, ip: [ip])
        request.labels = labels
        return try await controller.attach(request)
    }

    /// Applies these texts, as files `0.yaml`, `1.yaml`, …
    @discardableResult
    func apply(_ texts: String...) async throws -> PolicyApplyReply {
        try await controller.applyPolicy(Self.applyRequest(texts))
    }

    static func request(_ texts: [String]) -> PolicyRequest {
        PolicyRequest(files: files(texts))
    }

    static func diffRequest(_ texts: [String]) -> PolicyDiffRequest {
        PolicyDiffRequest(files: files(texts))
    }

    /// The request to apply these texts, whatever they make possible.
    static func applyRequest(_ texts: [String]) -> PolicyApplyRequest {
        var request = PolicyApplyRequest(files: files(texts))
        request.allowWidening = true
        return request
    }

    private static func files(_ texts: [String]) -> [PolicyFileText] {
        texts.enumerated().map { PolicyFileText(path: "\($0.offset).yaml", text: $0.element) }
    }

    /// Waits until `condition` holds, ten seconds at most.
    static func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
        for _ in 0..<1_000 {
            if try await condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}

/// Policies that the tests apply.
enum SamplePolicy {
    /// web may reach db on port 5432, and nothing else passes.
    static let shop = """
        policy: shop
        for: label app=shop
        rules:
          - allow label role=web -> label role=db on udp/5432 log as pg
          - deny any -> any log as rest
        """

    /// Everything is denied.
    static let closed = """
        policy: shop
        for: label app=shop
        rules:
          - deny any -> any
        """

    /// Everything passes.
    static let open = """
        policy: open
        for: any
        rules:
          - allow any -> any
        """
}

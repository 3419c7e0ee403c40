import ControlAPI
import ControlPlane

/// A whole daemon in this process, with devices in memory, behind a real Unix socket.
final class DaemonRig: Sendable {
    let devices = FakeDevices()
    let log = LogLines()
    let socketPath: String
    let stateDirectory: String
    private let temporary: SwitchRig.Home
    private let stopSignal: StopSignal
    private let task: Task<Result<Void, any Error>, Never>

    /// Starts a daemon and waits until it answers.
    init() async throws {
        temporary = try SwitchRig.Home()
        socketPath = "\(temporary.temporary.path)/run/control.sock"
        stateDirectory = "\(temporary.temporary.path)/state"
        let daemon = Self.daemon(stateDirectory, socketPath, devices, log)
        stopSignal = daemon.stop
        task = Task { await Result { () async throws in try await daemon.run() } }
        let client = client
        guard try await SwitchRig.eventually({ (try? await client.status()) != nil }) else {
            throw StartError("the daemon did not start: \(await stop()) \(log.all)")
        }
    }

    deinit { stopSignal.raise() }

    /// A daemon that no signal of the test's process ends.
    static func daemon(
        _ stateDirectory: String, _ socketPath: String, _ devices: FakeDevices, _ log: LogLines
    ) -> Daemon {
        var daemon = Daemon(
            name: "hv1", stateDirectory: stateDirectory, socketPath: socketPath,
            logger: log.logger(.info))
        daemon.devices = devices
        daemon.endsBySignal = false
        return daemon
    }

    var client: ControlClient { ControlClient(socketPath: socketPath) }

    /// Ends the daemon as a signal does, and waits for that.
    @discardableResult
    func stop() async -> Result<Void, any Error> {
        stopSignal.raise()
        return await task.value
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}

import ControlAPI
import DataPath
import Logging

/// The whole daemon: what is started in which order, and stopped in the reverse one.
package struct Daemon: Sendable {
    /// Where the state is.
    package var stateDirectory: String
    /// Where clients connect.
    package var socketPath: String
    /// The host's name.
    package var name: String
    /// How this host meets others; nil when it does not.
    package var overlay: OverlaySettings?
    /// How the data path is set up.
    package var settings = SwitchSettings()
    /// Where the log goes.
    package var logger: Logger
    /// Where devices come from.
    package var devices: any DeviceSource = KernelDevices()
    /// Who is told when the daemon is ready.
    package var notifier = ServiceNotifier.environment
    /// Whether SIGTERM and SIGINT raise `stop`; a test does it by itself.
    package var endsBySignal = true
    /// Ends the daemon.
    package let stop = StopSignal()

    /// A daemon of this name, not yet started.
    package init(name: String, stateDirectory: String, socketPath: String, logger: Logger) {
        self.name = name
        self.stateDirectory = stateDirectory
        self.socketPath = socketPath
        self.logger = logger
    }

    /// Runs until `stop` ends it. The ports' devices stay, so that guests keep their NICs.
    package func run() async throws(StartError) {
        // From the first step to the last: a signal that comes early ends what has just begun.
        let signals = endsBySignal ? TerminationSignals { [stop] in stop.raise() } : nil
        defer { signals?.end() }
        let directory = try starting { () throws(StateError) in try StateDirectory(stateDirectory) }
        let store = try starting { () throws(StateError) in try StateStore(in: directory) }
        defer { store.close() }
        let socket = ControlSocket(socketPath)
        try socket.prepare()
        let dataPath = try starting { () throws(SwitchError) in try Switch(settings) }
        try starting { () throws(SwitchError) in try dataPath.start() }
        defer { dataPath.stop() }
        var host = HostFacts(name: name, stateDirectory: stateDirectory)
        host.overlay = overlay
        let controller = try starting { [host] () throws(StateError) in
            try SwitchController(
                store, SwitchController.Parts(dataPath, settings, devices), host: host,
                logger: logger)
        }
        do throws(Problem) {
            try await controller.restore()
        } catch {
            throw StartError(error.detail)
        }
        try await serve(controller, at: socket)
        // The lock on the directory is held until here.
        logger.notice("stopped", metadata: ["state": "\(directory.path)"])
    }

    /// Serves until it is time to stop.
    private func serve(
        _ controller: SwitchController, at socket: ControlSocket
    ) async throws(StartError) {
        defer { socket.remove() }
        stop.onRaise { [notifier] in notifier.stopping() }
        do {
            let server = try await HTTPServer(at: socket.path, RouteTable(controller))
            announce(socket)
            async let housekeeping: Void = Housekeeping(controller: controller).run(until: stop)
            try await server.run(until: stop)
            await housekeeping
        } catch {
            throw StartError(
                "cannot serve at '\(socket.path)' (\(error)): correct that, or name another socket"
                    + " with --socket")
        }
    }

    private func announce(_ socket: ControlSocket) {
        do throws(StartError) {
            try socket.open()
        } catch {
            logger.error("\(error)")
        }
        notifier.ready()
        logger.notice("ready", metadata: ["socket": "\(socket.path)", "name": "\(name)"])
    }

    /// The result of a step of the start, or its error as the sentence to end with.
    private func starting<Value: ~Copyable, Failure: Error>(
        _ step: () throws(Failure) -> Value
    ) throws(StartError) -> Value {
        do throws(Failure) {
            return try step()
        } catch {
            throw StartError("\(error)")
        }
    }
}

import ControlAPI
import DataPath
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The whole daemon: what is started in which order, and stopped in the reverse one.
package struct Daemon: Sendable {
    /// How long running requests may take to end after the signal.
    private static let patience = Duration.seconds(1)
    /// Idle connections are closed after this time, slow ones too.
    private static let idleTimeout = TimeAmount.seconds(60)
    /// The most connections at once; more wait.
    private static let connectionCountMax = 256

    /// Where the state is.
    package var stateDirectory: String
    /// Where clients connect.
    package var socketPath: String
    /// The host's name.
    package var name: String
    /// Where the log goes.
    package var logger: Logger
    /// Where devices come from.
    package var devices: any DeviceSource = KernelDevices()
    /// Who is told when the daemon is ready.
    package var notifier = ServiceNotifier.environment
    /// Whether SIGTERM and SIGINT end the daemon; a test ends it by other means.
    package var endsBySignal = true

    /// A daemon of this name, not yet started.
    package init(name: String, stateDirectory: String, socketPath: String, logger: Logger) {
        self.name = name
        self.stateDirectory = stateDirectory
        self.socketPath = socketPath
        self.logger = logger
    }

    /// Runs until a signal ends it. The ports' devices stay, so that guests keep their NICs.
    package func run() async throws(StartError) {
        let directory = try starting { () throws(StateError) in try StateDirectory(stateDirectory) }
        let store = try starting { () throws(StateError) in try StateStore(in: directory) }
        defer { store.close() }
        let socket = ControlSocket(socketPath)
        try socket.prepare()
        let settings = SwitchSettings()
        let dataPath = try starting { () throws(SwitchError) in try Switch(settings) }
        try starting { () throws(SwitchError) in try dataPath.start() }
        defer { dataPath.stop() }
        let controller = try starting { () throws(StateError) in
            try SwitchController(
                store, SwitchController.Parts(dataPath, settings, devices),
                host: HostFacts(name: name, stateDirectory: stateDirectory), logger: logger)
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

    /// Serves until a signal comes.
    private func serve(
        _ controller: SwitchController, at socket: ControlSocket
    ) async throws(StartError) {
        defer { socket.remove() }
        var configuration = ServiceGroupConfiguration(
            services: [
                StopNotice(notifier: notifier), Housekeeping(controller),
                server(controller, at: socket),
            ], gracefulShutdownSignals: endsBySignal ? [.sigterm, .sigint] : [],
            logger: libraryLogger)
        configuration.maximumGracefulShutdownDuration = Self.patience
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch is CancellationError {
            return
        } catch {
            throw StartError(
                "cannot serve at '\(socket.path)' (\(error)): correct that, or name another socket"
                    + " with --socket")
        }
    }

    private func server(_ controller: SwitchController, at socket: ControlSocket) -> some Service {
        Application(
            responder: RouteTable(controller),
            server: .http1(configuration: .init(idleTimeout: Self.idleTimeout)),
            configuration: ApplicationConfiguration(
                address: .unixDomainSocket(path: socket.path),
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connectionCountMax)),
            onServerRunning: { _ in announce(socket) },
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1)),
            logger: libraryLogger)
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

    /// What libraries say is for debugging, as long as it is no warning.
    private var libraryLogger: Logger {
        var logger = logger
        if logger.logLevel > .debug { logger.logLevel = max(logger.logLevel, .warning) }
        return logger
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

/// Tells systemd when the end begins.
private struct StopNotice: Service {
    let notifier: ServiceNotifier

    func run() async {
        await withGracefulShutdownHandler {
            try? await gracefulShutdown()
        } onGracefulShutdown: {
            notifier.stopping()
        }
    }
}

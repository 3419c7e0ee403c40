import Capture
import FlowTable
import Packet
import PolicyEngine
import Ports
import Synchronization
import Telemetry

/// The data path as the control side sees it: ports go in, configurations are published, counters
/// and events come out.
///
/// Nothing here waits for a frame, and no frame waits for anything here. Methods that need the
/// worker's word suspend the caller until the worker has ended a turn, at most some milliseconds.
///
/// - Errors: ``SwitchError`` from ``start()``; after that, nothing fails but by bad arguments.
public final class Switch: Sendable {
    /// What one lock guards: the control side's own picture.
    struct State {
        var configuration: SwitchConfiguration?
        var captures: [CaptureSession] = []
        var sequence: UInt64 = 0
        var ledgers = LedgerList()
        var commandsSent: UInt64 = 0
        var thread: WorkerThread?
        var overlay: OverlayService?
        // SAFETY: a slot is touched by the worker until it has let go of it, then freed here.
        var slots = SlotList()
    }

    /// Port numbers are below this.
    package static let portCountMax = 1_024

    let settings: SwitchSettings
    let link: WorkerLink
    let state = Mutex(State())

    /// A data path with `settings`, not yet started.
    public init(_ settings: SwitchSettings) throws(SwitchError) {
        guard let link = WorkerLink() else { throw SwitchError.noDescriptor }
        self.settings = settings
        self.link = link
    }

    /// Starts the worker. Without a configuration it drops every frame.
    public func start() throws(SwitchError) {
        guard let poller = Poller(bell: link.bell) else { throw .noDescriptor }
        guard let thread = WorkerThread(try worker(poller), settings) else { throw .noThread }
        state.withLock { $0.thread = thread }
    }

    private func worker(_ poller: consuming Poller) throws(SwitchError) -> Worker {
        do { return try Worker(settings, link, poller) } catch { throw .memory(error) }
    }

    /// Ends the worker and closes every device. Nothing passes from here on.
    public func stop() {
        let (thread, overlay) = state.withLock { state in
            defer { (state.thread, state.overlay) = (nil, nil) }
            return (state.thread, state.overlay)
        }
        thread?.stop()
        link.hasEnded.store(true, ordering: .releasing)
        overlay?.end()
        state.withLock { $0.slots.removeAll() }
    }

    /// Puts `configuration` in force: all of it, from the next batch on.
    public func publish(_ configuration: SwitchConfiguration) {
        state.withLock { state in
            var configuration = configuration
            configuration.ledger = state.ledgers.ledger(for: configuration, after: state.sequence)
            state.configuration = configuration
            state.overlay?.handshakes.configure(configuration.overlay?.peers.map(\.settings) ?? [])
            renew(&state)
        }
        link.ring()
    }

    /// Makes and publishes the snapshot of the current configuration and captures.
    func renew(_ state: inout State) {
        guard let configuration = state.configuration else { return }
        state.sequence += 1
        link.snapshot.publish(
            Snapshot(
                configuration, captures: state.captures, sequence: state.sequence,
                overlay: state.overlay?.start))
    }

    /// Shows the frames of one port to a new capture, until ``stopCapture(_:)``.
    public func startCapture(_ request: CaptureRequest) throws(CaptureError) -> CaptureSession {
        let session = try CaptureSession(request)
        state.withLock { state in
            state.captures.append(session)
            renew(&state)
        }
        link.ring()
        return session
    }

    /// Ends a capture.
    public func stopCapture(_ session: CaptureSession) {
        state.withLock { state in
            state.captures.removeAll { $0 === session }
            renew(&state)
        }
        link.ring()
    }

    /// What happened since the last call, oldest first. Called from one place.
    public func takeEvents() -> [DataPathEvent] {
        var events: [DataPathEvent] = []
        while let event = link.events.pop() { events.append(event) }
        link.snapshot.releaseUnseen()
        state.withLock { $0.ledgers.settle(seen: seenSequence) }
        return events
    }
}

/// Why the data path could not start.
public enum SwitchError: Error, Equatable, CustomStringConvertible {
    /// The process has no file descriptor left.
    case noDescriptor
    /// The system refused a thread.
    case noThread
    /// The memory of a table could not be had.
    case memory(TableMemoryError)
    /// The port number is taken, or beyond the last one.
    case portNumber(PortNumber)

    /// What happened and what to do.
    public var description: String {
        switch self {
        case .noDescriptor:
            "cannot start forwarding: no file descriptor is left; raise `ulimit -n`"
        case .noThread:
            "cannot start forwarding: the system refused a thread; raise `ulimit -u` or free memory"
        case .memory(let error): error.description
        case .portNumber(let number):
            "port number \(number) is taken, or not below \(Switch.portCountMax): detach a port"
        }
    }
}

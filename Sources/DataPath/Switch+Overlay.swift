import Overlay
import Packet
import Ports
import Telemetry

/// The overlay as the control side sees it.
extension Switch {
    /// Opens the way to the other hosts, once, before the first configuration with an overlay. If
    /// it throws, nothing is left open.
    package func openOverlay(_ start: OverlayStart) throws(OverlayError) {
        let port: UnderlayPort
        do throws(UnderlayError) {
            port = try UnderlaySocket(start.listen).open()
        } catch { throw .underlay(error) }
        guard let overlay = OverlayService(start, port, link) else { throw .noResources }
        do throws(SwitchError) {
            try attach(.none, as: .overlay)
        } catch {
            overlay.end()
            throw .switch(error)
        }
        unsafe send(.openOverlay(overlay.underlay))
        state.withLock { state in
            state.overlay = overlay
            renew(&state)
        }
    }

    /// How every peer stands; empty without an overlay.
    package func overlayReport() -> [PeerNumber: PeerReport] {
        state.withLock { $0.overlay?.handshakes.reports } ?? [:]
    }

    /// The longest frame that the path to each peer is known to carry, in bytes.
    package func overlayPaths() -> [PeerNumber: Int] {
        state.withLock { $0.overlay?.handshakes.paths } ?? [:]
    }

    /// What became of the handshake datagrams that no peer can be charged with, and how many were
    /// lost because the handshake thread had enough to do.
    package func overlayHandshakes() -> (counts: EngineCounts, lostCount: UInt64) {
        state.withLock { state in
            guard let handshakes = state.overlay?.handshakes else { return (EngineCounts(), 0) }
            return (handshakes.counts, handshakes.lostCount)
        }
    }

    /// Begins a handshake with one peer, or with all, soon.
    package func rekey(_ peer: PeerNumber?) {
        state.withLock { state in
            let peers =
                peer.map { [$0] } ?? state.configuration?.overlay?.peers
                .map(\.settings.number) ?? []
            for peer in peers { state.overlay?.handshakes.rekey(peer) }
        }
    }

    /// Makes these this host's keys; the first speaks, all answer.
    package func replaceIdentities(_ identities: [PrivateKey]) {
        state.withLock { $0.overlay?.handshakes.replaceIdentities(identities) }
    }
}

/// The running overlay: its state in the worker's hands, and the handshake thread.
@safe final class OverlayService: @unchecked Sendable {
    // Sendable: the pointer is the worker's until it has ended; this class only frees it then.

    /// How this host meets the others.
    let start: OverlayStart
    /// Where handshakes happen.
    let handshakes: HandshakeThread
    /// What the worker takes over.
    let underlay: UnsafeMutablePointer<Underlay>

    /// Starts the thread; nil when the system refuses what it needs.
    init?(_ start: OverlayStart, _ port: consuming UnderlayPort, _ worker: WorkerLink) {
        guard let link = OverlayLink() else { return nil }
        self.start = start
        let sender = port.sender
        unsafe underlay = .allocate(capacity: 1)
        unsafe underlay.initialize(to: Underlay(port, link))
        handshakes = HandshakeThread(link)
        guard handshakes.start(start, worker, sender) else {
            unsafe underlay.deinitialize(count: 1)
            unsafe underlay.deallocate()
            return nil
        }
    }

    /// Ends the thread and closes the socket, after the worker has ended or before it began.
    func end() {
        handshakes.stop()
        unsafe underlay.deinitialize(count: 1)
        unsafe underlay.deallocate()
    }
}

/// Why the overlay could not be opened.
package enum OverlayError: Error, CustomStringConvertible {
    /// The socket.
    case underlay(UnderlayError)
    /// The system refused a descriptor or a thread.
    case noResources
    /// The port.
    case `switch`(SwitchError)

    /// What happened and what to do.
    package var description: String {
        switch self {
        case .underlay(let error): error.description
        case .noResources:
            "cannot open the overlay: no file descriptor or thread is left; raise `ulimit -n` and"
                + " `ulimit -u`"
        case .switch(let error): error.description
        }
    }
}

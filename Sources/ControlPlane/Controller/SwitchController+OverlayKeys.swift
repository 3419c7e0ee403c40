import ControlAPI
import DataPath
import Overlay

// This host's key: made, replaced, retired. Only public keys are told.
extension SwitchController {
    /// This host's public keys.
    package func overlayKey() throws(Problem) -> OverlayKey {
        let keys = try loadKeys()
        guard let newest = keys.first else {
            throw Problem(
                .notFound, "This host has no key yet.",
                hint: "Make one with 'vswctl overlay keygen'.")
        }
        return OverlayKey(
            publicKey: newest.publicKey.base64,
            formerPublicKey: keys.dropFirst().first?.publicKey.base64)
    }

    /// Makes, rotates or retires this host's key.
    package func changeOverlayKey(
        _ request: OverlayKeyRequest
    ) async throws(Problem) -> OverlayKey {
        await beginChange()
        defer { endChange() }
        let keys = HostKeys(in: host.stateDirectory)
        switch request.action {
        case .generate: try generate(keys)
        case .rotate: try rotate(keys)
        case .retire: try retire(keys)
        }
        overlay.keys = try loadKeys()
        logger.notice("overlay key changed", metadata: ["action": "\(request.action.rawValue)"])
        if overlay.isRunning {
            renewIdentities()
        } else {
            startOverlay()
            try takeUpOverlay()
            try commit { $0.generation += 1 }
            publish()
        }
        return try overlayKey()
    }

    /// Makes the present keys the data path's, the one that calls first.
    func renewIdentities() {
        guard overlay.isRunning else { return }
        dataPath.replaceIdentities(overlay.identities(of: host.name))
    }

    private func generate(_ keys: HostKeys) throws(Problem) {
        guard try loadKeys().isEmpty else {
            throw Problem(
                .conflict, "This host has a key already; it is not overwritten.",
                hint: "To replace it without loss: 'vswctl overlay keygen --rotate'.")
        }
        try change { () throws(PrivateFileError) in try keys.generate(SystemRandom()) }
    }

    private func rotate(_ keys: HostKeys) throws(Problem) {
        switch try loadKeys().count {
        case 0: throw Problem.noKey
        case 1: try change { () throws(PrivateFileError) in try keys.rotate(SystemRandom()) }
        default:
            throw Problem(
                .conflict, "The last rotation has not ended: the former key is still accepted.",
                hint: "End it with 'vswctl overlay keygen --retire'.")
        }
    }

    /// Other hosts must have forgotten the former key first: else they call with what nobody
    /// answers.
    private func retire(_ keys: HostKeys) throws(Problem) {
        let present = try loadKeys()
        guard present.count > 1, let former = present.last else {
            throw Problem(.conflict, "There is no former key to retire.")
        }
        if overlay.directory.host(host.name)?.publicKeys.contains(former.publicKey) == true {
            throw Problem(
                .conflict, "The directory still lists the former key of '\(host.name)'.",
                hint: "Take it out of the file, and apply that on every host first.")
        }
        try change { () throws(PrivateFileError) in _ = try keys.retire() }
    }

    private func change(_ body: () throws(PrivateFileError) -> Void) throws(Problem) {
        do throws(PrivateFileError) {
            try body()
        } catch {
            throw Problem(.failed, "\(error).")
        }
    }
}

// MARK: The overlay and the directory

extension ControlClient {
    /// How this host meets the others.
    public func overlay() async throws(ControlError) -> OverlayReport {
        try await ask(.showOverlay)
    }

    /// This host's public keys.
    public func overlayKey() async throws(ControlError) -> OverlayKey {
        try await ask(.showOverlayKey)
    }

    /// Makes, rotates or retires this host's key.
    public func changeOverlayKey(
        _ action: OverlayKeyAction
    ) async throws(ControlError) -> OverlayKey {
        try await tell(.changeOverlayKey, OverlayKeyRequest(action: action))
    }

    /// How every other host stands.
    public func overlayPeers() async throws(ControlError) -> OverlayPeerList {
        try await ask(.listOverlayPeers)
    }

    /// Every MTU on the way to one host, or to each.
    public func overlayMTU(host: String? = nil) async throws(ControlError) -> OverlayMTUList {
        try await ask(.overlayMTU, query: host.map { [("host", $0)] } ?? [])
    }

    /// Agrees on new keys with one host, or with every one.
    public func rekey(_ request: RekeyRequest) async throws(ControlError) -> RekeyReply {
        try await tell(.rekey, request)
    }

    /// What a plain Linux host runs to join.
    public func exportWireGuard(_ host: String) async throws(ControlError) -> OverlayExport {
        try await ask(.exportWireGuard, host)
    }

    /// Rules that keep the hosts' services off these devices.
    public func protectHost(_ devices: [String]) async throws(ControlError) -> OverlayProtection {
        try await ask(.protectHost, query: devices.map { ("device", $0) })
    }

    /// Reads a directory against what this host is; changes nothing.
    public func checkDirectory(
        _ request: DirectoryRequest
    ) async throws(ControlError) -> DirectoryCheckReply {
        try await tell(.checkDirectory, request)
    }

    /// Makes the file the whole directory, or changes nothing.
    public func applyDirectory(
        _ request: DirectoryRequest
    ) async throws(ControlError) -> DirectoryApplyReply {
        try await tell(.applyDirectory, request)
    }

    /// The directory in force.
    public func directory() async throws(ControlError) -> DirectoryShow {
        try await ask(.showDirectory)
    }
}

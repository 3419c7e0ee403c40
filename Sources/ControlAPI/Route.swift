/// Every route of the control interface: what the daemon serves and `openapi.yaml` describes.
public enum Route: String, CaseIterable, Sendable {
    /// The daemon at a glance: ``Status``.
    case status = "GET /v1/status"
    /// Every network: ``NetworkList``.
    case listNetworks = "GET /v1/networks"
    /// Adds a network: ``NetworkRequest``, then ``Network``.
    case addNetwork = "POST /v1/networks"
    /// One network: ``Network``.
    case showNetwork = "GET /v1/networks/{name}"
    /// Removes a network that has no ports; no body.
    case removeNetwork = "DELETE /v1/networks/{name}"
    /// Every port: ``PortList``.
    case listPorts = "GET /v1/ports"
    /// Attaches a device: ``AttachRequest``, then ``Port``.
    case attachPort = "POST /v1/ports"
    /// One port: ``Port``.
    case showPort = "GET /v1/ports/{device}"
    /// Detaches a device; no body.
    case detachPort = "DELETE /v1/ports/{device}"
    /// A pcapng stream; its query is ``CaptureOptions``.
    case capture = "GET /v1/ports/{device}/capture"
    /// The last drops at a port: ``DropList``; its query is ``DropQuery``.
    case portDrops = "GET /v1/ports/{device}/drops"
    /// Compiles files: ``PolicyRequest``, then ``PolicyCheckReply``.
    case checkPolicy = "POST /v1/policy/check"
    /// What files would change: ``PolicyDiffRequest``, then ``PolicyDiffReply``.
    case diffPolicy = "POST /v1/policy/diff"
    /// Makes files the policy: ``PolicyApplyRequest``, then ``PolicyApplyReply``.
    case applyPolicy = "PUT /v1/policy"
    /// The policy in force: ``PolicyList``.
    case listPolicies = "GET /v1/policy"
    /// One policy in force: ``PolicyShow``.
    case showPolicy = "GET /v1/policy/{name}"
    /// The policies that were in force: ``PolicyHistory``.
    case policyHistory = "GET /v1/policy-history"
    /// Returns to one of them: ``PolicyRollbackRequest``, then ``PolicyApplyReply``.
    case rollBackPolicy = "POST /v1/policy/rollback"
    /// Keeps a policy that waits for it; no body: ``PolicyConfirmReply``.
    case confirmPolicy = "POST /v1/policy/confirm"
    /// Asks what would be: ``ExplainRequest``, then ``ExplainReply``.
    case explain = "POST /v1/policy/explain"
    /// Translates NetworkPolicies: ``PolicyImportRequest``, then ``PolicyImportReply``.
    case importPolicy = "POST /v1/policy/import"
    /// Writes a policy from connections: ``PolicyRecommendRequest``, then
    /// ``PolicyRecommendReply``.
    case recommendPolicy = "POST /v1/policy/recommend"
    /// Judges a capture under two policies: ``ReplayRequest``, then ``ReplayReply``.
    case replayPolicy = "POST /v1/policy/replay"
    /// Connections and denials: ``FlowList``; its query is ``FlowQuery``.
    case listFlows = "GET /v1/flows"
    /// The counters of every port: ``CounterReport``.
    case counters = "GET /v1/counters"
    /// The counters of one port: ``PortCounters``.
    case portCounters = "GET /v1/counters/{device}"
    /// How this host meets the others: ``OverlayReport``.
    case showOverlay = "GET /v1/overlay"
    /// This host's public keys: ``OverlayKey``.
    case showOverlayKey = "GET /v1/overlay/key"
    /// Makes, rotates or retires this host's key: ``OverlayKeyRequest``, then ``OverlayKey``.
    case changeOverlayKey = "POST /v1/overlay/key"
    /// How every other host stands: ``OverlayPeerList``.
    case listOverlayPeers = "GET /v1/overlay/peers"
    /// Every MTU on the way to other hosts: ``OverlayMTUList``; its query may name one `host`.
    case overlayMTU = "GET /v1/overlay/mtu"
    /// Agrees on new session keys: ``RekeyRequest``, then ``RekeyReply``.
    case rekey = "POST /v1/overlay/rekey"
    /// What a plain Linux host runs to join: ``OverlayExport``.
    case exportWireGuard = "GET /v1/overlay/export-wg/{name}"
    /// Rules that keep the hosts' services off the wire: ``OverlayProtection``; its query names
    /// devices, each as `device`.
    case protectHost = "GET /v1/overlay/protect-host"
    /// Reads a directory: ``DirectoryRequest``, then ``DirectoryCheckReply``.
    case checkDirectory = "POST /v1/directory/check"
    /// Makes a file the directory: ``DirectoryRequest``, then ``DirectoryApplyReply``.
    case applyDirectory = "PUT /v1/directory"
    /// The directory in force: ``DirectoryShow``.
    case showDirectory = "GET /v1/directory"
    /// ``OpenAPIDocument``.
    case openAPI = "GET /v1/openapi.yaml"

    /// The HTTP method.
    public var method: String { String(rawValue.prefix { $0 != " " }) }

    /// The path, with `{name}` or `{device}` where the request's own word goes.
    public var template: String { String(rawValue.drop { $0 != " " }.dropFirst()) }

    /// The path for `word` in place of the template's variable, percent-encoded (RFC 3986 §2.1).
    public func path(_ word: String) -> String {
        let parts = template.split(separator: "/").map { part in
            part.hasPrefix("{") ? word.percentEncoded : String(part)
        }
        return "/" + parts.joined(separator: "/")
    }
}

extension String {
    /// The string with everything but unreserved characters percent-encoded (RFC 3986 §2.3).
    package var percentEncoded: String {
        let digits = Array("0123456789ABCDEF")
        var text = ""
        for byte in utf8 {
            let scalar = Unicode.Scalar(byte)
            if Self.isUnreserved(scalar) {
                text.unicodeScalars.append(scalar)
            } else {
                text += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
        return text
    }

    private static func isUnreserved(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~": true
        default: false
        }
    }
}

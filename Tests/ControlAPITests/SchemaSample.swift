import ControlAPI
import Foundation
import Testing

/// One value of a type of the interface in which every field is set, as JSON.
///
/// The type is known to the tests by the name of its schema in `openapi.yaml`.
struct SchemaSample: Sendable, CustomTestStringConvertible {
    let name: String
    let json: [UInt8]
    let decodes: @Sendable ([UInt8]) -> Bool
    let roundTrips: @Sendable () throws -> Bool

    init<Value: Codable & Equatable & Sendable>(_ value: Value) {
        let json = (try? ControlJSON.encode(value)) ?? []
        name = String(describing: Value.self)
        self.json = json
        decodes = { (try? ControlJSON.decode(Value.self, from: $0)) != nil }
        roundTrips = { try ControlJSON.decode(Value.self, from: json) == value }
    }

    var testDescription: String { name }

    /// The fields, as JSON values.
    func fields() throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(json))
        return try #require(object as? [String: Any], "\(name) is not an object")
    }

    /// Whether the type decodes the sample without `field`.
    func decodes(without field: String) throws -> Bool {
        var fields = try fields()
        fields[field] = nil
        return decodes(Array(try JSONSerialization.data(withJSONObject: fields)))
    }

    /// Whether the type decodes the sample with a field that nobody knows.
    func decodesUnknownField() throws -> Bool {
        var fields = try fields()
        fields["surplus"] = 1
        return decodes(Array(try JSONSerialization.data(withJSONObject: fields)))
    }

    /// Every type of the interface that is an object.
    static let all: [SchemaSample] =
        [
            SchemaSample(Status.sample), SchemaSample(Status.sample.ports),
            SchemaSample(Status.sample.pressure), SchemaSample(Network.sample),
            SchemaSample(NetworkList(networks: [.sample])), SchemaSample(NetworkRequest.sample),
            SchemaSample(AttachRequest.sample), SchemaSample(Port.sample),
            SchemaSample(PortList(ports: [.sample])), SchemaSample(Problem.sample),
            SchemaSample(Status.sample.peers),
        ] + policies + policyTools + watching + overlay

    private static let policies = [
        SchemaSample(PolicyFileText.sample), SchemaSample(PolicyRequest(files: [.sample])),
        SchemaSample(PolicyFault.sample), SchemaSample(PolicySummary.sample),
        SchemaSample(PolicyList(generation: 7, policies: [.sample])),
        SchemaSample(PolicyShow.sample), SchemaSample(PolicyShow.sample.rules[0]),
        SchemaSample(
            PolicyCheckReply(policies: [.sample], errors: [.sample], warnings: [.sample])),
        SchemaSample(PolicyApplyReply.sample), SchemaSample(ExplainRequest.sample),
        SchemaSample(PolicyDiffReply.sample), SchemaSample(PolicyDiffReply.sample.gained[0]),
        SchemaSample(PolicyDiffReply.sample.later[0]),
        SchemaSample(PolicyDiffRequest(files: [.sample])),
        SchemaSample(PolicyApplyRequest.sample), SchemaSample(PolicyHistory.sample),
        SchemaSample(PolicyHistory.sample.generations[0]),
        SchemaSample(PolicyConfirmation(generation: 7, fallback: 5, secondsLeft: 60)),
        SchemaSample(PolicyConfirmReply(generation: 7)),
        SchemaSample(PolicyRollbackRequest(generation: 5)),
        SchemaSample(ExplainReply(explanations: [.sample])), SchemaSample(Explanation.sample),
        SchemaSample(Decision.sample), SchemaSample(Explanation.sample.nearestMiss!),
    ]

    private static let policyTools = [
        SchemaSample(PolicyImportRequest.sample), SchemaSample(PolicyImportReply.sample),
        SchemaSample(PolicyRecommendRequest.sample), SchemaSample(PolicyRecommendReply.sample),
        SchemaSample(ReplayRequest.sample), SchemaSample(ReplayRequest.sample.frames[0]),
        SchemaSample(ReplayReply.sample), SchemaSample(ReplayConnection.sample),
        SchemaSample(ReplayVerdict.sample), SchemaSample(ReplayIgnored.sample),
    ]

    private static let overlay = [
        SchemaSample(OverlayReport.sample), SchemaSample(OverlayKeyRequest(action: .rotate)),
        SchemaSample(OverlayKey.sample), SchemaSample(OverlayMTUList.sample),
        SchemaSample(OverlayMTUList.sample.hosts[0]), SchemaSample(RekeyRequest(host: "hv2")),
        SchemaSample(RekeyReply(hosts: ["hv2"])),
        SchemaSample(OverlayExport(host: "hv2", script: "set -e\n")),
        SchemaSample(OverlayProtection(devices: ["eth0"], rules: "table inet a {}\n")),
        SchemaSample(OverlayPeer.sample), SchemaSample(OverlayPeer.sample.traffic),
        SchemaSample(OverlayPeer.sample.handshakes),
        SchemaSample(OverlayPeerList(peers: [.sample], dropped: ["replay": 1])),
        SchemaSample(DirectoryRequest.sample),
        SchemaSample(DirectoryCheckReply(hosts: 1, vms: 2, errors: [.sample])),
        SchemaSample(DirectoryApplyReply(generation: 7, hosts: 1, vms: 2, warnings: ["w"])),
        SchemaSample(DirectoryShow.sample), SchemaSample(DirectoryShow.sample.hosts[0]),
        SchemaSample(DirectoryShow.sample.hosts[0].vms[0]),
    ]

    private static let watching = [
        SchemaSample(Drop.sample), SchemaSample(Drop.sample.now!),
        SchemaSample(DropList(device: "db1", drops: [.sample])),
        SchemaSample(Flow.sample), SchemaSample(FlowList(flows: [.sample])),
        SchemaSample(FlowEnd.sample), SchemaSample(RuleReference.sample),
        SchemaSample(Traffic(packets: 1, bytes: 2)), SchemaSample(FrameCounters.sample),
        SchemaSample(PortCounters(device: "web1", counters: .sample)),
        SchemaSample(CounterReport.sample),
    ]
}

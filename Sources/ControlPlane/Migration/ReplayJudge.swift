import ControlAPI
import DataPath
import Foundation
import Packet
import PolicyEngine

/// Judges the connections in frames of a capture under two policies. It keeps nothing, and it
/// changes nothing.
package struct ReplayJudge: Sendable {
    /// What the judge has to know of the switch.
    package struct World: Sendable {
        /// The policy in force.
        let policy: PolicyBook
        /// The VMs that policies may speak of.
        let universe: PolicyUniverse
        /// The names of networks.
        package var networks: [VNI: String] = [:]
        /// The network of each device, by its name.
        package var devices: [String: VNI] = [:]
        /// The names of the ports' devices.
        package var ports: [PortNumber: String] = [:]
        /// The host that each VM elsewhere lives on.
        package var hosts: [String: String] = [:]

        /// A world of these VMs under `policy`.
        package init(_ policy: PolicyBook, _ universe: PolicyUniverse) {
            self.policy = policy
            self.universe = universe
        }
    }

    private let world: World
    private let owners: AddressOwners
    private let before: CompiledPolicy
    private let after: CompiledPolicy

    /// - Throws: the problem of the candidate files, or of the policy in force, when one cannot be
    ///   compiled.
    package init(of request: ReplayRequest, in world: World) throws(Problem) {
        self.world = world
        owners = AddressOwners(world.universe)
        do throws(PolicyErrors) {
            let sources = request.files.map { StoredPolicy($0, isAudited: request.audit) }
            after = try PolicyBook(sources, for: world.universe).compiled
        } catch {
            throw Problem(error)
        }
        before = try world.policy.compiled(for: world.universe)
    }

    /// What becomes of the connections in the frames of `request`.
    package func reply(to request: ReplayRequest) throws(Problem) -> ReplayReply {
        guard request.frames.count <= ReplayRequest.frameCountMax else {
            throw Problem(
                .tooLarge, "There are more than \(ReplayRequest.frameCountMax) frames.",
                field: "frames", hint: "Send them in several requests.")
        }
        var ignored = ReplayIgnored()
        var found = ReplayedConnections()
        var reader = ReplayFrameReader()
        for (index, frame) in request.frames.enumerated() {
            guard request.interfaces.indices.contains(frame.interface) else {
                throw Problem(
                    .invalidRequest, "'frames.\(index).interface' is none of the interfaces.",
                    field: "frames.\(index).interface")
            }
            guard let parsed = try reader.parse(frame, index) else {
                ignored.unreadable += 1
                continue
            }
            take(parsed, request.interfaces[frame.interface], &found, &ignored)
        }
        return ReplayReply(connections: found.connections.map(report), ignored: ignored)
    }

    private func take(
        _ parsed: ParsedFrame, _ interface: String, _ found: inout ReplayedConnections,
        _ ignored: inout ReplayIgnored
    ) {
        guard case .part(let tuple, _, _) = ReplayedConnections.Frame(parsed) else {
            ignored.ungoverned += 1
            return
        }
        switch network(of: tuple, interface) {
        case .one(let network): _ = found.add(parsed, in: network)
        case .none: ignored.outside += 1
        case .several: ignored.ambiguous += 1
        }
    }

    /// Which networks a packet may be in.
    private enum Networks {
        case none, several
        case one(VNI)
    }

    /// The network of the device, or else the one in which the addresses belong to VMs: both, if
    /// there is such a network, or one.
    private func network(of tuple: FiveTuple, _ interface: String) -> Networks {
        let ends = [tuple.source, tuple.destination].map { Set(owners.networks(of: $0)) }
        let either = ends[0].union(ends[1])
        if let network = world.devices[interface] {
            return either.contains(network) ? .one(network) : .none
        }
        let both = ends[0].intersection(ends[1])
        let candidates = both.isEmpty ? either : both
        guard let first = candidates.first else { return .none }
        return candidates.count == 1 ? .one(first) : .several
    }
}

// Judging, and telling it.
extension ReplayJudge {
    private func report(_ connection: ReplayedConnections.Connection) -> ReplayConnection {
        let tuple = connection.tuple
        let hasPorts = [.tcp, .udp, .sctp].contains(tuple.ipProtocol)
        var report = ReplayConnection(
            network: world.networks[connection.network] ?? "\(connection.network)",
            service: "\(connection.service)",
            from: end(tuple.source, hasPorts ? tuple.sourcePort : nil, connection.network),
            to: end(tuple.destination, hasPorts ? tuple.destinationPort : nil, connection.network))
        report.packets = connection.frameCount
        if connection.hasBegun {
            report.before = verdict(before, connection)
            report.after = verdict(after, connection)
        }
        return report
    }

    private func end(_ address: IPAddress, _ port: UInt16?, _ network: VNI) -> FlowEnd {
        var end = FlowEnd(address: "\(address)", port: port.map { Int($0) })
        guard let owner = owners.owner(of: address, in: network) else { return end }
        let endpoint = world.universe.endpoints[owner]
        end.vm = endpoint.vm
        end.device = endpoint.port.flatMap { world.ports[$0] }
        end.host = endpoint.port == nil ? world.hosts[endpoint.vm] : nil
        return end
    }

    /// What `policy` says: the first end that refuses decides, the sender's goes first.
    private func verdict(
        _ policy: CompiledPolicy, _ connection: ReplayedConnections.Connection
    ) -> ReplayVerdict {
        let question = Question(connection.tuple, connection.service)
        let reading = TableReading(policy)
        let ends: [(TrafficDirection, PolicyQuestion)] = [
            (.egress, question.egress), (.ingress, question.ingress),
        ]
        let verdicts = ends.compactMap { direction, question in
            owners.owner(of: question.own, in: connection.network).map { owner in
                reading.verdict(of: owner, direction, question)
            }
        }
        let refusal = verdicts.first { $0.action != .allow }
        let deciding = refusal.map { [$0] } ?? verdicts
        var report = ReplayVerdict(
            ControlAPI.Verdict(refusal?.action ?? .allow),
            rules: deciding.map { RuleReference(policy.rule($0.rule)) })
        report.audited = deciding.contains { $0.isAudited }
        return report
    }
}

/// Makes frames of what a capture holds of them.
private struct ReplayFrameReader {
    /// A frame and zeros behind it, in place of what was not sent: payload is never looked at.
    private var buffer = [UInt8](repeating: 0, count: Frame.byteCountMax)
    /// How many bytes of the buffer are not zero.
    private var used = 0

    /// The frame's headers; nil when they are unsound, or not all there.
    mutating func parse(_ frame: ReplayFrame, _ index: Int) throws(Problem) -> ParsedFrame? {
        guard let data = Data(base64Encoded: frame.data).map({ [UInt8]($0) }) else {
            throw Problem(
                .invalidRequest, "'frames.\(index).data' is not Base64.",
                field: "frames.\(index).data")
        }
        guard data.count <= frame.length, frame.length <= Frame.byteCountMax else { return nil }
        for position in 0..<used { buffer[position] = 0 }
        buffer.replaceSubrange(0..<data.count, with: data)
        used = data.count
        // SAFETY: a view of bytes that live in the buffer, which is not written to meanwhile.
        let bytes = unsafe buffer.span.bytes.extracting(0..<frame.length)
        let parsed = ParsedFrame(bytes, virtio: VirtioNetHeader())
        guard parsed.fault == .none, parsed.payloadOffset <= data.count else { return nil }
        return parsed
    }
}

import ControlAPI
import DataPath
import FlowTable
import Packet
import PolicyEngine
import Telemetry

// Why frames were dropped: the last drops at a port, and what the policy in force says to them.
extension SwitchController {
    /// The drops at a port that the data path remembers, the latest first.
    package func drops(
        at device: String, _ query: DropQuery = DropQuery()
    ) async throws(Problem) -> DropList {
        let (_, link) = try attachedPort(device)
        let records = await dataPath.recentDrops(of: link.number)
        let now = UnixTime.now
        let wanted = records.filter { record in
            let time = UnixTime(nanosecondsSince1970: record.timestamp)
            return query.last.map { now.seconds - time.seconds <= Int64($0) } ?? true
        }
        return DropList(device: device, drops: wanted.map { drop($0, at: link.number) })
    }

    private func drop(_ record: DropRecord, at number: PortNumber) -> Drop {
        let time = { UnixTime(nanosecondsSince1970: $0).withMilliseconds }
        var drop = Drop(
            at: time(record.timestamp), count: UInt64(record.count), reason: record.reason.name,
            generation: UInt64(record.generation))
        drop.since = time(record.firstTimestamp)
        drop.explanation = record.reason.explanation
        drop.sent = record.side == .sender
        drop.network = record.vni.map(networkName)
        drop.sourceMAC = record.sourceMAC == .zero ? nil : "\(record.sourceMAC)"
        drop.destinationMAC = record.destinationMAC == .zero ? nil : "\(record.destinationMAC)"
        drop.service = record.service.map { "\($0)" }
        if let refusal = record.refusal {
            drop.rule = RuleReference(rule(refusal.rule, in: record.generation))
            drop.now = judgeNow(record, at: number)
        }
        guard let tuple = record.tuple, let vni = record.vni else { return drop }
        let (sender, receiver) = ports(of: record, at: number)
        drop.from = source(tuple, sender, in: vni)
        drop.to = destination(tuple, receiver, in: vni)
        return drop
    }

    /// The sender's and the receiver's port, as far as they are known.
    private func ports(
        of record: DropRecord, at number: PortNumber
    ) -> (sender: PortNumber?, receiver: PortNumber?) {
        record.side == .sender ? (number, record.otherPort) : (record.otherPort, number)
    }

    /// What the rules in force say to a frame that rules refused: the first end that refuses, else
    /// the first that only records a refusal, else the last that allows.
    private func judgeNow(_ record: DropRecord, at number: PortNumber) -> DropNow? {
        guard let tuple = record.tuple, let service = record.service else { return nil }
        let (sender, receiver) = ports(of: record, at: number)
        let question = Question(tuple, service)
        let verdicts = [
            judge(sender, .egress, question.egress), judge(receiver, .ingress, question.ingress),
        ].compactMap(\.self)
        let deciding =
            verdicts.first { $0.action != .allow } ?? verdicts.first(where: \.isAudited)
            ?? verdicts.last
        return deciding.map { verdict in
            var now = DropNow(
                verdict: ControlAPI.Verdict(verdict.action),
                rule: RuleReference(policy.names.rule(verdict.rule)))
            now.audited = verdict.isAudited
            return now
        }
    }

    /// The verdict of one end; nil for an end without rules here.
    private func judge(
        _ number: PortNumber?, _ direction: TrafficDirection, _ question: PolicyQuestion
    ) -> PolicyEngine.Verdict? {
        guard let number, let port = port(number), !port.isUplink else { return nil }
        return policy.compiled.table.classify(port: number, direction, question)
    }
}

extension UnixTime {
    /// The instant that many nanoseconds after 1970.
    init(nanosecondsSince1970 nanoseconds: UInt64) {
        self.init(
            seconds: Int64(nanoseconds / 1_000_000_000),
            nanoseconds: Int64(nanoseconds % 1_000_000_000))
    }
}

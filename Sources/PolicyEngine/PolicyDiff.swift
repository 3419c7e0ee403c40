import Packet

/// Which connections become possible, and which impossible, when one compiled policy takes the
/// place of another in the same universe.
///
/// **Exactness.** A connection is a packet to one station as ``PolicyProof`` has it: two ends, and
/// a service. The lines that are gained say exactly which pass under the new policy and not under
/// the old one; those that are lost, the reverse. A line speaks of each of its senders with each of
/// its receivers that it can send to (of one network and family, not to itself). What changes for
/// frames to all as they reach a VM, and not for packets to it, has lines of its own.
///
/// - Cost: the classes of ends of both policies pair by pair, then bits for each pair of units
///   that are part of a change.
public struct PolicyDiff: Sendable {
    /// Connections that change together.
    public struct Line: Hashable, Sendable {
        /// Whether they become possible; else they become impossible.
        public let isGained: Bool
        /// Who opens them: names of groups or VMs, prefixes (``DiffNaming``), shortened after
        /// ``wordCountMax``.
        public let senders: [String]
        /// To whom.
        public let receivers: [String]
        /// On which services; empty means every one.
        public let services: [String]
        /// The lists without anything left out: lines are the same only if these are.
        let whole: [[String]]
        /// Whether the line speaks of frames to all (multicast, broadcast) as they reach the
        /// receivers; only what does not change likewise for packets to the receivers themselves.
        public let isToAll: Bool
    }

    /// What becomes possible, shortened to the limit of lines.
    public let gained: [Line]
    /// What becomes impossible, shortened likewise.
    public let lost: [Line]
    /// How many more changes than the lines of ``gained`` there are: each would be a line, unless
    /// its shortened lists are those of another.
    public let omittedGainedCount: Int
    /// The same of ``lost``.
    public let omittedLostCount: Int

    /// Whether anything becomes possible that was not.
    public var widens: Bool { !gained.isEmpty }
    /// Whether nothing changes.
    public var isEmpty: Bool {
        gained.isEmpty && lost.isEmpty && omittedGainedCount + omittedLostCount == 0
    }

    /// How many lines of each kind are told.
    public static let lineCountMax = 100
    /// How many names or services stand in one list.
    public static let wordCountMax = 6

    /// Where only single rules differ, nothing is looked at but the packets that they speak of.
    ///
    /// - Parameter isWhole: whether nothing is shortened.
    /// - Throws: when the policies were not compiled for the same endpoints, or are too large.
    public init(
        from old: CompiledPolicy, to new: CompiledPolicy, isWhole: Bool = false
    ) throws(PolicyDiffError) {
        guard old.universe.endpoints == new.universe.endpoints else {
            throw PolicyDiffError(
                message: "the two policies were compiled for different VMs",
                hint: "compile the old policy for the VMs of now, then compare")
        }
        let difference = Self.difference(from: old, to: new)
        if let difference, difference.isEmpty {
            (gained, lost) = ([], [])
            (omittedGainedCount, omittedLostCount) = (0, 0)
            return
        }
        let names = DiffGroups(old: old.files, new: new.files, difference)
        let groups = Membership(names.graph, new.world.subjects)
        let cells = AddressCells([
            old.world.partition, new.world.partition, groups.partition,
        ])
        let space = PacketSpace(new.world, cells)
        let ends = [false, true].map {
            DiffEnds((old, new), space, (groups, names.scope), isToAll: $0)
        }
        guard !groups.partition.isOverBudget, !ends.contains(where: \.isOverBudget) else {
            throw PolicyDiffError(
                message: "the policies tell too many kinds of addresses and VMs apart to compare "
                    + "them by connections",
                hint: "name fewer separate prefixes")
        }
        let toStations = DiffCells(ends[0])
        var toAll = DiffCells(ends[1])
        toAll.remove(toStations)
        var gained = (lines: [Line](), omittedCount: 0)
        var lost = gained
        for changes in [toStations, toAll] where !changes.isEmpty {
            let writer = DiffWriter(changes, names, cells)
            let room = { (lines: [Line]) in isWhole ? nil : Self.lineCountMax - lines.count }
            let more = writer.lines(
                changes.gained, isGained: true, limit: room(gained.lines))
            let less = writer.lines(changes.lost, isGained: false, limit: room(lost.lines))
            gained = (gained.lines + more.lines, gained.omittedCount + more.omittedCount)
            lost = (lost.lines + less.lines, lost.omittedCount + less.omittedCount)
        }
        (self.gained, omittedGainedCount) = gained
        (self.lost, omittedLostCount) = lost
    }

    private init(_ diff: PolicyDiff, _ gained: [Line], _ lost: [Line]) {
        (self.gained, self.lost) = (gained, lost)
        omittedGainedCount = diff.omittedGainedCount
        omittedLostCount = diff.omittedLostCount
    }

    /// The same without the lines that others have. What was left out beyond the limit of lines may
    /// be something else, and is counted again.
    func without(_ told: [PolicyDiff]) -> PolicyDiff {
        let known = Set(told.flatMap { $0.gained + $0.lost })
        return PolicyDiff(
            self, gained.filter { !known.contains($0) }, lost.filter { !known.contains($0) })
    }

    /// The rules that differ; nil when there may be more.
    private static func difference(
        from old: CompiledPolicy, to new: CompiledPolicy
    ) -> RuleDifference? {
        let isOneDay = old.book.today == new.book.today
        // Without a last day to come, no rule ended between the two days.
        guard isOneDay || (old.nextExpiry == nil && new.nextExpiry == nil) else { return nil }
        return RuleDifference(from: old.files, to: new.files)
    }
}

/// Two policies cannot be compared.
public struct PolicyDiffError: Error, Hashable, Sendable {
    /// What is wrong, and why.
    public let message: String
    /// What to do.
    public let hint: String
}

extension PolicyDiffError: CustomStringConvertible {
    /// Message and hint in one line.
    public var description: String { "\(message); \(hint)" }
}

extension PolicyDiff.Line: CustomStringConvertible {
    /// `+ web -> db on tcp/5432`; for frames to all with `by frames to all` at its end.
    public var description: String {
        let ends = [senders, receivers].map { $0.joined(separator: ", ") }
        let on = services.isEmpty ? "" : " on \(services.joined(separator: ", "))"
        let sign = isGained ? "+" : "-"
        return "\(sign) \(ends[0]) -> \(ends[1])\(on)\(isToAll ? " by frames to all" : "")"
    }
}

extension PolicyDiff: CustomStringConvertible {
    /// One line for each change, and what was left out.
    public var description: String {
        var lines = (gained + lost).map(\.description)
        for (sign, count) in [("+", omittedGainedCount), ("-", omittedLostCount)] where count > 0 {
            lines.append("\(sign) … and \(count) more lines")
        }
        return lines.joined(separator: "\n")
    }
}

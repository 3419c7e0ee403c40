import ControlAPI
import Foundation

/// Sends a capture to the daemon in pieces, and joins what it answers.
struct PolicyReplay {
    /// The candidate's files.
    let files: [PolicyFileText]
    /// Whether all of them are in audit mode.
    let isAudited: Bool
    let client: ControlClient

    /// What becomes of the connections in the pcapng file at `path`.
    func run(_ path: String) async throws -> ReplayMerger {
        let file = try FilePieces(path)
        defer { file.end() }
        var frames = CapturedFrames(of: path)
        var merger = ReplayMerger()
        var batch: [CapturedFrames.Item] = []
        while let piece = try file.next() {
            batch += try frames.take(piece)
            while batch.count >= ReplayRequest.frameCountMax {
                try await judge(batch.prefix(ReplayRequest.frameCountMax), &merger)
                batch.removeFirst(ReplayRequest.frameCountMax)
            }
        }
        try frames.finish()
        try await judge(batch[...], &merger)
        merger.skippedCount = frames.skippedCount
        return merger
    }

    private func judge(
        _ batch: ArraySlice<CapturedFrames.Item>, _ merger: inout ReplayMerger
    ) async throws {
        var request = ReplayRequest(files: files, batch)
        request.audit = isAudited
        try merger.add(try await client.replayPolicy(request))
    }
}

extension ReplayRequest {
    /// The request that carries these frames; interfaces are numbered as they first occur.
    package init(files: [PolicyFileText], _ batch: ArraySlice<CapturedFrames.Item>) {
        self.init(files: files, interfaces: [], frames: [])
        var numbers: [String: Int] = [:]
        for item in batch {
            let number = numbers[item.interface] ?? interfaces.count
            if number == interfaces.count {
                numbers[item.interface] = number
                interfaces.append(item.interface)
            }
            frames.append(
                ReplayFrame(
                    interface: number, length: item.length,
                    data: Data(item.bytes).base64EncodedString()))
        }
    }
}

/// Joins the replies to the pieces of one capture: a connection is counted once, and the direction
/// in which it was first seen to begin holds.
package struct ReplayMerger {
    /// The most connections of one capture.
    package static let connectionCountMax = 1_000_000

    /// What makes connections of two replies the same: both ends, in either order where the
    /// protocol's two directions cannot be told apart.
    private struct Key: Hashable {
        let network: String
        let service: String
        let ends: [String]

        init(_ connection: ReplayConnection) {
            network = connection.network
            let ends = [connection.from, connection.to].map { "\($0.address) \($0.port ?? 0)" }
            let isICMP = connection.service.hasPrefix("icmp")
            self.ends = isICMP ? ends : ends.sorted()
            let hasPorts = connection.from.port != nil
            let word = connection.service.prefix { $0 != "/" }
            service = hasPorts ? String(word) : connection.service
        }
    }

    private var indices: [Key: Int] = [:]
    /// Everything so far.
    package private(set) var whole = ReplayReply(connections: [], ignored: ReplayIgnored())
    /// How many packets of the file could not be sent.
    package var skippedCount = 0

    /// Nothing yet.
    package init() {}

    /// Adds the next reply.
    package mutating func add(_ reply: ReplayReply) throws {
        whole.ignored.unreadable += reply.ignored.unreadable
        whole.ignored.ungoverned += reply.ignored.ungoverned
        whole.ignored.outside += reply.ignored.outside
        whole.ignored.ambiguous += reply.ignored.ambiguous
        for connection in reply.connections { try add(connection) }
    }

    private mutating func add(_ connection: ReplayConnection) throws {
        let key = Key(connection)
        guard let index = indices[key] else {
            guard whole.connections.count < Self.connectionCountMax else {
                throw CommandFailure(
                    "the capture has more than \(Self.connectionCountMax) connections; cut it "
                        + "into parts with 'editcap -c'")
            }
            indices[key] = whole.connections.count
            whole.connections.append(connection)
            return
        }
        let known = whole.connections[index]
        if known.before == nil, connection.before != nil { whole.connections[index] = connection }
        whole.connections[index].packets = known.packets + connection.packets
    }
}

/// A replay as people read it: what would change, and totals.
package struct ReplayText: CustomStringConvertible {
    private let merger: ReplayMerger

    /// Wraps a joined reply.
    package init(_ merger: ReplayMerger) {
        self.merger = merger
    }

    /// The text; each line ends with a newline.
    package var description: String {
        let judged = merger.whole.connections.filter { $0.before != nil }
        return judged.map(Self.change).joined() + totals(judged) + remainder(judged.count)
    }

    /// The lines for a connection whose verdict changes; empty for others.
    private static func change(_ connection: ReplayConnection) -> String {
        guard let before = connection.before, let after = connection.after,
            before.verdict != after.verdict || before.audited != after.audited
        else { return "" }
        let head =
            "\(word(after)), was \(word(before)): \(connection.from.text) -> "
            + "\(connection.to.text) on \(connection.service) in network \(connection.network)"
        var rules = Table()
        rules.add(["  now", by(before)])
        rules.add(["  then", by(after)])
        return head.printable + "\n" + rules.description
    }

    private static func word(_ verdict: ReplayVerdict) -> String {
        verdict.audited ? "\(verdict.verdict.rawValue) (audited)" : verdict.verdict.rawValue
    }

    private static func by(_ verdict: ReplayVerdict) -> String {
        let rules = verdict.rules.map(\.text)
        var unique: [String] = []
        for rule in rules where !unique.contains(rule) { unique.append(rule) }
        return "\(word(verdict)) by " + unique.joined(separator: ", ")
    }

    /// `12 connections, 2 would be denied, 1 would be allowed`
    private func totals(_ judged: [ReplayConnection]) -> String {
        let denied = judged.count { $0.before?.verdict == .allow && $0.after?.verdict != .allow }
        let allowed = judged.count { $0.before?.verdict != .allow && $0.after?.verdict == .allow }
        let other = judged.count { connection in
            connection.before?.verdict != .allow && connection.after?.verdict != .allow
                && connection.before?.verdict != connection.after?.verdict
        }
        var line =
            "\(judged.count.of("connection")), \(denied) would be denied, "
            + "\(allowed) would be allowed"
        if other > 0 { line += ", \(other) would be refused in another way" }
        return line + "\n"
    }

    /// What was not judged, and why.
    private func remainder(_ judgedCount: Int) -> String {
        let ignored = merger.whole.ignored
        let unseen = merger.whole.connections.count - judgedCount
        var lines: [String] = []
        if unseen > 0 {
            lines.append("\(unseen.of("connection")) whose beginning is not in the capture")
        }
        let reasons = [
            (ignored.outside, "between addresses of no VM"),
            (ignored.ambiguous, "whose addresses are in several networks"),
            (ignored.unreadable, "without sound headers"),
            (merger.skippedCount, "in blocks of an old kind"),
        ]
        for (count, reason) in reasons where count > 0 {
            lines.append("\(count.of("frame")) \(reason)")
        }
        return lines.map { "not judged: \($0)\n" }.joined()
    }
}

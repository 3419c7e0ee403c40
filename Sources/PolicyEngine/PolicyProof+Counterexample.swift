public import Packet

/// A packet that passes in spite of a promise.
public struct Counterexample: Hashable, Sendable {
    /// One end of the packet.
    public struct End: Hashable, Sendable {
        /// The address in the packet.
        public let address: IPAddress
        /// The VM that sends or receives it; nil for somebody behind an uplink.
        public let vm: String?
        /// Whether the address is not the VM's own: it may use every one, or it is a group's.
        public let isBorne: Bool
    }

    /// What lets the packet pass at one end.
    public struct Judge: Hashable, Sendable {
        /// The rule or default.
        public let rule: RuleDescription
        /// Whether it would refuse the packet, which is only recorded: its file is in audit mode.
        public let isAudited: Bool
    }

    /// The network.
    public let network: VNI
    /// The sender.
    public let from: End
    /// The receiver.
    public let to: End
    /// Whether the frame goes to all: the receiver is then one of several.
    public let isToAll: Bool
    /// The service.
    public let service: ServiceKey
    /// What lets it out; nil where nobody judges.
    public let egress: Judge?
    /// What lets it in; nil where nobody judges.
    public let ingress: Judge?
}

extension Counterexample {
    /// The commands that show it under `files`: one, or for a frame to all one for each end.
    private func explainCommands(_ files: [PolicyFile]) -> [String] {
        let from = Self.argument(from)
        guard isToAll, let vm = to.vm else {
            return [files.explainCommand(from, Self.argument(to), service)]
        }
        let ingress = files.explainCommand(from, vm, service)
        guard egress != nil else { return [ingress] }
        return [files.explainCommand(from, "\(to.address)", service), ingress]
    }

    /// What `explain` takes for the end.
    private static func argument(_ end: End) -> String {
        guard end.isBorne, let vm = end.vm else { return "\(end.address)" }
        return "\(vm)@\(end.address)"
    }

    /// The refusal of a file, one of `files`, because of its sentence.
    ///
    /// - Parameter isShown: whether commands can show the packet: not for VMs that are to come, or
    ///   on another day.
    func error(
        _ file: PolicyFile, _ sentence: PolicyInvariant, among files: [PolicyFile], isShown: Bool
    ) -> PolicyError {
        let commands = isShown ? explainCommands(files) : []
        let shown =
            commands.isEmpty
            ? ""
            : commands.joined(separator: " and ")
                + " \(commands.count == 1 ? "shows" : "show") it; "
        return PolicyError(
            file, at: sentence.position,
            (
                "`never \(sentence.text)` does not hold: \(passage)",
                shown + "narrow the rules, or the promise"
            ))
    }

    /// What passes, and why.
    var passage: String {
        "\(service) passes from \(name(from)) to \(receiver), \(judges)"
    }

    private func name(_ end: End) -> String {
        guard let vm = end.vm else { return "\(end.address) (no vm)" }
        return end.isBorne
            ? "\(end.address) (borne by vm \(vm), which may use any address)"
            : "\(end.address) (vm \(vm))"
    }

    private var receiver: String {
        guard isToAll, let vm = to.vm else { return name(to) }
        return "\(to.address), a frame to all that reaches vm \(vm)"
    }

    private var judges: String {
        switch (egress, ingress) {
        case (let out?, let into?) where out == into:
            "let out and in by \(Self.place(out))"
        case (let out?, let into?):
            "let out by \(Self.place(out)) and in by \(Self.place(into))"
        case (let out?, nil): "let out by \(Self.place(out)); nobody judges the other end"
        case (nil, let into?): "let in by \(Self.place(into)); nobody judges the other end"
        case (nil, nil): "and no switch judges either end"
        }
    }

    private static func place(_ judge: Judge) -> String {
        let rule = judge.rule
        let place =
            rule.file.isEmpty ? "`\(rule.name)`" : "`\(rule.name)` (\(rule.file):\(rule.line))"
        return place + (judge.isAudited ? ", which only records what it refuses" : "")
    }
}

extension [PolicyFile] {
    /// The command that explains a connection under these files, in back quotes, as a shell takes
    /// it. More than 16 files are named by their folders, which mostly hold no others.
    func explainCommand(_ from: String, _ to: String, _ service: ServiceKey) -> String {
        let audit = !isEmpty && allSatisfy { $0.mode == .audit } ? "--audit " : ""
        return "`vswctl policy explain \(from) \(to) \(service) \(audit)--with \(pathWords)`"
    }

    /// What names the files at a command line.
    public var pathWords: String { paths.map(Self.quoted).joined(separator: " ") }

    private var paths: [String] {
        let paths = map(\.source.path)
        let folders = Set(paths.map(Self.folder)).sorted()
        let isShort =
            folders.count <= 4
            && paths.allSatisfy { path in
                [".yaml", ".yml"].contains { path.hasSuffix($0) }
            }
        return count > 16 && isShort ? folders : paths
    }

    private static func folder(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
    }

    /// In single quotes where a shell might take a character for its own.
    private static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { octet in
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "/._-+,:@%".utf8.contains(octet)
            }
        }
        return isPlain ? path : "'" + path.replacing("'", with: "'\\''") + "'"
    }
}

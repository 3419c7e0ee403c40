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
    /// The rule that lets it out; nil where nobody judges.
    public let egress: RuleDescription?
    /// The rule that lets it in; nil where nobody judges.
    public let ingress: RuleDescription?
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
    func error(
        _ file: PolicyFile, _ sentence: PolicyInvariant, among files: [PolicyFile]
    ) -> PolicyError {
        let commands = explainCommands(files)
        return PolicyError(
            file, at: sentence.position,
            (
                "`never \(sentence.text)` does not hold: \(service) passes from \(name(from)) "
                    + "to \(receiver), \(judges)",
                commands.joined(separator: " and ")
                    + " \(commands.count == 1 ? "shows" : "show") it; "
                    + "narrow the rules, or the promise"
            ))
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
        case (let out?, let into?) where out.id == into.id:
            "let out and in by \(Self.place(out))"
        case (let out?, let into?):
            "let out by \(Self.place(out)) and in by \(Self.place(into))"
        case (let out?, nil): "let out by \(Self.place(out)); nobody judges the other end"
        case (nil, let into?): "let in by \(Self.place(into)); nobody judges the other end"
        case (nil, nil): "and no switch judges either end"
        }
    }

    private static func place(_ rule: RuleDescription) -> String {
        rule.file.isEmpty ? "`\(rule.name)`" : "`\(rule.name)` (\(rule.file):\(rule.line))"
    }
}

extension [PolicyFile] {
    /// The command that explains a connection under these files, in back quotes; more than four of
    /// them are only meant.
    func explainCommand(_ from: String, _ to: String, _ service: ServiceKey) -> String {
        let files = count > 4 ? "FILES" : map(\.source.path).joined(separator: " ")
        return "`vswctl policy explain \(from) \(to) \(service) --with \(files)`"
    }
}

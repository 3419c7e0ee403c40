import ControlAPI
import Packet
import PolicyEngine

/// Writes a recommended policy as a file.
package struct FlowRecommendationText {
    private let recommendation: FlowRecommendation
    private let endpoints: [PolicyEndpoint]
    private var labelled: [Label: Set<Int>] = [:]

    /// A label and its value.
    private struct Label: Hashable, Comparable {
        let key: String
        let value: String

        static func < (left: Label, right: Label) -> Bool {
            (left.key, left.value) < (right.key, right.value)
        }
    }

    /// More strangers than this in one sentence are worth a remark.
    private static let strangerCountUsual = 16

    /// Wraps what was observed.
    package init(_ recommendation: FlowRecommendation) {
        self.recommendation = recommendation
        endpoints = recommendation.universe.endpoints
        for (index, endpoint) in endpoints.enumerated() {
            for (key, value) in endpoint.labels where Self.isUsable(key) {
                labelled[Label(key: key, value: value), default: []].insert(index)
            }
        }
    }

    /// Whether a sentence can select by the label: not one of the switch's own, nor `has`.
    private static func isUsable(_ key: String) -> Bool {
        !key.hasPrefix("vswitch/") && key != "has"
    }

    /// The same; throws a problem where nothing was observed, or too much for one file.
    func reply(named name: String) throws(Problem) -> String {
        guard !recommendation.governed.isEmpty else {
            throw Problem(
                .notFound, "No connection lives from which a policy could be written.",
                hint: "Ask again while there is traffic; 'vswctl flow list' shows it.")
        }
        let text = text(name)
        guard text.utf8.count <= PolicyFileText.byteCountMax else {
            throw Problem(
                .tooLarge, "The connections need a policy of more than 1 MiB.", field: "vms",
                hint: "Ask for some VMs at a time, with --vm.")
        }
        return text
    }

    /// The file for a policy of this name: in audit mode, with a test for each connection seen.
    package func text(_ name: String) -> String {
        let connections = recommendation.connections
        var writer = PolicyWriter()
        writer.comment("Written by `vswctl policy recommend --from-flows` from live connections:")
        writer.comment("\(recommendation.connectionCount) connections, \(connections.count) kinds.")
        writer.comment("In audit mode nothing is dropped: what no sentence allows is recorded.")
        writer.comment("Watch that for some days, add what is missing, then say `mode: enforce`.")
        writer.add("policy: \(name)")
        writer.sentence("for:", peers(recommendation.governed))
        writer.add("mode: audit")
        writer.add("rules:")
        for rectangle in recommendation.rectangles { write(rectangle, to: &writer) }
        writer.add("default: deny log")
        writer.add("tests:")
        for (sender, receiver, service) in connections {
            writer.sentence(
                "  -", "\(one(sender)) -> \(one(receiver)) on \(Self.word(service)) => allow")
        }
        return writer.text
    }

    private func write(
        _ rectangle: FlowRecommendation.Rectangle, to writer: inout PolicyWriter
    ) {
        writer.comment(
            rectangle.count == 1 ? "1 connection" : "\(rectangle.count) connections", indentation: 2
        )
        let strangers = (rectangle.senders + rectangle.receivers).count { name in
            if case .address = name { true } else { false }
        }
        if strangers > Self.strangerCountUsual {
            writer.comment(
                "\(strangers) addresses outside: perhaps `any`, or a prefix, is meant",
                indentation: 2)
        }
        let services = rectangle.services.map(Self.word).joined(separator: ", ")
        writer.sentence(
            "  -",
            "allow \(peers(rectangle.senders)) -> \(peers(rectangle.receivers)) on \(services)")
    }

    /// The service as rules name it.
    private static func word(_ service: ServiceKey) -> String {
        switch service {
        case ServiceKey(.icmp, 8 << 8): "icmp/echo"
        case ServiceKey(.icmpv6, 128 << 8): "icmpv6/echo"
        default: "\(service)"
        }
    }

    private func one(_ name: FlowRecommendation.Name) -> String {
        switch name {
        case .endpoint(let index): "vm \(endpoints[index].vm)"
        case .address(let address): "cidr \(IPPrefix(address))"
        }
    }

    /// All of `names`: the VMs by a label where just these have it, else by name.
    private func peers(_ names: [FlowRecommendation.Name]) -> String {
        let vms = names.compactMap { name -> Int? in
            if case .endpoint(let index) = name { index } else { nil }
        }
        let strangers = names.compactMap { name -> String? in
            if case .address = name { one(name) } else { nil }
        }
        let named = Set(vms.map { "vm \(endpoints[$0].vm)" }).sorted()
        let known = vms.isEmpty ? [] : label(of: Set(vms)).map { [$0] } ?? named
        return (known + strangers).joined(separator: ", ")
    }

    /// The shortest tests by labels that just these endpoints pass; nil when there are none.
    ///
    /// If any tests of equality select just these, then all labels that they have in common do.
    private func label(of wanted: Set<Int>) -> String? {
        guard let first = wanted.first else { return nil }
        let common = endpoints[first].labels.map { Label(key: $0.key, value: $0.value) }
            .filter { labelled[$0]?.isSuperset(of: wanted) == true }.sorted()
        var left = common
        guard members(of: left) == wanted else { return nil }
        // Without each that changes nothing; the later keys go first.
        for label in common.reversed() {
            let fewer = left.filter { $0 != label }
            if members(of: fewer) == wanted { left = fewer }
        }
        return "label " + left.map { "\($0.key)=\($0.value)" }.joined(separator: " and ")
    }

    /// The endpoints that have all of `labels`; nil of none.
    private func members(of labels: [Label]) -> Set<Int>? {
        guard let first = labels.first else { return nil }
        return labels.dropFirst().reduce(labelled[first, default: []]) {
            $0.intersection(labelled[$1, default: []])
        }
    }
}

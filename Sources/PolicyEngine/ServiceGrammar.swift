import Packet

/// `services = service { "," service }`
enum ServiceGrammar {
    static func services(
        _ reader: inout TokenReader
    ) throws(SyntaxFault) -> [Located<ServiceTerm>] {
        var services: [Located<ServiceTerm>] = []
        repeat {
            let position = reader.next.position
            services.append(Located(try service(&reader), at: position))
        } while reader.take(.comma)
        return services
    }

    private static func service(_ reader: inout TokenReader) throws(SyntaxFault) -> ServiceTerm {
        guard let word = reader.next.word else {
            throw reader.unexpected(
                "a service", hint: "a service is `tcp/443`, `udp/53`, `icmp/echo`, a name or `any`")
        }
        let token = reader.take()
        return try term(word, at: token.position)
    }

    /// Reads one term, `any`, `NAME`, `tcp/80`, `icmp/echo` or `proto/47`.
    static func term(
        _ word: String, at position: SourcePosition
    ) throws(SyntaxFault) -> ServiceTerm {
        if word == "any" { return .any }
        let parts = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let detail = parts.count > 1 ? parts.dropFirst().joined(separator: "/") : nil
        switch parts[0] {
        case "tcp": return .range(try ports(.tcp, detail, at: position))
        case "udp": return .range(try ports(.udp, detail, at: position))
        case "sctp": return .range(try ports(.sctp, detail, at: position))
        case "icmp": return .range(try type(.icmp, detail, at: position))
        case "icmpv6": return .range(try type(.icmpv6, detail, at: position))
        case "proto": return .range(try number(detail, at: position))
        default: return .named(try name(word, parts, at: position))
        }
    }

    private static func name(
        _ word: String, _ parts: [String], at position: SourcePosition
    ) throws(SyntaxFault) -> String {
        if ["icmp6", "ipv6-icmp"].contains(parts[0]) {
            throw SyntaxFault(
                at: position, "unknown protocol `\(parts[0])`", hint: "did you mean `icmpv6`?")
        }
        if parts.count > 1 {
            let protocols = ["tcp", "udp", "sctp", "icmp", "icmpv6", "proto"]
            throw SyntaxFault(
                at: position, "unknown protocol `\(parts[0])`",
                hint: Spelling.hint(for: parts[0], among: protocols, "protocols"))
        }
        if NameRule.reserved.contains(word) {
            throw SyntaxFault(
                at: position, "expected a service, found `\(word)`",
                hint: "a service is `tcp/443`, `udp/53`, `icmp/echo`, a name or `any`")
        }
        try NameRule.check(word, "the name of a service", at: position)
        return word
    }

    private static func ports(
        _ ipProtocol: IPProtocol, _ detail: String?, at position: SourcePosition
    ) throws(SyntaxFault) -> ServiceRange {
        guard let detail else { return ServiceRange(ipProtocol) }
        let parts = detail.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        let first = try port(parts[0], in: "\(ipProtocol)/\(detail)", at: position)
        guard parts.count > 1 else {
            return ServiceRange(ServiceKey(ipProtocol, first), ServiceKey(ipProtocol, first))
        }
        let end = parts.dropFirst().joined(separator: "-")
        let last = try port(end, in: "\(ipProtocol)/\(detail)", at: position)
        guard first <= last else {
            throw SyntaxFault(
                at: position, "the port range `\(first)-\(last)` runs backwards",
                hint: "write `\(ipProtocol)/\(last)-\(first)`")
        }
        return ServiceRange(ServiceKey(ipProtocol, first), ServiceKey(ipProtocol, last))
    }

    private static func port(
        _ text: String, in service: String, at position: SourcePosition
    ) throws(SyntaxFault) -> UInt16 {
        if let port = UInt16(text), "\(port)" == text { return port }
        if text.isEmpty {
            throw SyntaxFault(
                at: position, "a port is missing in `\(service)`",
                hint: "write a number as in `tcp/443`; for every port leave out the `/`")
        }
        let isNumber = text.utf8.allSatisfy { 0x30...0x39 ~= $0 }
        guard isNumber, !text.hasPrefix("0") else {
            throw SyntaxFault(
                at: position, "`\(text)` in `\(service)` is not a port number",
                hint: "write a number as in `tcp/443`, or a range as in `tcp/8000-8080`")
        }
        throw SyntaxFault(
            at: position, "port \(text) in `\(service)` is above 65535",
            hint: "ports are numbers from 0 to 65535")
    }

    private static func type(
        _ ipProtocol: IPProtocol, _ detail: String?, at position: SourcePosition
    ) throws(SyntaxFault) -> ServiceRange {
        guard let detail else { return ServiceRange(ipProtocol) }
        let names = ipProtocol == .icmp ? ICMPTypeName.icmp : ICMPTypeName.icmpv6
        if let type = names[detail] { return ServiceRange(ipProtocol, type: type) }
        if let type = UInt8(detail), "\(type)" == detail {
            return ServiceRange(ipProtocol, type: type)
        }
        throw SyntaxFault(
            at: position, "`\(detail)` is not a type of \(ipProtocol)",
            hint: "a type is a number from 0 to 255 or a name; "
                + Spelling.hint(for: detail, among: Array(names.keys), "names"))
    }

    private static func number(
        _ detail: String?, at position: SourcePosition
    ) throws(SyntaxFault) -> ServiceRange {
        if let detail, let number = UInt8(detail), "\(number)" == detail {
            return ServiceRange(IPProtocol(rawValue: number))
        }
        throw SyntaxFault(
            at: position, "`proto` needs a protocol number",
            hint: "write a number from 0 to 255, as in `proto/47` for GRE")
    }
}

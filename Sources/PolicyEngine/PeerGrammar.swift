import Packet

/// `peers = peer { "," peer } [ "except" peer { "," peer } ]`
enum PeerGrammar {
    static func peers(_ reader: inout TokenReader) throws(SyntaxFault) -> PeerSet {
        let included = try list(&reader)
        guard reader.take(word: "except") else { return PeerSet(included) }
        return PeerSet(included, except: try list(&reader))
    }

    private static func list(
        _ reader: inout TokenReader
    ) throws(SyntaxFault) -> [Located<Peer>] {
        var peers: [Located<Peer>] = []
        repeat {
            let position = reader.next.position
            peers.append(Located(try peer(&reader), at: position))
        } while reader.take(.comma)
        return peers
    }

    /// `peer = "any" | GROUP | "vm" NAME | "cidr" PREFIX | "label" test { "and" test }`
    private static func peer(_ reader: inout TokenReader) throws(SyntaxFault) -> Peer {
        let hint = "a peer is `any`, a group, `vm NAME`, `cidr PREFIX` or `label KEY=VALUE`"
        guard let word = reader.next.word else { throw reader.unexpected("a peer", hint: hint) }
        switch word {
        case "any":
            _ = reader.take()
            return .any
        case "vm":
            _ = reader.take()
            return .vm(try reader.name("the name of a VM"))
        case "cidr":
            _ = reader.take()
            return .cidr(try PrefixGrammar.prefix(&reader))
        case "label":
            _ = reader.take()
            return .label(try tests(&reader))
        case _ where NameRule.reserved.contains(word):
            throw reader.unexpected("a peer", hint: hint)
        case _ where PrefixGrammar.isAddress(word):
            throw SyntaxFault(
                at: reader.next.position, "addresses are named by `cidr`",
                hint: "write `cidr \(word)`")
        default: return .group(try group(&reader))
        }
    }

    private static func group(_ reader: inout TokenReader) throws(SyntaxFault) -> String {
        let name = try reader.name("the name of a group")
        let next = reader.next
        guard next.kind == .equals || next.kind == .differs || next.word == "in" else {
            return name
        }
        throw SyntaxFault(
            at: next.position, "\(next.quoted) cannot follow the group `\(name)`",
            hint: "VMs with a label are named by `label`, as in `label \(name)=VALUE`")
    }

    private static func tests(_ reader: inout TokenReader) throws(SyntaxFault) -> [LabelTest] {
        var tests: [LabelTest] = []
        repeat {
            tests.append(try test(&reader))
        } while reader.take(word: "and")
        return tests
    }

    /// `test = KEY "=" VALUE | KEY "!=" VALUE | KEY "in" "(" VALUE { "|" VALUE } ")" | "has" KEY`
    private static func test(_ reader: inout TokenReader) throws(SyntaxFault) -> LabelTest {
        let what = "the key of a label"
        if reader.take(word: "has") { return .has(key: try reader.name(what, allowing: true)) }
        let key = try reader.name(what, allowing: true)
        if reader.take(.equals) { return .equals(key: key, value: try value(&reader)) }
        if reader.take(.differs) { return .differs(key: key, value: try value(&reader)) }
        guard reader.take(word: "in") else {
            throw reader.unexpected(
                "`=`, `!=` or `in` after the label's key",
                hint: "write `label \(key)=VALUE`, `label \(key) in (A|B)` or `label has \(key)`")
        }
        return .oneOf(key: key, values: try values(&reader))
    }

    private static func values(_ reader: inout TokenReader) throws(SyntaxFault) -> [String] {
        let hint = "write the values as `(a|b)`"
        try reader.expect(.open, "`(`", hint: hint)
        var values: [String] = []
        repeat {
            values.append(try value(&reader))
        } while reader.take(.bar)
        try reader.expect(.close, "`|` or `)`", hint: hint)
        return values
    }

    private static func value(_ reader: inout TokenReader) throws(SyntaxFault) -> String {
        try reader.name("the value of a label", allowing: true)
    }
}

/// `PREFIX`, with a message for each way to get one wrong.
enum PrefixGrammar {
    /// Whether a word is an address, or begins with one before a `/`.
    static func isAddress(_ word: String) -> Bool {
        IPAddress(String(word.prefix { $0 != "/" })) != nil
    }

    static func prefix(_ reader: inout TokenReader) throws(SyntaxFault) -> IPPrefix {
        guard let word = reader.next.word else {
            throw reader.unexpected("a prefix", hint: "write `cidr 10.9.0.0/24`")
        }
        let token = reader.take()
        guard let prefix = IPPrefix(word) else { throw fault(word, token.position) }
        return prefix
    }

    private static func fault(_ word: String, _ position: SourcePosition) -> SyntaxFault {
        let parts = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if word.lowercased().hasPrefix("::ffff:"), let ipv4 = word.split(separator: ":").last,
            IPAddress(String(ipv4.prefix { $0 != "/" }))?.isIPv4 ?? false
        {
            return SyntaxFault(
                at: position, "`\(word)` is an IPv4 address in the form of IPv6",
                hint: "write the IPv4 address itself, as in `cidr 10.0.0.1`")
        }
        guard parts.count <= 2, let address = IPAddress(parts[0]) else {
            return SyntaxFault(
                at: position, "`\(word)` is not an address prefix",
                hint: "write `10.9.0.0/24` or `2001:db8::/32`; octets have no leading zeros")
        }
        let bitCountMax = address.isIPv4 ? 32 : 128
        if parts.count > 1, let mask = IPAddress(parts[1]), address.isIPv4, mask.isIPv4 {
            let rest = ~UInt32(truncatingIfNeeded: mask.low)
            let isPrefix = rest & (rest &+ 1) == 0 && rest != .max
            return SyntaxFault(
                at: position, "`\(parts[1])` is a mask, not a prefix length",
                hint: isPrefix
                    ? "write `\(parts[0])/\(rest.leadingZeroBitCount)`"
                    : "write how many leading bits count, as in `10.9.0.0/24`")
        }
        guard let bitCount = Int(parts[1]), parts[1] == "\(bitCount)",
            (0...bitCountMax).contains(bitCount)
        else {
            return SyntaxFault(
                at: position, "`\(parts[1])` is not a prefix length from 0 to \(bitCountMax)",
                hint: "write `\(address)/\(bitCountMax)` for the one address")
        }
        let network = network(of: address, bitCount: bitCount + 128 - bitCountMax)
        return SyntaxFault(
            at: position, "`\(word)` has bits set after the first \(bitCount)",
            hint: "write `\(network)/\(bitCount)` for the network, "
                + "or `\(address)/\(bitCountMax)` for the one address")
    }

    private static func network(of address: IPAddress, bitCount: Int) -> IPAddress {
        let high = bitCount >= 64 ? UInt64.max : ~(.max >> UInt64(bitCount))
        let low =
            bitCount <= 64 ? 0 : bitCount == 128 ? UInt64.max : ~(.max >> UInt64(bitCount - 64))
        return IPAddress(high: address.high & high, low: address.low & low)
    }
}

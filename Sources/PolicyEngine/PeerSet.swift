public import Packet

/// Who a rule speaks of: `web, db except vm web9`. The members of both lists are alternatives.
public struct PeerSet: Sendable {
    /// The peers meant; never empty.
    public let included: [Located<Peer>]
    /// The peers left out again.
    public let excepted: [Located<Peer>]

    /// The set of `included` without `excepted`.
    public init(_ included: [Located<Peer>], except excepted: [Located<Peer>] = []) {
        self.included = included
        self.excepted = excepted
    }

    /// Where the set begins.
    public var position: SourcePosition {
        included.first?.position ?? SourcePosition(line: 1, column: 1)
    }
}

/// One alternative of a ``PeerSet``.
public enum Peer: Hashable, Sendable {
    /// Every VM and every other address.
    case any
    /// The members of a group of the same file.
    case group(String)
    /// The VM with this name.
    case vm(String)
    /// The addresses of a prefix, whoever has them. A prefix matches its own family alone.
    case cidr(IPPrefix)
    /// The VMs whose labels pass all tests.
    case label([LabelTest])
}

/// A test of one label of a VM.
public enum LabelTest: Hashable, Sendable {
    /// `KEY = VALUE`.
    case equals(key: String, value: String)
    /// `KEY != VALUE`: another value, or no such label.
    case differs(key: String, value: String)
    /// `KEY in (A | B)`.
    case oneOf(key: String, values: [String])
    /// `has KEY`.
    case has(key: String)

    /// Whether a VM with these labels passes.
    public func matches(_ labels: [String: String]) -> Bool {
        switch self {
        case .equals(let key, let value): labels[key] == value
        case .differs(let key, let value): labels[key] != value
        case .oneOf(let key, let values): labels[key].map(values.contains) ?? false
        case .has(let key): labels[key] != nil
        }
    }
}

extension IPPrefix {
    /// Whether the prefix stands for IPv4 addresses: it lies within their mapped range.
    package var isIPv4: Bool { address.isIPv4 && bitCount >= 96 }

    /// Whether `other` is of the prefix's family and lies within it: `::/0` holds no IPv4 address.
    package func covers(_ other: IPAddress) -> Bool { isIPv4 == other.isIPv4 && contains(other) }
}

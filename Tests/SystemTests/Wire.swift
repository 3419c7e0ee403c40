/// The physical network between two hosts: a veth pair whose ends are both called `wire`.
struct Wire: CustomStringConvertible {
    var family = Family.ipv4
    var mtu = 1_500

    static let all = [
        Wire(), Wire(family: .ipv6), Wire(mtu: 9_000), Wire(family: .ipv6, mtu: 9_000),
    ]

    var description: String { "\(family), MTU \(mtu)" }

    /// What guests can send over it (docs/overlay.md, "MTU").
    var guestMTU: Int {
        let outer = family == .ipv4 ? 60 : 80
        return (mtu - outer) / 16 * 16 - 36 - 14
    }

    /// The address of host 1 or 2.
    func address(_ number: Int) -> String {
        family == .ipv4 ? "192.0.2.\(number)" : "2001:db8::\(number)"
    }

    /// Where host 1 or 2 listens.
    func endpoint(_ number: Int) -> String {
        family == .ipv4 ? "\(address(number)):51820" : "[\(address(number))]:51820"
    }

    /// Joins two namespaces.
    func connect(_ first: NetworkNamespace, _ second: NetworkNamespace) throws {
        try first.ip(
            "link add wire mtu \(mtu) type veth peer name wire mtu \(mtu) netns \(second.name)")
        for (number, end) in [(1, first), (2, second)] {
            let length = family == .ipv4 ? "24" : "64 nodad"
            try end.ip("addr add \(address(number))/\(length) dev wire")
            try end.ip("link set wire up")
        }
    }
}

import Overlay

/// The numbers that hosts have in the data path: a host keeps its number as long as it stays in the
/// directory, so that its sessions go on when others come and go.
package struct PeerNumbers: Sendable {
    private var numbers: [String: PeerNumber] = [:]

    /// No host has a number yet.
    package init() {}

    /// The number of the host of this name.
    package subscript(_ host: String) -> PeerNumber? { numbers[host] }

    /// The host with this number.
    package func host(_ number: PeerNumber) -> String? {
        numbers.first { $0.value == number }?.key
    }

    /// Gives each of `hosts` a number, and takes those of others back. Hosts that find no number
    /// free stay without one.
    package mutating func assign(_ hosts: [String]) {
        let staying = Set(hosts)
        numbers = numbers.filter { staying.contains($0.key) }
        var taken = Set(numbers.values.map(\.rawValue))
        var next: UInt16 = 0
        for host in hosts where numbers[host] == nil {
            while taken.contains(next) { next += 1 }
            guard let number = PeerNumber(rawValue: next) else { return }
            numbers[host] = number
            taken.insert(next)
        }
    }
}

import DataPath
import Packet
import Testing

@Suite struct StationTableTests {
    @Test("every station is found at its owner, and nobody else anywhere")
    func matchesModel() {
        var generator = SeededGenerator(seed: 42)
        for count in [0, 1, 3, 100, 1_000] {
            let arena = SnapshotArena()
            var model: [IPAddress: StationOwner] = [:]
            for _ in 0..<count {
                model[randomKey(&generator)] = randomOwner(&generator)
            }
            let table = StationTable(model.map { (key: $0.key, owner: $0.value) }, in: arena)
            for (key, owner) in model {
                #expect(table.owner(of: key) == owner)
                #expect(table.isBound(key))
            }
            for _ in 0..<1_000 {
                let mac = MACAddress(rawValue: generator.next() & 0x1_ffff)
                let expected = model[StationTable.key(mac)] ?? .nobody
                #expect(table.owner(of: mac) == expected)
                #expect(table.isBound(mac) == (expected != .nobody))
            }
            withExtendedLifetime(arena) {}
        }
    }

    @Test("an address claimed twice belongs to the first: a guest here before a VM elsewhere")
    func firstHasIt() {
        let arena = SnapshotArena()
        let key = IPAddress(IPv4Address(rawValue: 1))
        let table = StationTable(
            [(key, .port(PortNumber(rawValue: 1))), (key, .remote(2))], in: arena)
        #expect(table.owner(of: key) == .port(PortNumber(rawValue: 1)))
        withExtendedLifetime(arena) {}
    }

    private func randomKey(_ generator: inout SeededGenerator) -> IPAddress {
        Bool.random(using: &generator)
            ? StationTable.key(MACAddress(rawValue: generator.next() & 0xffff))
            : IPAddress(IPv4Address(rawValue: UInt32(generator.next() & 0xfff)))
    }

    private func randomOwner(_ generator: inout SeededGenerator) -> StationOwner {
        let number = UInt16(truncatingIfNeeded: generator.next())
        return Bool.random(using: &generator)
            ? .port(PortNumber(rawValue: number)) : .remote(Int(number))
    }
}

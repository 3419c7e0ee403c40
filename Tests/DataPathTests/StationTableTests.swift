import DataPath
import Packet
import Testing

@Suite struct StationTableTests {
    @Test("every station is found at its port, and nobody else anywhere")
    func matchesModel() {
        var generator = SeededGenerator(seed: 42)
        for count in [0, 1, 3, 100, 1_000] {
            let arena = SnapshotArena()
            var model: [IPAddress: PortNumber] = [:]
            for _ in 0..<count {
                let key =
                    Bool.random(using: &generator)
                    ? StationTable.key(MACAddress(rawValue: generator.next() & 0xffff))
                    : IPAddress(IPv4Address(rawValue: UInt32(generator.next() & 0xfff)))
                model[key] = PortNumber(rawValue: UInt16(truncatingIfNeeded: generator.next()))
            }
            let table = StationTable(model.map { (key: $0.key, port: $0.value) }, in: arena)
            for (key, port) in model { #expect(table.port(of: key) == port) }
            for _ in 0..<1_000 {
                let mac = MACAddress(rawValue: generator.next() & 0x1_ffff)
                #expect(table.port(of: mac) == model[StationTable.key(mac)])
            }
            withExtendedLifetime(arena) {}
        }
    }

    @Test("a station named twice belongs to the last")
    func replaces() {
        let arena = SnapshotArena()
        let key = IPAddress(IPv4Address(rawValue: 1))
        let table = StationTable(
            [(key, PortNumber(rawValue: 1)), (key, PortNumber(rawValue: 2))], in: arena)
        #expect(table.port(of: key) == PortNumber(rawValue: 2))
        withExtendedLifetime(arena) {}
    }
}

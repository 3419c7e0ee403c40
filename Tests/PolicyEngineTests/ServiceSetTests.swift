import Packet
import PolicyEngine
import Testing

@Suite struct ServiceSetTests {
    /// A few ranges with edges near each other and at the ends of all services.
    private func random(_ random: inout SeededRandom) -> ServiceSet {
        let edges: [UInt32] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xff_fffd, 0xff_fffe, 0xff_ffff]
        let chosen = edges.filter { _ in random.next() % 2 == 0 }
        let ranges = stride(from: 0, to: chosen.count - chosen.count % 2, by: 2).map {
            ServiceRange(ServiceKey(rawValue: chosen[$0]), ServiceKey(rawValue: chosen[$0 + 1]))
        }
        return ServiceSet(ascending: ranges)
    }

    @Test("sets are joined, cut and turned around service by service")
    func agreesWithMembership() {
        var seeds = SeededRandom(seed: 5)
        let services = (Array(0...12) + Array(0xff_fff0...0xff_ffff)).map {
            ServiceKey(rawValue: UInt32($0))
        }
        for _ in 0..<2_000 {
            let (one, two) = (random(&seeds), random(&seeds))
            for service in services {
                let (left, right) = (one.contains(service), two.contains(service))
                #expect(one.intersection(two).contains(service) == (left && right))
                #expect(one.subtracting(two).contains(service) == (left && !right))
                #expect(ServiceSet.union(of: [one, two]).contains(service) == (left || right))
                #expect(one.complement.contains(service) == !left)
            }
            #expect(one.meets(two) == !one.intersection(two).isEmpty)
            #expect(one.complement.complement == one)
        }
    }

    @Test(
        "a set is told as rules write it",
        arguments: [
            ([(6 << 16 | 5_432, 6 << 16 | 5_432)], "tcp/5432"),
            ([(6 << 16, 6 << 16 | 0xffff)], "tcp"),
            ([(17 << 16 | 50, 17 << 16 | 60)], "udp/50-60"),
            ([(1 << 16 | 8 << 8, 1 << 16 | 8 << 8 | 0xff)], "icmp/8"),
            ([(47 << 16, 47 << 16 | 0xffff)], "proto/47"),
            ([(6 << 16 | 0xfff0, 7 << 16 | 0xffff)], "tcp/65520-65535, proto/7"),
            ([(0, 6 << 16 | 21), (6 << 16 | 23, 0xff_ffff)], "any except tcp/22"),
            ([(0, 0xff_ffff)], ""),
        ] as [([(UInt32, UInt32)], String)])
    func tellsServices(ranges: [(UInt32, UInt32)], expected: String) {
        let set = ServiceSet(
            ascending: ranges.map {
                ServiceRange(ServiceKey(rawValue: $0.0), ServiceKey(rawValue: $0.1))
            })
        #expect(set.words.joined(separator: ", ") == expected)
    }
}

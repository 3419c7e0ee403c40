import ControlAPI
import Testing

extension SystemTests {
    /// A ping proves nothing about offloads: here move at least 100 MB, compared by SHA-256.
    @Suite struct Offloads {
        private static let byteCount = 100_000_000

        /// What a transfer runs between, and what each end's kernel is left without.
        struct Course: CustomStringConvertible {
            var from = GuestPlan.Mode.tap
            var to = GuestPlan.Mode.tap
            var sender = ""
            var receiver = ""
            var family = Family.ipv4
            var description: String { "\(from) \(sender) → \(to) \(receiver) \(family)" }
        }

        private static let off = "tx off rx off tso off gso off gro off"
        static let courses = [
            Course(), Course(family: .ipv6),
            Course(from: .tap, to: .netdev), Course(from: .netdev, to: .tap),
            Course(from: .netdev, to: .netdev, family: .ipv6),
            Course(sender: off), Course(receiver: off),
            Course(to: .netdev, receiver: off),
            Course(from: .netdev, to: .netdev, sender: off, receiver: off),
        ]

        @Test("100 MB arrive intact whatever the ends can do", arguments: courses)
        func transfersArrive(course: Course) throws {
            try Site.run { site in
                let (one, two) = try pair(course, on: site)
                try two.serve(5201)
                let there = two.plan.address(course.family)
                #expect(try one.tries("transfer", there, "5201", "\(Self.byteCount)") == "intact")
                try expectSuperFrames(course, on: site)
            }
        }

        @Test("a UDP super-datagram arrives in its segments", arguments: courses)
        func segmentsArrive(course: Course) throws {
            try Site.run { site in
                let (one, two) = try pair(course, on: site)
                try two.serve(5201)
                let there = two.plan.address(course.family)
                #expect(try one.tries("segments", there, "5201", "40", "1400") == "40")
            }
        }

        private func pair(_ course: Course, on site: Site) throws -> (Guest, Guest) {
            let one = try site.add(GuestPlan(name: "one", number: 1, mode: course.from))
            let two = try site.add(GuestPlan(name: "two", number: 2, mode: course.to))
            try site.host.apply(policy("allow any -> any on tcp/5201, udp/5201"))
            try weaken(one, course.sender, on: site)
            try weaken(two, course.receiver, on: site)
            return (one, two)
        }

        /// Takes offloads from the guest's device, and from the host's end of a pair as well.
        private func weaken(_ guest: Guest, _ features: String, on site: Site) throws {
            guard !features.isEmpty else { return }
            try guest.namespace.must("ethtool -K \(guest.device) \(features) 2>&1 || true")
            guard guest.plan.mode == .netdev else { return }
            try site.host.namespace.must("ethtool -K \(guest.plan.name) \(features) 2>&1 || true")
        }

        /// With offloads on, frames far larger than the MTU crossed the switch whole.
        private func expectSuperFrames(_ course: Course, on site: Site) throws {
            let sender = try site.control.counters("one")
            #expect(sender.receivedBytes > UInt64(Self.byteCount))
            #expect(sender.lostSegments == 0)
            let mean = sender.receivedBytes / max(1, sender.receivedFrames)
            #expect(course.sender.isEmpty ? mean > 8_000 : mean <= 1_514, "mean frame \(mean) B")
        }
    }
}

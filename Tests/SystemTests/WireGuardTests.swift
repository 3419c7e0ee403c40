import ControlAPI
import Foundation
import Testing

extension SystemTests {
    /// The other host is plain Linux: Debian's wireguard-go and the kernel's VXLAN, set up by what
    /// `overlay export-wg` prints.
    @Suite struct WireGuard {
        /// How the two hosts meet.
        struct Course: CustomStringConvertible {
            var family = Family.ipv4
            var sharesKey = false
            /// Whether our host speaks first.
            var weInitiate = true

            var description: String {
                "\(family)\(sharesKey ? ", PSK" : ""), we \(weInitiate ? "call" : "answer")"
            }
        }

        static let courses = [
            Course(), Course(weInitiate: false), Course(family: .ipv6),
            Course(family: .ipv6, sharesKey: true, weInitiate: false), Course(sharesKey: true),
        ]

        @Test("a plain Linux host joins, and its guest and ours talk", arguments: courses)
        func joins(course: Course) throws {
            try play(course) { site in
                let (ours, theirs) = (site.guest, site.other)
                let first = course.weInitiate ? ours : theirs
                let second = course.weInitiate ? theirs : ours
                #expect(try first.reaches(second.plan.ipv4))
                #expect(try second.pings(first.plan.ipv6))
                try ours.serve(80)
                #expect(try theirs.tries("connect", ours.plan.ipv4, "80", "3") == "answered")
                try theirs.serve(5201)
                let there = theirs.plan.ipv4
                #expect(try ours.tries("transfer", there, "5201", "3000000") == "intact")
            }
        }

        @Test("the guest's MTU to a plain Linux host is exact to the byte, both ways")
        func mtuIsExact() throws {
            try play(Course()) { site in
                let fits = site.wire.guestMTU - 28
                for (from, to) in [(site.guest, site.other), (site.other, site.guest)] {
                    let arrives = try from.reaches(to.plan.ipv4, bytes: fits)
                    let isTooLong = try !from.pings(to.plan.ipv4, bytes: fits + 1)
                    #expect(arrives && isTooLong)
                }
            }
        }

        @Test("two changes of keys in a row lose nothing of what crosses meanwhile")
        func rekeys() throws {
            try play(Course(sharesKey: true)) { site in
                let address = site.other.plan.ipv4
                try #require(try site.guest.reaches(address))
                let pings = try site.guest.namespace.start(
                    ["ping", "-n", "-q", "-i", "0.02", "-c", "600", address])
                let before = try handshakes(site)
                for number in 1...2 {
                    // Two of our handshakes begin at least 5 s apart (REKEY_TIMEOUT).
                    try site.host.control.must("overlay", "rekey")
                    let isNew = try waitUntil(seconds: 10) {
                        try handshakes(site) == before + UInt64(number)
                    }
                    #expect(isNew, "handshake \(number)")
                }
                let end = try #require(pings.end(seconds: 30))
                #expect(end.output.contains("600 packets transmitted, 600 received"), "\(end)")
            }
        }

        private func handshakes(_ site: Stage) throws -> UInt64 {
            let peers = try site.host.control.reply(OverlayPeerList.self, "overlay", "peers").peers
            return UInt64(try #require(peers.first).handshakes.completed)
        }

        @Test("`wg show` over there names our key, and a handshake")
        func isKnown() throws {
            try play(Course()) { site in
                #expect(try site.guest.reaches(site.other.plan.ipv4))
                let shown = try site.linux.must("wg show")
                let key = try site.host.control.must("overlay", "pubkey")
                #expect(shown.contains(key.trimmingCharacters(in: .whitespacesAndNewlines)))
                #expect(shown.contains("latest handshake"))
            }
        }

        /// Our host hv1 with a guest, and a plain Linux host with another.
        private final class Stage {
            let wire: Wire
            let host: Host
            let linux: NetworkNamespace
            let guest: Guest
            let other: Guest

            init(_ course: Course) throws {
                wire = Wire(family: course.family)
                host = try Host("hv1")
                linux = try NetworkNamespace("linux")
                guest = try Guest(GuestPlan(name: "one", number: 1))
                other = try Guest(GuestPlan(name: "two", number: 2, mode: .netdev))
            }

            func remove() {
                host.remove()
                linux.remove()
                guest.remove()
                other.remove()
            }
        }

        private func play(_ course: Course, _ scenario: (Stage) throws -> Void) throws {
            let stage = try Stage(course)
            defer { stage.remove() }
            do {
                try setUp(stage, course)
                try scenario(stage)
            } catch {
                Issue.record("\(error)\nthe daemon's log:\n\(stage.host.log.suffix(4_000))")
            }
            let isBalanced = try waitUntil(seconds: 2) {
                try stage.host.control.counters().balanced
            }
            #expect(isBalanced)
            stage.host.stop()
        }

        private func setUp(_ stage: Stage, _ course: Course) throws {
            let (host, wire, plan) = (stage.host, stage.wire, stage.other.plan)
            host.configuration = """
                name: hv1
                overlay: {listen: "\(wire.endpoint(1))", address: 10.98.0.1}

                """
            try wire.connect(host.namespace, stage.linux)
            try host.start()
            try host.control.must("overlay", "keygen")
            let files = host.folder.path
            try stage.linux.must("umask 077; wg genkey >\(files)/key; wg genpsk >\(files)/psk")
            let key = try stage.linux.must("wg pubkey <\(files)/key")
                .trimmingCharacters(in: .whitespacesAndNewlines)
            var text = """
                hosts:
                  linux:
                    kind: linux
                    public-key: \(key)
                    endpoint: "\(wire.endpoint(2))"
                    address: 10.98.0.2

                """
            if course.sharesKey { text += "    preshared-key-file: \(files)/psk\n" }
            text += """
                    vms:
                      \(plan.directoryEntry)

                """
            try host.control.must("directory", "apply", try host.write(text, as: "directory.yaml"))
            try attach(stage.guest, to: host)
            try join(stage, files)
        }

        private func attach(_ guest: Guest, to host: Host) throws {
            let plan = guest.plan
            try host.control.must([
                "port", "attach", plan.name, "--vm", plan.name, "--netns", guest.namespace.name,
                "--mac", plan.mac, "--ip", plan.ipv4, "--ip", plan.ipv6,
            ])
            try guest.configure()
            try host.apply(OverlaySite.rules)
        }

        /// Runs what `export-wg` printed on the plain host, and gives it a bridge with a guest.
        private func join(_ stage: Stage, _ files: String) throws {
            let script = try stage.host.control.must("overlay", "export-wg", "linux")
            let file = try stage.host.write(script, as: "join.sh")
            try stage.linux.must("KEY=\(files)/key PSK=\(files)/psk sh \(file) >/dev/null 2>&1")
            let (plan, mtu) = (stage.other.plan, stage.wire.guestMTU)
            try stage.linux.must(
                """
                ip link add br1 type bridge
                ip link add p type veth peer name eth0 mtu \(mtu) address \(plan.mac) \
                netns \(stage.other.namespace.name)
                for device in vx1 p; do ip link set $device master br1 up; done
                ip link set br1 up
                """)
            try stage.other.configure()
        }
    }
}

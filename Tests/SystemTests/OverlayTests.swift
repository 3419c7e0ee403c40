import ControlAPI
import Foundation
import Testing

extension SystemTests {
    /// Two daemons on two hosts, whose guests talk as if on one switch.
    @Suite struct Overlay {
        @Test(
            "guests of one network on two hosts talk as the policy says, and no more",
            arguments: Wire.all)
        func talks(wire: Wire) throws {
            try OverlaySite.run(wire) { site in
                try site.two.serve(80, 22, 53)
                for family in Family.allCases {
                    let there = site.two.plan.address(family)
                    #expect(try site.one.tries("connect", there, "80", "3") == "answered")
                    #expect(try site.one.tries("datagram", there, "53") == "answered")
                    #expect(try site.one.pings(there))
                    #expect(try site.one.tries("connect", there, "22", "0.7") == "timeout")
                }
                let denied = try site.hosts[0].control.counters().total.dropped
                #expect(denied["denied_by_policy", default: 0] > 0)
            }
        }

        @Test("the receiver's host judges again what the sender's host let out")
        func judgesTwice() throws {
            try OverlaySite.run { site in
                try site.two.serve(80)
                try site.hosts[1].apply(policy("allow any -> any on icmp/echo"))
                #expect(try site.one.pings(site.two.plan.ipv4))
                let there = site.two.plan.ipv4
                #expect(try site.one.tries("connect", there, "80", "0.7") == "timeout")
                #expect(try site.overlayDrops(1)["denied_by_policy", default: 0] > 0)
            }
        }

        @Test("100 MB cross between the hosts intact", arguments: Wire.all)
        func transfers(wire: Wire) throws {
            try OverlaySite.run(wire) { site in
                try site.two.serve(5201)
                for family in Family.allCases {
                    let there = site.two.plan.address(family)
                    let word = try site.one.tries(
                        "transfer", there, "5201", "100000000", seconds: 90)
                    #expect(word == "intact")
                }
            }
        }

        @Test("the guest's MTU is exact to the byte, and a guest that tries more is told")
        func mtuIsExact() throws {
            try OverlaySite.run { site in
                try site.one.namespace.ip("link set one mtu 1500")
                let fits = site.wire.guestMTU - 28
                #expect(try site.one.pings(site.two.plan.ipv4, bytes: fits))
                #expect(try !site.one.pings(site.two.plan.ipv4, bytes: fits + 1))
                let route = try site.one.namespace.must("ip route get \(site.two.plan.ipv4)")
                #expect(route.contains("mtu \(site.wire.guestMTU)"), "\(route)")
                try site.two.serve(5201)
                let there = site.two.plan.ipv4
                #expect(try site.one.tries("transfer", there, "5201", "3000000") == "intact")
            }
        }

        @Test("nothing of the guests is on the wire: at start, after a crash, after a removal")
        func nothingInClear() throws {
            try OverlaySite.run { site in
                let marker = "marker-\(UUID().uuidString)"
                let capture = site.hosts[0].folder.appending(path: "wire.pcap")
                let dump = try watchWire(site, to: capture.path)
                func shout() throws {
                    let line = "echo \(marker) >/dev/udp/\(site.two.plan.ipv4)/53"
                    for _ in 0..<5 { try site.one.namespace.must("bash -c '\(line)' || true") }
                }
                try site.two.serve(53)
                try shout()
                site.hosts[1].kill()
                try shout()
                try site.hosts[1].start()
                try shout()
                try site.applyDirectory("hosts: {}\n")
                try shout()
                usleep(300_000)
                _ = dump.terminate()
                let seen = try Data(contentsOf: capture)
                #expect(seen.count > 1_000)
                #expect(seen.range(of: Data(marker.utf8)) == nil)
            }
        }

        @Test("after kill -9 of either host its guests meet again")
        func survivesCrash() throws {
            try OverlaySite.run { site in
                #expect(try site.one.pings(site.two.plan.ipv4))
                for host in site.hosts {
                    host.kill()
                    try host.start()
                    let isBack = try waitUntil(seconds: 20) {
                        try site.one.pings(site.two.plan.ipv4)
                    }
                    #expect(isBack, "after the crash of \(host.name)")
                }
            }
        }

        @Test("a recorded wire that is played again delivers nothing, and is counted")
        func refusesReplay() throws {
            try OverlaySite.run { site in
                let before = try record(site)
                let tool = TrafficTools.path + "/wire.py"
                let played = try site.hosts[0].namespace.must(
                    "\(tool) replay wire \(before.capture) 51820")
                try expectNothingNew(site, before, "replay of \(played)")
                #expect(try site.overlayDrops(1)["replay", default: 0] > 0)
            }
        }

        @Test("a datagram with any one byte changed delivers nothing, and is counted")
        func refusesChange() throws {
            try OverlaySite.run { site in
                let before = try record(site)
                let tool = TrafficTools.path + "/wire.py"
                let played = try site.hosts[0].namespace.must(
                    "\(tool) flip wire \(before.capture) 51820")
                try expectNothingNew(site, before, "flips: \(played)")
                #expect(try site.overlayDrops(1)["auth", default: 0] > 0)
            }
        }

        @Test("keys lie in locked memory, and the daemon leaves no core")
        func keepsKeys() throws {
            try OverlaySite.run { site in
                let pid = try site.hosts[0].control.status().processID
                let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
                let locked = try #require(status.firstMatch(of: /VmLck:\s+(\d+) kB/))
                #expect(Int(locked.output.1).map { $0 >= 1_024 } == true, "\(locked.output.0)")
                let limits = try String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8)
                #expect(limits.contains(#/Max core file size +0 +0 /#))
                #expect(try site.hosts[0].control.status().warnings.isEmpty)
            }
        }

        @Test("a VM that the directory takes from a host is heard from there no more")
        func directoryEntitles() throws {
            try OverlaySite.run { site in
                #expect(try site.one.pings(site.two.plan.ipv4))
                let text = try site.directory {
                    $0.replace(site.one.plan.mac, with: "02:66:00:00:00:99")
                }
                let file = try site.hosts[1].write(text, as: "directory.yaml")
                try site.hosts[1].control.must("directory", "apply", file)
                #expect(try !site.one.pings(site.two.plan.ipv4))
                #expect(try site.overlayDrops(1)["binding", default: 0] > 0)
            }
        }

        /// Records the wire, every frame at once, until the process is terminated. Each datagram is
        /// a frame of its own, as on a wire of copper.
        private func watchWire(_ site: OverlaySite, to path: String) throws -> Background {
            try site.hosts[0].namespace.must("ethtool -K wire tx-udp-segmentation off")
            let dump = try site.hosts[0].namespace.start(
                ["tcpdump", "--immediate-mode", "-U", "-i", "wire", "-w", path])
            _ = waitUntil(seconds: 5) { FileManager.default.fileExists(atPath: path) }
            return dump
        }

        private struct Record {
            let capture: String
            let delivered: UInt64
        }

        /// Lets the guests talk, with the wire recorded from before the handshake.
        private func record(_ site: OverlaySite) throws -> Record {
            let capture = site.hosts[0].folder.appending(path: "wire.pcap").path
            let dump = try watchWire(site, to: capture)
            for _ in 0..<5 { #expect(try site.one.pings(site.two.plan.ipv4)) }
            usleep(300_000)
            _ = dump.terminate()
            return Record(
                capture: capture,
                delivered: try site.hosts[1].control.counters("two").transmittedFrames)
        }

        private func expectNothingNew(
            _ site: OverlaySite, _ before: Record, _ what: String
        ) throws {
            usleep(500_000)
            let now = try site.hosts[1].control.counters("two").transmittedFrames
            #expect(now == before.delivered, "\(what)")
            #expect(try site.one.pings(site.two.plan.ipv4), "the session goes on after \(what)")
        }
    }
}

import Foundation
import Testing

extension SystemTests {
    @Suite struct Captures {
        private let rules = policy(
            "allow any -> any on tcp/80, icmp as open", "deny any -> any as shut")

        private func fields(_ file: String, _ names: String...) throws -> [String] {
            let checks = ["ip", "tcp", "udp"].flatMap { ["-o", "\($0).check_checksum:TRUE"] }
            let result = try Shell.run(
                ["tshark", "-n", "-r", file, "-T", "fields"] + checks
                    + names.flatMap { ["-e", $0] })
            let warnings = result.errors.split(separator: "\n").filter {
                !$0.contains("as user \"root\"")
            }
            #expect(result.isSuccess && warnings.isEmpty, "\(result)")
            return result.lines
        }

        @Test("tshark and tcpdump read a capture without a warning, and every checksum is right")
        func isReadable() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try site.host.apply(rules)
                try two.serve(80)
                let file = try site.capture([]) { () throws in
                    #expect(try one.tries("transfer", two.plan.ipv4, "80", "3000000") == "intact")
                    #expect(try one.tries("connect", two.plan.ipv6, "80") == "answered")
                }
                let sums = try fields(file, "tcp.checksum.status", "frame.len").map {
                    $0.split(separator: "\t").map(String.init)
                }
                let tcp = sums.filter { $0.count == 2 && $0[0] == "1" }
                #expect(!sums.contains { $0.count == 2 && $0[0] == "0" }, "a bad checksum")
                #expect(tcp.contains { Int($0[1]) ?? 0 > 5_000 }, "GSO frames are there")
                let dump = try Shell.run(["tcpdump", "-n", "-r", file])
                #expect(
                    dump.isSuccess && dump.errors.split(separator: "\n").count == 1,
                    "\(dump.errors)")
                #expect(dump.lines.count == sums.count)
            }
        }

        @Test("a filter takes only what it names, and a count ends the capture")
        func filters() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try site.host.apply(rules)
                try two.serve(80)
                let file = try site.capture(["--filter", "icmp", "--count", "4"]) { () throws in
                    #expect(try one.tries("connect", two.plan.ipv4, "80") == "answered")
                    for _ in 1...3 { #expect(try one.pings(two.plan.ipv4)) }
                }
                #expect(try fields(file, "_ws.col.Protocol") == ["ICMP", "ICMP", "ICMP", "ICMP"])
            }
        }

        @Test("the verdict point shows dropped frames, with the rule in the comment")
        func verdictPoint() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try site.host.apply(rules)
                let file = try site.capture(["--point", "verdict"]) { () throws in
                    #expect(try one.pings(two.plan.ipv4))
                    #expect(try one.tries("connect", two.plan.ipv4, "22", "0.3") == "timeout")
                }
                let comments = try fields(file, "tcp.dstport", "frame.comment")
                let denied = comments.filter { $0.hasPrefix("22\t") }
                #expect(
                    denied.contains { $0.contains("denied_by_policy") && $0.contains("site/shut") },
                    "\(comments)")
                #expect(comments.contains { $0.contains("site/open") }, "\(comments)")
            }
        }

        @Test("a live capture streams into tshark")
        func streams() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try site.host.apply(rules)
                let pipe =
                    "\(VSwctl.program) capture one --filter icmp --write - "
                    + "| tshark -l -n -r - -c 2 -T fields -e ip.src 2>/dev/null"
                let live = try Background(
                    ["timeout", "20", "sh", "-c", pipe], environment: site.control.environment)
                let seen = try waitUntil(seconds: 15) {
                    _ = try one.pings(two.plan.ipv4)
                    return live.output.split(separator: "\n").count == 2
                }
                #expect(seen, "\(live.output) \(live.errors)")
                #expect(live.output == "10.66.0.1\n10.66.0.2\n")
                #expect(live.end(seconds: 10) != nil, "the capture ends with its reader")
            }
        }

        @Test(
            "what a capture cannot do it refuses in a sentence",
            arguments: [
                (["capture", "nosuch", "--write", "-"], "nosuch"),
                (["capture", "one", "--filter", "tcp and and", "--write", "-"], "filter"),
                (["capture", "one", "--point", "underlay", "--write", "-"], "not yet"),
                (["capture", "one", "--write", "/nosuch/folder/file"], "/nosuch/folder/file"),
            ])
        func refuses(command: [String], word: String) throws {
            try Site.run { site in
                try site.add(GuestPlan(name: "one", number: 1))
                let result = try site.control.run(command)
                #expect(result.status == 1 && result.output.isEmpty, "\(result)")
                #expect(result.errors.lowercased().contains(word), "\(result)")
            }
        }
    }
}

import ControlAPI
import Testing

extension SystemTests {
    /// Bad input: a clear sentence, the right exit status, and nothing left behind.
    @Suite struct Refusals {
        /// A command, its exit status, and words that its sentence must hold.
        struct Refusal: CustomStringConvertible {
            let description: String
            var status: Int32 = 1
            let words: [String]

            init(_ command: String, status: Int32 = 1, _ words: String...) {
                description = command
                self.status = status
                self.words = words
            }
        }

        /// `held` is a TAP in use, `small` a veth end of MTU 1280, `one` an attached port.
        static let refusals = [
            Refusal("port attach nosuch --vm x --mode netdev", "nosuch"),
            Refusal("port attach held --vm x --mode tap", "held", "exists already"),
            Refusal("port attach small --vm x --mode netdev", "small", "mtu", "1280", "1500"),
            Refusal("port attach one --vm x", "one", "already"),
            Refusal("port attach x --vm x --mac 02:66:00:00:00:01", "02:66:00:00:00:01", "one"),
            Refusal("port attach x --vm x --ip 10.66.0.1", "10.66.0.1", "one"),
            Refusal("port attach x --vm x --network nosuch", "nosuch"),
            Refusal("port attach x --vm x --netns nosuch", "nosuch"),
            Refusal("port attach x --vm x --ip 10.66.0.300", "10.66.0.300"),
            Refusal("port attach x --vm x --mac 01:00:5e:00:00:01", "01:00:5e:00:00:01"),
            Refusal("port attach averylongdevicename --vm x", "averylongdevicename", "15"),
            Refusal("port attach small --uplink --network default --vlan 5", "not yet"),
            Refusal("port attach /tmp/x.sock --vm x --mode vhost-user", "not yet"),
            Refusal("port attach x", status: 2, "vm"),
            Refusal("port detach nosuch", "nosuch"),
            Refusal("port show nosuch", "nosuch"),
            Refusal("network add default --vni 8", "default"),
            Refusal("network add blue --vni 1", "1", "default"),
            Refusal("network add blue --vni 16777216", "vni"),
            Refusal("network remove default", "default"),
            Refusal("counters nosuch", "nosuch"),
            Refusal("policy explain nosuch one tcp/80", "nosuch"),
            Refusal("policy check /nosuch.yaml", "/nosuch.yaml"),
            Refusal("nosuch", status: 2, "nosuch"),
            Refusal("port attach", status: 2, "device"),
            Refusal("port attach x --vm x --mode nosuch", status: 2, "nosuch"),
            Refusal("status --socket /nosuch/control.sock", status: 3, "/nosuch/control.sock"),
        ]

        @Test("every refusal is a sentence with its exit status, and leaves nothing behind")
        func refuses() throws {
            try Site.run { site in
                try site.add(GuestPlan(name: "one", number: 1))
                let host = site.host.namespace
                try host.ip("link add small mtu 1280 type veth peer name other mtu 1280")
                let holder = try host.start([TrafficTools.path + "/traffic.py", "hold", "held"])
                defer { holder.kill() }
                _ = try holder.lines(1)
                let before = try snapshot(site)
                for refusal in Self.refusals {
                    try expect(refusal, on: site)
                    #expect(try snapshot(site) == before, "left behind by: \(refusal)")
                }
            }
        }

        private func expect(_ refusal: Refusal, on site: Site) throws {
            let words = refusal.description.split(separator: " ").map(String.init)
            let result = try site.control.run(words)
            #expect(result.status == refusal.status && result.output.isEmpty, "\(result)")
            let sentence = result.errors.lowercased()
            for word in refusal.words { #expect(sentence.contains(word.lowercased()), "\(result)") }
            guard refusal.status != 2 else { return }
            let lines = result.errors.split(separator: "\n")
            #expect(lines.count == 1 && sentence.hasPrefix("vswctl: "), "one sentence: \(result)")
        }

        /// Everything a failed command could have left: devices, filters, ports, networks.
        private func snapshot(_ site: Site) throws -> String {
            let devices = try site.host.namespace.must(
                "ip -o link | cut -d: -f2,3 | cut -d' ' -f1-3; tc filter show dev small ingress; "
                    + "tc qdisc show dev small; cat /proc/sys/net/ipv6/conf/small/disable_ipv6")
            let ports = try site.control.ports().map { "\($0.device) \($0.state)" }
            return "\(devices)\n\(ports)\n\(try site.control.networks())"
        }

        @Test(
            "an error in a policy has its place, a caret and a hint",
            arguments: [
                (policy("allow web -> any"), "5:11", "web"),
                ("policy: p\nfor: any\ngroups:\n  web: label\nrules: []\n", "4:", "label"),
                ("policy: p\nfor: any\nrule: []\n", "3:1", "rules"),
                ("policy: p\npolicy: q\nfor: any\nrules: []\n", "2:1", "policy"),
                ("policy: p\nfor: any\nrules: &a []\n", "3:8", "anchor"),
                ("policy: p\nfor: any\nrules: []\nnever:\n  - any any\n", "5:", "->"),
                (
                    "policy: p\nfor: any\nrules:\n  - allow any -> any until 2027-02-30\n", "4:",
                    "2027-02-30"
                ),
                (policy("allow any -> any on tcp/70000"), "5:", "70000"),
                (policy("allow cidr 10.0.0.1/8 -> any"), "5:", "10.0.0.0/8"),
            ])
        func policyErrors(text: String, place: String, word: String) throws {
            try Site.run { site in
                let path = try site.host.write(text)
                for verb in ["check", "apply"] {
                    let result = try site.control.run("policy", verb, path)
                    #expect(result.status == 1, "\(result)")
                    #expect(result.errors.contains("policy.yaml:\(place)"), "\(result)")
                    #expect(result.errors.contains("^"), "\(result)")
                    #expect(result.errors.lowercased().contains(word), "\(result)")
                }
                #expect(try site.control.status().policies == 0)
            }
        }
    }
}

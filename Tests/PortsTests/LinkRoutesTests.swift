import Packet
import Ports
import Testing

struct LinkRoutesTests {
    private let rig: NetworkRig
    private let name: String
    private let routes: LinkRoutes

    init() throws {
        rig = try NetworkRig()
        name = try rig.makeNamespace()
        try IsolatedPair.silenceLinkLocal(rig, name)
        try rig.ip(name, "addr add 10.98.0.1/32 dev dummy0")
        try rig.ip(name, "addr add fd98::1/128 dev dummy0 nodad")
        let device = try NetworkDevice.inspect("dummy0", in: name)
        routes = LinkRoutes(Link(name: try DeviceName("dummy0"), index: device.index))
    }

    @Test(
        "a device gets these routes of ours and loses the others, by prefix and source",
        arguments: [
            [["10.98.0.0/24", "fd98::/64"], ["10.98.0.0/25", "10.99.0.1", "fd98::2"], []],
            [["0.0.0.0/0", "::/0"], ["10.0.0.0/8"]],
        ])
    func setsRoutes(steps: [[String]]) throws {
        let sources = ["10.98.0.1", "fd98::1"].compactMap { IPAddress($0) }
        for sources in [sources, [], sources] {
            for texts in steps {
                let wanted = texts.compactMap { IPPrefix($0) }
                #expect(wanted.count == texts.count)
                let found = try set(wanted, from: sources)
                let entries = wanted.map { prefix in
                    let isIPv4 =
                        prefix.address.isIPv4
                        || (prefix.bitCount == 96 && prefix.address == .unspecifiedIPv4)
                    return LinkRoutes.Entry(
                        prefix: prefix, source: sources.first { $0.isIPv4 == isIPv4 })
                }
                #expect(Set(found) == Set(entries) && found.count == entries.count, "\(texts)")
            }
        }
    }

    @Test("routes of others, and those of other devices, are neither seen nor changed")
    func leavesOthers() throws {
        try rig.ip(name, "route add 203.0.113.0/24 dev dummy0")
        try rig.ip(name, "route add 198.51.100.0/24 dev other0 proto 118")
        _ = try set(["10.98.0.0/24"].compactMap { IPPrefix($0) }, from: [])
        #expect(try set([], from: []).isEmpty)
        let all = try NetworkRig.run("ip", "-n", name, "route", "show")
        #expect(all.contains("203.0.113.0/24 dev dummy0"))
        #expect(all.contains("198.51.100.0/24 dev other0") && !all.contains("10.98.0.0/24"))
    }

    @Test("a prefix that another route has is named in the error, and that route stays")
    func refusesTakenPrefixes() throws {
        try rig.ip(name, "route add 10.98.0.0/24 dev other0")
        let wanted = ["10.98.0.0/24"].compactMap { IPPrefix($0) }
        let error = PortError(.configure, "dummy0", .system(step: "route 10.98.0.0/24"), errno: 17)
        #expect(throws: error) { try set(wanted, from: []) }
        let all = try NetworkRig.run("ip", "-n", name, "route", "show")
        #expect(all.contains("10.98.0.0/24 dev other0"))
    }

    @discardableResult private func set(
        _ prefixes: [IPPrefix], from sources: [IPAddress]
    ) throws -> [LinkRoutes.Entry] {
        try NetworkRig.inside(name) { () throws(PortError) in
            try routes.set(prefixes, from: sources)
            return try routes.list()
        }
    }
}

import ControlAPI
import Foundation
import Testing

extension SystemTests {
    /// What the daemon does when the machine does not give it what it needs.
    @Suite struct StateAndPrivilege {
        @Test("on a full disk a change is refused, what runs goes on, and space brings it back")
        func fullDisk() throws {
            let host = try Host()
            try FileManager.default.createDirectory(
                at: host.state, withIntermediateDirectories: true)
            try Shell.must("mount", "-t", "tmpfs", "-o", "size=1M", "tmpfs", host.state.path)
            defer { _ = try? Shell.run(["umount", "-l", host.state.path]) }
            try Site.run(on: host) { site in
                let (one, two) = try site.addPair()
                try host.apply(policy("allow any -> any"))
                let filler = host.state.appending(path: "filler").path
                _ = try Shell.run(["dd", "if=/dev/zero", "of=\(filler)", "bs=4k"])
                let three = try Guest(GuestPlan(name: "three", number: 3))
                defer { three.remove() }
                let refused = try site.control.run(site.attachment(of: three))
                #expect(refused.status == 1 && refused.errors.contains("space"), "\(refused)")
                #expect(!three.namespace.hasDevice("three"))
                #expect(try site.control.ports().count == 2)
                #expect(try one.pings(two.plan.ipv4), "forwarding goes on")
                try FileManager.default.removeItem(atPath: filler)
                try site.control.must(site.attachment(of: three))
            }
        }

        @Test(
            "a database that is not one, is cut or was altered stops the start with a sentence",
            arguments: ["garbage", "truncated", "altered"])
        func corruptDatabase(damage: String) throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try site.host.apply(policy("allow any -> any"))
                site.host.kill()
                let files = try damageFiles(damage, in: site.host.state)
                let daemon = try site.host.namespace.start(site.host.commandLine())
                let end = daemon.end(seconds: 15) ?? daemon.terminate()
                #expect(end?.status == 1, "\(daemon.errors)")
                #expect(files.contains { daemon.errors.contains($0) }, "\(daemon.errors)")
                #expect(try !one.pings(two.plan.ipv4), "nothing passes without state")
                try FileManager.default.removeItem(at: site.host.state)
                try site.host.start()
            }
        }

        private func damageFiles(_ damage: String, in folder: URL) throws -> [String] {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            for name in names where name.contains("-wal") || name.contains("-shm") {
                try FileManager.default.removeItem(at: folder.appending(path: name))
            }
            let databases = names.filter { $0.hasSuffix(".db") || $0.hasSuffix(".sqlite") }
            try #require(!databases.isEmpty, "a database in \(names)")
            for name in databases {
                let file = folder.appending(path: name)
                let data = try Data(contentsOf: file)
                try damaged(data, by: damage).write(to: file)
            }
            return databases
        }

        private func damaged(_ data: Data, by damage: String) -> Data {
            switch damage {
            case "garbage": Data(repeating: 0x5A, count: data.count)
            case "truncated": data.prefix(data.count / 2)
            default: Data(data.prefix(4_096).enumerated().map { $0 < 100 ? $1 : ~$1 })
            }
        }

        @Test("without privilege an attach is refused with a sentence, and leaves nothing")
        func noPrivilege() throws {
            let host = try Host()
            defer { host.remove() }
            try Shell.must("chmod", "777", host.folder.path)
            let user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            let daemon = try host.namespace.start(host.commandLine(before: user))
            defer { daemon.kill() }
            let answers = try waitUntil(seconds: 10) {
                try !daemon.isRunning || host.control.run("status").isSuccess
            }
            #expect(answers)
            guard daemon.isRunning else {
                #expect(daemon.end(seconds: 1)?.status == 1)
                #expect(daemon.errors.lowercased().contains("privilege"), "\(daemon.errors)")
                return
            }
            let refused = try host.control.run("port", "attach", "x", "--vm", "x", "--mode", "tap")
            #expect(refused.status == 1, "\(refused)")
            #expect(refused.errors.contains("CAP_NET_ADMIN"), "\(refused)")
            #expect(try host.control.ports().isEmpty && !host.namespace.hasDevice("x"))
        }

        @Test("who may not open the socket is told so")
        func socketIsPrivate() throws {
            try Site.run { site in
                let user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
                let result = try Shell.run(
                    user + [VSwctl.program, "status"], environment: site.control.environment)
                #expect(result.status == 3 && result.errors.contains("ermission"), "\(result)")
            }
        }

        @Test("a second daemon on the same state or socket is refused, and harms nothing")
        func secondDaemon() throws {
            try Site.run { site in
                let (one, two) = try site.addPair()
                try site.host.apply(policy("allow any -> any"))
                let second = try site.host.namespace.start(site.host.commandLine())
                let end = second.end(seconds: 10) ?? second.terminate()
                #expect(end?.status == 1 && end?.errors.isEmpty == false, "\(second.errors)")
                #expect(try one.pings(two.plan.ipv4))
                #expect(try site.control.ports().count == 2)
            }
        }

        @Test("the control socket answers curl as the contract says")
        func curl() throws {
            try Site.run { site in
                try site.add(GuestPlan(name: "one", number: 1))
                let socket = site.host.socket.path
                let ports = try Shell.must(
                    "curl", "-sS", "--unix-socket", socket, "http://vswitch/v1/ports")
                #expect(try ControlJSON.decode(PortList.self, from: ports.utf8).ports.count == 1)
                let missing = try Shell.must(
                    "curl", "-sS", "-i", "--unix-socket", socket, "http://vswitch/v1/ports/nosuch")
                #expect(missing.contains(" 404 ") && missing.contains("application/problem+json"))
            }
        }
    }
}

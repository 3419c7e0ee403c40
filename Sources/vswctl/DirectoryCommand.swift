import ArgumentParser
import ControlAPI

/// `vswctl directory …`
struct DirectoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "directory",
        abstract: "Which hosts exist, and which VMs live where.",
        discussion: """
            A directory file lists every host with its public key, endpoint and overlay address, \
            and the VMs that may speak from there; a frame from a host that the directory does not \
            entitle to it is dropped. One file serves every host.

            Examples:
              vswctl directory check hosts.yaml
              vswctl directory apply hosts.yaml
              vswctl directory show
            """,
        subcommands: [Check.self, Apply.self, Show.self])

    func run() async throws {
        throw ValidationError(
            "say what to do: check, apply or show; see vswctl directory --help")
    }
}

extension DirectoryCommand {
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a directory file against what this host is; change nothing.")

        @Argument(help: "The directory file.", completion: .file()) var path: String
        @OptionGroup var control: ControlOptions

        func run() async throws {
            let request = try DirectoryRequest(reading: path)
            let reply = try await control.client.checkDirectory(request)
            if control.json || reply.valid {
                try control.show(reply) {
                    "valid: \($0.hosts.of("other host")) with \($0.vms.of("VM interface"))\n"
                }
            }
            guard reply.valid else {
                let count = reply.errors.count.of("error")
                throw CommandFailure(
                    faults: reply.errors, "the directory has \(count); correct the lines above")
            }
        }
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make this file the whole directory.",
            discussion: """
                All of it or nothing: a file with an error changes nothing. Sessions with hosts \
                that stay go on.
                """)

        @Argument(help: "The directory file.", completion: .file()) var path: String
        @OptionGroup var control: ControlOptions

        func run() async throws {
            let request = try DirectoryRequest(reading: path)
            try control.show(try await control.client.applyDirectory(request)) { reply in
                reply.warnings.map { "warning: \($0.printable)\n" }.joined()
                    + "directory applied: \(reply.hosts.of("other host")) with "
                    + "\(reply.vms.of("VM interface")), generation \(reply.generation)\n"
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the directory in force.")

        @OptionGroup var control: ControlOptions

        func run() async throws {
            try control.show(try await control.client.directory(), Self.text)
        }

        private static func text(_ directory: DirectoryShow) -> String {
            guard directory.generation > 0 else {
                return "no directory is in force: this host meets no other\n"
            }
            var hosts = Table(["HOST", "KIND", "ADDRESS", "ENDPOINT", "PUBLIC-KEY", "VMS"])
            var vms = Table(["VM", "HOST", "NETWORK", "MAC", "IP", "LABELS"])
            for host in directory.hosts {
                hosts.add([
                    host.own ? "\(host.name) (this host)" : host.name, host.kind, host.address,
                    host.endpoint, host.publicKeys.joined(separator: ","), "\(host.vms.count)",
                ])
                for vm in host.vms { vms.add(cells(vm, on: host.name)) }
            }
            let hasVMs = directory.hosts.contains { !$0.vms.isEmpty }
            return hosts.description + (hasVMs ? "\n" + vms.description : "")
        }

        private static func cells(_ vm: DirectoryVM, on host: String) -> [String?] {
            let labels = vm.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return [
                vm.name, host, vm.network, vm.mac, vm.ip.joined(separator: ","),
                labels.joined(separator: " "),
            ]
        }
    }
}

extension DirectoryRequest {
    /// The request that carries the file at `path`; throws a sentence that names it.
    init(reading path: String) throws {
        let file = TextFile(path, of: "a directory file")
        self.init(path: path, text: try file.text(upTo: Self.byteCountMax))
    }
}

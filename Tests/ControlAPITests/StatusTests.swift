import ControlAPI
import Testing

extension Status {
    /// A report in which every field is set.
    static var sample: Status {
        var status = Status()
        status.name = "hv1"
        status.processID = 4711
        status.uptimeSeconds = 7_500
        status.stateDirectory = "/var/lib/vswitch"
        status.generation = 7
        status.policies = 2
        status.networks = 1
        status.ports = PortTally(open: 3, closed: 2, missing: 1)
        status.peers = PeerTally(listed: 3, established: 2)
        status.workers = 1
        status.pressure = Pressure(
            connections: 12, connectionsMax: 262_144, batches: 99, lostEvents: 4)
        status.warnings = ["port db1 is missing"]
        return status
    }
}

@Suite("Status")
struct StatusTests {
    @Test("a new report names the version of this build and no ports")
    func beginsEmpty() {
        let status = Status()
        #expect(status.version == Product.version)
        #expect(status.ports == PortTally(open: 0, closed: 0, missing: 0))
        #expect(status.warnings.isEmpty)
    }

    @Test("a report from a newer daemon, with fields that this client does not know, is read")
    func readsNewer() throws {
        let sample = SchemaSample(Status.sample)
        #expect(try sample.decodesUnknownField())
    }

    @Test("a generation beyond 2^53 survives the way through JSON")
    func keepsLargeGenerations() throws {
        var status = Status.sample
        status.generation = .max
        let json = try ControlJSON.encode(status)
        #expect(try ControlJSON.decode(Status.self, from: json).generation == .max)
    }

    @Test("no field of a report may be left out by the daemon")
    func requiresEachField() throws {
        let sample = SchemaSample(Status.sample)
        for field in try sample.fields().keys {
            #expect(try !sample.decodes(without: field), "\(field)")
        }
    }
}

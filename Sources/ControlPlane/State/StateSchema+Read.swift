import GRDB
import Packet

// Rows are foreign data, also when SQLite finds nothing wrong: each value is taken as an optional.
extension StateSchema {
    /// The stored state and the seal that was stored with it.
    static func read(_ database: Database, path: String) throws -> (StoredState, Int64) {
        var state = StoredState()
        let damaged = StateError(.damaged, path: path, detail: "a row does not make sense")
        guard let row = try Row.fetchOne(database, sql: "SELECT * FROM state"),
            let generation = row.number("generation", as: UInt32.self),
            let policyGeneration = row.number("policy_generation", as: UInt32.self),
            let seal = row.number("seal", as: Int64.self)
        else { throw damaged }
        state.generation = generation
        state.policyGeneration = policyGeneration
        func all<Value>(_ sql: String, _ read: (Row) -> Value?) throws -> [Value] {
            try Row.fetchAll(database, sql: sql).map { row in
                guard let value = read(row) else { throw damaged }
                return value
            }
        }
        state.networks = try all("SELECT * FROM networks ORDER BY vni", StoredNetwork.init)
        state.ports = try all("SELECT * FROM ports ORDER BY device", StoredPort.init)
        state.policies = try all("SELECT * FROM policies ORDER BY position", StoredPolicy.init)
        state.directory = try all("SELECT * FROM directory", StoredDirectory.init).first
        let files = Dictionary(
            grouping: try all(
                "SELECT * FROM generation_files ORDER BY generation, position", HistoryFile.init),
            by: \.generation)
        state.history = try all("SELECT * FROM generations ORDER BY generation") { row in
            StoredGeneration(row, files)
        }
        state.confirmation = try all("SELECT * FROM confirmation", StoredConfirmation.init).first
        return (state, seal)
    }

    /// The policies of a generation with their texts; nil when the history does not have it.
    static func readPolicies(
        of generation: UInt32, _ database: Database, path: String
    ) throws -> [StoredPolicy]? {
        let key: StatementArguments = [Int64(generation)]
        let known = try Int.fetchOne(
            database, sql: "SELECT count(*) FROM generations WHERE generation = ?", arguments: key)
        guard known == 1 else { return nil }
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT * FROM generation_files JOIN texts USING (digest) "
                + "WHERE generation = ? ORDER BY position", arguments: key)
        return try rows.map { row in
            guard let policy = StoredPolicy(row), policy.digest == row.text("digest") else {
                throw StateError(
                    .damaged, path: path, detail: "a text of the history has another digest")
            }
            return policy
        }
    }
}

/// A file of a generation, with the generation that it is of.
private struct HistoryFile {
    let generation: UInt32
    let file: StoredGeneration.File

    init?(_ row: Row) {
        guard let generation = row.number("generation", as: UInt32.self),
            let path = row.text("path"), let digest = row.text("digest"),
            let audited = row.number("audited", as: Int.self)
        else { return nil }
        self.generation = generation
        file = StoredGeneration.File(path: path, digest: digest, isAudited: audited != 0)
    }
}

extension StoredGeneration {
    fileprivate init?(_ row: Row, _ files: [UInt32: [HistoryFile]]) {
        guard let generation = row.number("generation", as: UInt32.self),
            let appliedAt = row.number("applied_at", as: Int64.self),
            let origin = row.text("origin")
        else { return nil }
        self.init(
            generation, files[generation]?.map(\.file) ?? [], at: appliedAt, origin: origin)
    }
}

extension StoredConfirmation {
    fileprivate init?(_ row: Row) {
        guard let generation = row.number("generation", as: UInt32.self),
            let fallback = row.number("fallback", as: UInt32.self),
            let deadline = row.number("deadline", as: Int64.self)
        else { return nil }
        self.init(generation: generation, fallback: fallback, deadline: deadline)
    }
}

extension Row {
    /// The integer in `column`, if it is one and fits.
    fileprivate func number<Number: FixedWidthInteger>(
        _ column: String, as type: Number.Type
    ) -> Number? {
        let value: DatabaseValue? = self[column]
        guard case .int64(let number) = value?.storage else { return nil }
        return Number(exactly: number)
    }

    /// The text in `column`, if it is one.
    fileprivate func text(_ column: String) -> String? {
        let value: DatabaseValue? = self[column]
        guard case .string(let text) = value?.storage else { return nil }
        return text
    }

    /// Whether `column` is NULL.
    fileprivate func isNull(_ column: String) -> Bool {
        let value: DatabaseValue? = self[column]
        return value?.isNull ?? true
    }
}

extension StoredNetwork {
    fileprivate init?(_ row: Row) {
        guard let name = row.text("name"), let mtu = row.number("mtu", as: Int.self),
            let vni = row.number("vni", as: UInt32.self).flatMap(VNI.init)
        else { return nil }
        self.init(name: name, vni: vni, mtu: mtu)
    }
}

extension StoredPort {
    fileprivate init?(_ row: Row) {
        guard let device = row.text("device"), let network = row.text("network"),
            let phase = row.text("phase").flatMap(Phase.init),
            let mode = row.text("mode").flatMap(Mode.init),
            let generation = row.number("generation", as: UInt32.self),
            let addresses = row.text("addresses").flatMap(Self.addresses),
            let labels = row.text("labels").flatMap(Self.labels)
        else { return nil }
        self.init(device: device, mode: mode, network: network)
        self.phase = phase
        self.generation = generation
        namespace = row.text("namespace")
        vm = row.text("vm")
        mac = row.text("mac").flatMap { MACAddress($0) }
        self.addresses = addresses.list
        self.anyAddress = addresses.any
        self.labels = labels
        if mac == nil && !row.isNull("mac") { return nil }
    }
}

extension StoredDirectory {
    fileprivate init?(_ row: Row) {
        guard let path = row.text("path"), let text = row.text("text"),
            let generation = row.number("generation", as: UInt32.self)
        else { return nil }
        self.init(path: path, text: text, generation: generation)
    }
}

extension StoredPolicy {
    fileprivate init?(_ row: Row) {
        guard let path = row.text("path"), let text = row.text("text"),
            let audited = row.number("audited", as: Int.self)
        else { return nil }
        self.init(path: path, text: text, isAudited: audited != 0)
    }
}

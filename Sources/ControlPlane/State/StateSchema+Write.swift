import GRDB

extension StateSchema {
    /// Writes what `after`, in the order of rows, has over `before`, and the seal; the caller holds
    /// the transaction.
    static func write(
        _ after: StoredState, over before: StoredState, to database: Database
    ) throws {
        try database.execute(sql: "PRAGMA defer_foreign_keys = ON")
        if after.networks != before.networks { try write(after.networks, to: database) }
        if after.ports != before.ports {
            try write(after.ports, over: before.ports, to: database)
        }
        if after.policies != before.policies {
            try write(after.policies, over: before.policies, to: database)
        }
        if after.directory != before.directory { try write(after.directory, to: database) }
        if after.history != before.history { try writeHistory(after, over: before, to: database) }
        if after.confirmation != before.confirmation {
            try write(after.confirmation, to: database)
        }
        try database.execute(
            sql: "INSERT OR REPLACE INTO state VALUES (1, ?, ?, ?)",
            arguments: [
                Int64(after.generation), Int64(after.policyGeneration),
                after.seal(),
            ])
    }

    private static func write(_ networks: [StoredNetwork], to database: Database) throws {
        try database.execute(sql: "DELETE FROM networks")
        for network in networks {
            try database.execute(
                sql: "INSERT INTO networks VALUES (?, ?, ?)",
                arguments: [network.name, Int64(network.vni.rawValue), network.mtu])
        }
    }

    private static func write(
        _ ports: [StoredPort], over before: [StoredPort], to database: Database
    ) throws {
        let known = Dictionary(
            before.map { ($0.device, $0) }, uniquingKeysWith: { first, _ in first })
        let kept = Set(ports.lazy.filter { known[$0.device] == $0 }.map(\.device))
        for device in known.keys where !kept.contains(device) {
            try database.execute(sql: "DELETE FROM ports WHERE device = ?", arguments: [device])
        }
        for port in ports where !kept.contains(port.device) {
            try database.execute(
                sql: "INSERT INTO ports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    port.device, port.phase.rawValue, port.mode.rawValue, port.namespace, port.vm,
                    port.network, port.mac?.description, port.addressText, port.labelText,
                    Int64(port.generation),
                ])
        }
    }

    private static func write(_ directory: StoredDirectory?, to database: Database) throws {
        try database.execute(sql: "DELETE FROM directory")
        guard let directory else { return }
        try database.execute(
            sql: "INSERT INTO directory VALUES (1, ?, ?, ?)",
            arguments: [directory.path, directory.text, Int64(directory.generation)])
    }

    private static func write(
        _ policies: [StoredPolicy], over before: [StoredPolicy], to database: Database
    ) throws {
        try database.execute(
            sql: "DELETE FROM policies WHERE position >= ?", arguments: [policies.count])
        for (position, policy) in policies.enumerated()
        where position >= before.count || before[position] != policy {
            try database.execute(
                sql: "INSERT OR REPLACE INTO policies VALUES (?, ?, ?, ?)",
                arguments: [position, policy.path, policy.text, policy.isAudited])
        }
    }

    private static func write(
        _ confirmation: StoredConfirmation?, to database: Database
    ) throws {
        try database.execute(sql: "DELETE FROM confirmation")
        guard let confirmation else { return }
        try database.execute(
            sql: "INSERT INTO confirmation VALUES (1, ?, ?, ?)",
            arguments: [
                Int64(confirmation.generation), Int64(confirmation.fallback),
                confirmation.deadline,
            ])
    }

    /// Writes the generations that are new, and forgets those that are gone, with the texts that
    /// no other has.
    ///
    /// The texts of a new generation are those of the policies in force before or after.
    private static func writeHistory(
        _ after: StoredState, over before: StoredState, to database: Database
    ) throws {
        let known = Set(before.history.lazy.flatMap(\.files).map(\.digest))
        for policy in before.policies + after.policies where !known.contains(policy.digest) {
            try database.execute(
                sql: "INSERT OR IGNORE INTO texts VALUES (?, ?)",
                arguments: [policy.digest, policy.text])
        }
        let shared = Set(before.history.map(\.key)).intersection(after.history.map(\.key))
        for old in before.history where !shared.contains(old.key) {
            let key: StatementArguments = [Int64(old.generation)]
            try database.execute(
                sql: "DELETE FROM generation_files WHERE generation = ?", arguments: key)
            try database.execute(
                sql: "DELETE FROM generations WHERE generation = ?", arguments: key)
        }
        for new in after.history where !shared.contains(new.key) {
            try write(new, to: database)
        }
        try database.execute(
            sql: "DELETE FROM texts WHERE digest NOT IN (SELECT digest FROM generation_files)")
    }

    private static func write(_ generation: StoredGeneration, to database: Database) throws {
        try database.execute(
            sql: "INSERT INTO generations VALUES (?, ?, ?)",
            arguments: [
                Int64(generation.generation), generation.appliedAt, generation.origin,
            ])
        for (position, file) in generation.files.enumerated() {
            try database.execute(
                sql: "INSERT INTO generation_files VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    Int64(generation.generation), position, file.path, file.digest,
                    file.isAudited,
                ])
        }
    }
}

extension StoredGeneration {
    /// What two rows of the history can differ in.
    fileprivate var key: [String] { ["\(generation)", "\(appliedAt)", origin, digest] }
}

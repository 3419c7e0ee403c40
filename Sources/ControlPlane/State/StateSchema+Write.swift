import GRDB

extension StateSchema {
    /// Writes what `after` has over `before`, and the seal; the caller holds the transaction.
    static func write(
        _ after: StoredState, over before: StoredState, to database: Database
    ) throws {
        try database.execute(sql: "PRAGMA defer_foreign_keys = ON")
        if after.networks != before.networks { try write(after.networks, to: database) }
        if after.ports != before.ports { try write(after.ports, to: database) }
        if after.policies != before.policies { try write(after.policies, to: database) }
        if after.directory != before.directory { try write(after.directory, to: database) }
        try database.execute(
            sql: "INSERT OR REPLACE INTO state VALUES (1, ?, ?, ?)",
            arguments: [
                Int64(after.generation), Int64(after.policyGeneration),
                try sorted(after).seal,
            ])
    }

    /// The state as ``read(_:path:)`` will find it, so that the seal is over the same order.
    private static func sorted(_ state: StoredState) throws -> StoredState {
        var state = state
        state.networks.sort { $0.vni.rawValue < $1.vni.rawValue }
        state.ports.sort { $0.device.utf8.lexicographicallyPrecedes($1.device.utf8) }
        return state
    }

    private static func write(_ networks: [StoredNetwork], to database: Database) throws {
        try database.execute(sql: "DELETE FROM networks")
        for network in networks {
            try database.execute(
                sql: "INSERT INTO networks VALUES (?, ?, ?)",
                arguments: [network.name, Int64(network.vni.rawValue), network.mtu])
        }
    }

    private static func write(_ ports: [StoredPort], to database: Database) throws {
        try database.execute(sql: "DELETE FROM ports")
        for port in ports {
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

    private static func write(_ policies: [StoredPolicy], to database: Database) throws {
        try database.execute(sql: "DELETE FROM policies")
        for (position, policy) in policies.enumerated() {
            try database.execute(
                sql: "INSERT INTO policies VALUES (?, ?, ?)",
                arguments: [position, policy.path, policy.text])
        }
    }
}

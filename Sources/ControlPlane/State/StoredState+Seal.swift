extension StoredState {
    /// A digest over the whole state, stored with it in the same transaction.
    ///
    /// SQLite checks the shape of its pages, not their content: a flipped bit in an address would
    /// pass. The seal makes the daemon refuse it instead. It guards against decay, not against an
    /// attacker.
    ///
    /// - Parameter version: that of the schema. Until 3 the seal was over the texts of policies,
    ///   not over their digests, which are at hand.
    package func seal(asOf version: Int = StateSchema.version) -> Int64 {
        var digest = FNV1a()
        digest.add(["\(generation)", "\(policyGeneration)"])
        for network in networks { digest.add(network.fields) }
        for port in ports { digest.add(port.fields) }
        for policy in policies { digest.add(policy.fields(asOf: version)) }
        // Without one nothing is added, so that states of before there were any keep their seal.
        if let directory { digest.add(directory.fields) }
        for generation in history { digest.add(generation.fields) }
        if let confirmation { digest.add(confirmation.fields) }
        return Int64(bitPattern: digest.value)
    }
}

extension StoredDirectory {
    fileprivate var fields: [String] { ["directory", path, text, "\(generation)"] }
}

extension StoredPolicy {
    fileprivate func fields(asOf version: Int) -> [String] {
        [path, version < 4 ? text : digest] + (isAudited ? ["audited"] : [])
    }
}

extension StoredGeneration {
    fileprivate var fields: [String] {
        ["generation", "\(generation)", "\(appliedAt)", origin, digest]
    }
}

extension StoredConfirmation {
    fileprivate var fields: [String] {
        ["confirmation", "\(generation)", "\(fallback)", "\(deadline)"]
    }
}

extension StoredNetwork {
    fileprivate var fields: [String] { [name, "\(vni)", "\(mtu)"] }
}

extension StoredPort {
    fileprivate var fields: [String] {
        [
            device, phase.rawValue, mode.rawValue, namespace ?? "\0", vm ?? "\0", network,
            mac?.description ?? "\0", addressText, labelText, "\(generation)",
        ]
    }
}

/// The hash of Fowler, Noll and Vo, variant 1a, 64 bits (draft-eastlake-fnv).
package struct FNV1a {
    /// The digest of what was added so far.
    package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    /// The digest of nothing.
    package init() {}

    /// Adds the UTF-8 bytes of `text` and its length, so that no two sequences run together.
    package mutating func add(_ text: String) {
        var count: UInt64 = 0
        for octet in text.utf8 {
            value = (value ^ UInt64(octet)) &* 0x100_0000_01b3
            count &+= 1
        }
        value = (value ^ count) &* 0x100_0000_01b3
    }

    /// Adds each text, and how many there were.
    package mutating func add(_ texts: [String]) {
        for text in texts { add(text) }
        value = (value ^ UInt64(texts.count)) &* 0x100_0000_01b3
    }
}

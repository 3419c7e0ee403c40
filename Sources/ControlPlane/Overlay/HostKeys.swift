import Overlay

/// This host's keys in the state directory: `overlay.key`, and while a key is being replaced the
/// former one in `overlay.key.old`.
///
/// - Shape: each file holds one private key in base64 and a newline, as `wg genkey` writes it.
/// - The keys are made here and never leave: not over the control socket, not into a log.
package struct HostKeys: Sendable {
    private let current: PrivateFile
    private let former: PrivateFile

    /// The keys in this state directory.
    package init(in directory: String) {
        current = PrivateFile("overlay.key", in: directory)
        former = PrivateFile("overlay.key.old", in: directory)
    }

    /// The keys, the newest first; empty when none was made yet.
    package func load() throws(PrivateFileError) -> [PrivateKey] {
        guard let key = try read(current) else { return [] }
        guard let old = try read(former), old.publicKey != key.publicKey else { return [key] }
        return [key, old]
    }

    /// Makes this host's first key. Never replaces one.
    package func generate(_ random: any RandomSource) throws(PrivateFileError) {
        guard !current.exists else {
            throw PrivateFileError(current.path, "exists already and is not overwritten")
        }
        try current.create(Self.text(of: PrivateKey(random: random)))
    }

    /// Makes a new key beside the present one, which stays accepted until ``retire()``.
    ///
    /// However this ends, a key stays: the present one gets its second name first.
    package func rotate(_ random: any RandomSource) throws(PrivateFileError) {
        let keys = try load()
        guard !keys.isEmpty else {
            throw PrivateFileError(current.path, "does not exist, so there is nothing to rotate")
        }
        guard keys.count == 1 else {
            throw PrivateFileError(former.path, "exists: the last rotation has not ended")
        }
        try former.remove()  // the second name of the present key, if a rotation was cut short
        try current.link(as: former)
        try current.write(Self.text(of: PrivateKey(random: random)))
    }

    /// Destroys the former key; whether there was one.
    package func retire() throws(PrivateFileError) -> Bool {
        let wasThere = former.exists
        try former.remove()
        return wasThere
    }

    private func read(_ file: PrivateFile) throws(PrivateFileError) -> PrivateKey? {
        guard var bytes = try file.read() else { return nil }
        defer { for index in bytes.indices { bytes[index] = 0 } }
        let text = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
        guard let key = PrivateKey(base64: String(decoding: text, as: UTF8.self)) else {
            throw PrivateFileError(
                file.path,
                "holds no private key in base64, as 'wg genkey' writes it:"
                    + " restore it from a backup, or move it away and make another")
        }
        return key
    }

    private static func text(of key: PrivateKey) -> [UInt8] { Array("\(key.base64)\n".utf8) }
}

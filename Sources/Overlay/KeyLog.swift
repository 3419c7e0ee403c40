/// Where the secrets of handshakes are written, so that tshark can decrypt a capture of a test.
///
/// Only tests have one: whoever reads it reads everything these hosts ever sent.
package protocol KeyLog: AnyObject, Sendable {
    /// Takes one line of tshark's `wg.keylog_file`.
    func write(line: String)
}

extension KeyLog {
    /// Writes what tshark needs for one handshake. The order matters: a preshared key belongs to
    /// the ephemeral key before it.
    func write(_ credentials: HandshakeCredentials, ephemeral: PrivateKey) {
        write(line: "LOCAL_STATIC_PRIVATE_KEY=\(credentials.local.base64)")
        write(line: "REMOTE_STATIC_PUBLIC_KEY=\(credentials.remote.base64)")
        write(line: "LOCAL_EPHEMERAL_PRIVATE_KEY=\(ephemeral.base64)")
        write(line: "PRESHARED_KEY=\(credentials.preshared.base64)")
    }
}

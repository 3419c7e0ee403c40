import CCrypto

extension AEAD {
    /// Seals in place as ``seal(_:byteCount:counter:)`` does; the tag also vouches for `data`
    /// (RFC 8439 §2.8), which is not changed.
    package borrowing func seal(
        _ text: UnsafeMutableRawPointer, byteCount: Int, nonce: AEADNonce, vouchingFor data: RawSpan
    ) -> Bool {
        unsafe begin(nonce, isSealing: 1) && absorb(data)
            && finishSealing(text, byteCount: byteCount)
    }

    /// Opens in place as ``open(_:byteCount:counter:)`` does, and only with the same `data`.
    package borrowing func open(
        _ text: UnsafeMutableRawPointer, byteCount: Int, nonce: AEADNonce, vouchingFor data: RawSpan
    ) -> Bool {
        unsafe byteCount >= Self.tagByteCount && begin(nonce, isSealing: 0) && absorb(data)
            && finishOpening(text, byteCount: byteCount)
    }

    private borrowing func absorb(_ data: RawSpan) -> Bool {
        guard !data.isEmpty else { return true }
        guard let length = CInt(exactly: data.byteCount) else { return false }
        return unsafe data.withUnsafeBytes { data in
            var written: CInt = 0
            return unsafe EVP_CipherUpdate(context, nil, &written, data.baseAddress, length) == 1
        }
    }
}

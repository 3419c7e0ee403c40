import CCrypto

/// `Kdf` of the paper, §5.4: HKDF (RFC 5869, no info) with HMAC-BLAKE2s.
package enum KeyDerivation {
    /// How many bytes each output has.
    package static let byteCount = 32

    /// One output.
    package static func kdf1(_ key: RawSpan, _ input: RawSpan) -> LockedMemory {
        outputs(1, key, input)
    }

    /// Two outputs of 32 bytes, one after the other.
    package static func kdf2(_ key: RawSpan, _ input: RawSpan) -> LockedMemory {
        outputs(2, key, input)
    }

    /// Three outputs of 32 bytes, one after the other.
    package static func kdf3(_ key: RawSpan, _ input: RawSpan) -> LockedMemory {
        outputs(3, key, input)
    }

    private static func outputs(_ count: Int, _ key: RawSpan, _ input: RawSpan) -> LockedMemory {
        let extracted = authenticate(input, key: key)
        var all = LockedMemory(byteCount: count * byteCount)
        for index in 0..<count {
            // What is authenticated: the output before, and the number of this one (§2.3).
            let previous = index == 0 ? 0 : byteCount
            var block = LockedMemory(byteCount: previous + 1)
            block.store(all.bytes.slice(index * byteCount - previous, index * byteCount))
            block[previous] = UInt8(index + 1)
            let output = authenticate(block.bytes, key: extracted.bytes)
            all.store(output.bytes, at: index * byteCount)
        }
        return all
    }

    /// HMAC-BLAKE2s (RFC 2104).
    package static func authenticate(_ input: RawSpan, key: RawSpan) -> LockedMemory {
        let context = unsafe Algorithms.available(EVP_MAC_CTX_dup(HMACTemplate.context))
        defer { unsafe EVP_MAC_CTX_free(context) }
        let code = LockedMemory(byteCount: byteCount)
        // An empty key is no null pointer: that would stand for the key set before.
        unsafe key.withUnsafeBytes {
            let start = unsafe $0.baseAddress ?? UnsafeRawPointer(code.base)
            Algorithms.must(unsafe EVP_MAC_init(context, start, $0.count, nil))
        }
        unsafe input.withUnsafeBytes {
            Algorithms.must(unsafe EVP_MAC_update(context, $0.baseAddress, $0.count))
        }
        var written = 0
        Algorithms.must(unsafe EVP_MAC_final(context, code.base, &written, code.byteCount))
        return code
    }
}

/// An HMAC context whose digest is set, to be duplicated: looking the digest up by name takes
/// longer than the code itself.
@safe private enum HMACTemplate {
    // SAFETY: never used for a code itself, only read by EVP_MAC_CTX_dup.
    nonisolated(unsafe) static let context: OpaquePointer = {
        let context = unsafe Algorithms.available(EVP_MAC_CTX_new(Algorithms.hmac))
        var name = Array("BLAKE2S-256".utf8CString)
        let isReady = unsafe name.withUnsafeMutableBufferPointer { name in
            let parameters = unsafe [
                OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.baseAddress, 0),
                OSSL_PARAM_construct_end(),
            ]
            return unsafe EVP_MAC_CTX_set_params(context, parameters)
        }
        Algorithms.must(isReady)
        return unsafe context
    }()
}

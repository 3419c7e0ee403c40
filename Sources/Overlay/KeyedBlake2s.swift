import CCrypto
import Packet

/// Keyed BLAKE2s with 16 bytes of output (RFC 7693 §2.9): `Mac` of the paper, §5.4.
///
/// - Cost: the key is set once; a message costs a copy of the context.
/// - Secrets: libcrypto's context holds the key in the ordinary heap and wipes it at the end.
// SAFETY: the context is never used for a code itself, only read by EVP_MAC_CTX_dup.
@safe package final class KeyedBlake2s: @unchecked Sendable {
    private let context: OpaquePointer

    /// The code under `key`, of 1 to 32 bytes.
    package init(key: RawSpan) {
        let context = unsafe Algorithms.available(EVP_MAC_CTX_new(Algorithms.keyedBlake2s))
        unsafe self.context = context
        var byteCount = MessageMAC.byteCount
        let isReady = unsafe withUnsafeMutablePointer(to: &byteCount) { byteCount in
            let parameters = unsafe [
                OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, byteCount),
                OSSL_PARAM_construct_end(),
            ]
            return unsafe key.withUnsafeBytes {
                unsafe EVP_MAC_init(context, $0.baseAddress, $0.count, parameters)
            }
        }
        Algorithms.must(isReady)
    }

    deinit { unsafe EVP_MAC_CTX_free(context) }

    /// The code of `message`.
    package func code(of message: RawSpan) -> MessageMAC {
        let copy = unsafe Algorithms.available(EVP_MAC_CTX_dup(context))
        defer { unsafe EVP_MAC_CTX_free(copy) }
        unsafe message.withUnsafeBytes {
            Algorithms.must(unsafe EVP_MAC_update(copy, $0.baseAddress, $0.count))
        }
        var words = (UInt64(0), UInt64(0))
        return unsafe withUnsafeMutableBytes(of: &words) { code in
            var byteCount = 0
            Algorithms.must(unsafe EVP_MAC_final(copy, code.baseAddress, &byteCount, code.count))
            return unsafe MessageMAC(UnsafeRawBufferPointer(code).bytes)
        }
    }

    /// Whether `message` has at `offset` the code of the bytes before.
    package func vouches(for message: [UInt8], at offset: Int) -> Bool {
        guard offset >= 0, message.count >= offset + MessageMAC.byteCount else { return false }
        return code(of: message.octets.slice(0, offset))
            .equals(MessageMAC(message.octets, at: offset))
    }
}

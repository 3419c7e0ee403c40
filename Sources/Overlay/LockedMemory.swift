import CCrypto

/// Secret bytes in libcrypto's secure heap: pages that are locked (`mlock`), kept out of core dumps
/// (`MADV_DONTDUMP`) and fenced by guard pages; the bytes are wiped before they are given back.
///
/// libcrypto keeps the private keys of its own key objects in the same heap.
///
/// - Cost: a lock and a search of the heap's free lists; not for the way of a packet.
/// - Thread: immutable while shared; whoever owns it alone may write.
// SAFETY: the memory is owned alone and changes only through `mutating` methods.
@safe package struct LockedMemory: ~Copyable, @unchecked Sendable {
    /// How many bytes it holds.
    package let byteCount: Int
    let base: UnsafeMutableRawPointer

    /// The bytes of the whole heap: at most 1,024 peers, each with a few hundred bytes of
    /// handshakes, and 64 bytes of keys for each of up to five sessions at a time.
    static let heapByteCount = 1 << 21

    /// Whether the kernel agreed to lock the heap. It does not when `RLIMIT_MEMLOCK` is too low.
    package static let isLocked = CRYPTO_secure_malloc_init(heapByteCount, 32) == 1

    /// `byteCount` zero bytes, at least 1.
    package init(byteCount: Int = 32) {
        _ = Self.isLocked  // makes the heap, once
        let memory = unsafe CRYPTO_secure_zalloc(byteCount, nil, 0)
        guard byteCount > 0, let memory = unsafe memory else {
            // The number of secrets alive follows from the configuration: what arrives from the
            // network replaces sessions, and retired ones are few and short-lived.
            preconditionFailure("the secure heap of \(Self.heapByteCount) bytes is full")
        }
        self.byteCount = byteCount
        unsafe base = memory
    }

    /// A copy of `bytes`, of which there is at least 1.
    package init(copying bytes: RawSpan) {
        self.init(byteCount: bytes.byteCount)
        store(bytes)
    }

    /// Bytes drawn from `random`.
    package init(byteCount: Int = 32, random: any RandomSource) {
        self.init(byteCount: byteCount)
        unsafe random.fill(UnsafeMutableRawBufferPointer(start: base, count: byteCount))
    }

    deinit { unsafe CRYPTO_secure_clear_free(base, byteCount, nil, 0) }

    /// The bytes.
    package var bytes: RawSpan {
        @_lifetime(borrow self) get {
            let span = unsafe RawSpan(_unsafeStart: base, byteCount: byteCount)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// The byte at `offset`, which must lie inside.
    package subscript(_ offset: Int) -> UInt8 {
        get {
            precondition(offset >= 0 && offset < byteCount)
            return unsafe base.load(fromByteOffset: offset, as: UInt8.self)
        }
        set {
            precondition(offset >= 0 && offset < byteCount)
            unsafe base.storeBytes(of: newValue, toByteOffset: offset, as: UInt8.self)
        }
    }

    /// Copies `source` to `offset`, where it must fit.
    package mutating func store(_ source: RawSpan, at offset: Int = 0) {
        precondition(offset >= 0 && source.byteCount <= byteCount - offset)
        unsafe source.withUnsafeBytes { source in
            guard let from = source.baseAddress else { return }
            unsafe (base + offset).copyMemory(from: from, byteCount: source.count)
        }
    }

    /// Whether both hold the same bytes, found out in constant time.
    package borrowing func equals(_ other: borrowing LockedMemory) -> Bool {
        unsafe byteCount == other.byteCount && CRYPTO_memcmp(base, other.base, byteCount) == 0
    }
}

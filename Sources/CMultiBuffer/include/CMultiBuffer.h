// ChaCha20-Poly1305 (RFC 8439) of Intel's Multi-Buffer Crypto for IPsec library (intel-ipsec-mb,
// Debian's libipsec-mb1). Nothing links against it: it is loaded if the machine has it.
//
// Swift cannot call it by itself: its functions are macros over a table whose layout belongs to the
// version that was built against.

#pragma once

#include <stdint.h>

/// Loads the library. NULL on success; else why not, as a constant that an operator understands:
/// it is absent, of another version than was built against, or made for another processor. To be
/// called once.
const char *vsw_mb_load(void);

/// The library's name and version; valid after vsw_mb_load() succeeded.
const char *vsw_mb_name(void);

/// Encrypts `byte_count` bytes in place, which may be none, under a key of 32 bytes and a nonce of
/// 12, and writes the tag of 16 over their ciphertext. Nothing else is authenticated. 0, or -1 when
/// the library failed; the text is worthless then.
///
/// After vsw_mb_load() succeeded, from any thread: each has a state of its own, made at its first
/// call and freed when it ends.
int vsw_mb_seal(const void *key, const void *nonce, void *text, uint64_t byte_count, void *tag);

/// Decrypts likewise, and writes the tag that the ciphertext should have had: the caller compares.
int vsw_mb_open(const void *key, const void *nonce, void *text, uint64_t byte_count, void *tag);

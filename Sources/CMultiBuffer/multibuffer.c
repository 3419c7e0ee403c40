#include "CMultiBuffer.h"

#if defined(__x86_64__) && __has_include(<intel-ipsec-mb.h>)

#include <dlfcn.h>
#include <intel-ipsec-mb.h>
#include <pthread.h>
#include <stddef.h>

/// What is called by name; everything else is in a manager's table.
static struct {
    IMB_MGR *(*allocate)(uint64_t flags);
    void (*release)(IMB_MGR *manager);
    void (*initialize)(IMB_MGR *manager, IMB_ARCH *arch);
    unsigned (*version)(void);
} library;

/// Frees a thread's manager with the thread.
static pthread_key_t managers;
static _Thread_local IMB_MGR *own_manager;

static IMB_MGR *make_manager(void) {
    IMB_MGR *manager = library.allocate(0);
    if (!manager) return NULL;
    IMB_ARCH arch = IMB_ARCH_NONE;
    library.initialize(manager, &arch);
    if (arch < IMB_ARCH_AVX2 || pthread_setspecific(managers, manager) != 0) {
        library.release(manager);
        return NULL;
    }
    return own_manager = manager;
}

static void free_manager(void *manager) {
    library.release(manager);
    own_manager = NULL;
}

/// The library that belongs to the header.
#if IMB_VERSION_NUM < 0x20000
#define LIBRARY "libIPSec_MB.so.1"
#else
#define LIBRARY "libIPSec_MB.so.2"
#endif

const char *vsw_mb_load(void) {
    void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!handle) return LIBRARY " cannot be loaded";
    *(void **)&library.allocate = dlsym(handle, "alloc_mb_mgr");
    *(void **)&library.release = dlsym(handle, "free_mb_mgr");
    *(void **)&library.initialize = dlsym(handle, "init_mb_mgr_auto");
    *(void **)&library.version = dlsym(handle, "imb_get_version");
    if (!library.allocate || !library.release || !library.initialize || !library.version)
        return LIBRARY " lacks a function";
    if (library.version() != IMB_VERSION_NUM)
        return LIBRARY " is not of version " IMB_VERSION_STR ", which was built against";
    if (pthread_key_create(&managers, free_manager) != 0) return "no key for thread state is left";
    if (!make_manager()) return "the processor has no AVX2, or there is no memory";
    return NULL;
}

const char *vsw_mb_name(void) { return "intel-ipsec-mb " IMB_VERSION_STR; }

/// One job of this cipher is done when it is submitted; the queue is empty before and after.
static int run(IMB_CIPHER_DIRECTION direction, const void *key, const void *nonce, void *text,
               uint64_t byte_count, void *tag) {
    IMB_MGR *manager = own_manager ? own_manager : make_manager();
    if (!manager) return -1;
    IMB_JOB *job = IMB_GET_NEXT_JOB(manager);
    job->cipher_mode = IMB_CIPHER_CHACHA20_POLY1305;
    job->hash_alg = IMB_AUTH_CHACHA20_POLY1305;
    job->cipher_direction = direction;
    job->chain_order =
        direction == IMB_DIR_ENCRYPT ? IMB_ORDER_CIPHER_HASH : IMB_ORDER_HASH_CIPHER;
    job->enc_keys = job->dec_keys = key;
    job->key_len_in_bytes = 32;
    job->iv = nonce;
    job->iv_len_in_bytes = 12;
    job->src = job->dst = text;
    job->cipher_start_src_offset_in_bytes = job->hash_start_src_offset_in_bytes = 0;
    job->msg_len_to_cipher_in_bytes = job->msg_len_to_hash_in_bytes = byte_count;
    job->u.CHACHA20_POLY1305.aad = NULL;
    job->u.CHACHA20_POLY1305.aad_len_in_bytes = 0;
    job->auth_tag_output = tag;
    job->auth_tag_output_len_in_bytes = 16;
    IMB_JOB *done = IMB_SUBMIT_JOB_NOCHECK(manager);
    if (!done) done = IMB_FLUSH_JOB(manager);
    return done == job && job->status == IMB_STATUS_COMPLETED ? 0 : -1;
}

int vsw_mb_seal(const void *key, const void *nonce, void *text, uint64_t byte_count, void *tag) {
    return run(IMB_DIR_ENCRYPT, key, nonce, text, byte_count, tag);
}

int vsw_mb_open(const void *key, const void *nonce, void *text, uint64_t byte_count, void *tag) {
    return run(IMB_DIR_DECRYPT, key, nonce, text, byte_count, tag);
}

#else

const char *vsw_mb_load(void) { return "this program was built without intel-ipsec-mb"; }
const char *vsw_mb_name(void) { return ""; }

int vsw_mb_seal(const void *key, const void *nonce, void *text, uint64_t byte_count, void *tag) {
    return -1;
}

int vsw_mb_open(const void *key, const void *nonce, void *text, uint64_t byte_count, void *tag) {
    return -1;
}

#endif

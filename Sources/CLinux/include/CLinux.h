// What Linux offers and Swift cannot say: ioctls behind _IOW macros, calls that need _GNU_SOURCE,
// structures with flexible ends. No function here looks into a frame.
//
// This header defines no feature macro and includes no BPF header, so that it can stand beside
// every other C module in one Swift module. Functions return -errno where they say so.
#ifndef CLINUX_H
#define CLINUX_H

#include <stddef.h>
#include <stdint.h>

// ---- TAP and TUN devices (CLinux/tap.c) ------------------------------------------------------

/// Opens /dev/net/tun, close-on-exec and non-blocking, in the calling thread's network namespace.
/// Returns the descriptor or -errno.
int vsw_tun_open(void);

/// TUNSETIFF: makes `fd` the TAP device `name` with virtio-net headers of 10 bytes, created if
/// absent; with `exclusive` it must be new (EBUSY). Returns 0 or -errno.
int vsw_tap_attach(int fd, const char *name, int exclusive);

/// The same, but `fd` becomes a TUN device: IP packets without Ethernet headers.
int vsw_tun_attach(int fd, const char *name, int exclusive);

/// TUNSETPERSIST: whether the device outlives its descriptor. Returns 0 or -errno.
int vsw_tap_set_persistent(int fd, int persistent);

/// TUNSETOFFLOAD: what the kernel may hand out unfinished: partial checksums, TSO for both
/// families with ECN and, where `with_uso` is set, UDP segmentation (Linux 6.2). 0 or -errno.
int vsw_tap_set_offloads(int fd, int with_uso);

// ---- Packet sockets (CLinux/packet_socket.c) -------------------------------------------------

/// How many frames one receive call takes at most.
#define VSW_BATCH_CAPACITY 64

/// A packet socket to open.
struct vsw_packet_options {
    int interface_index;
    uint32_t mark;
    int receive_buffer_byte_count;
    int send_buffer_byte_count;
};

/// Opens an AF_PACKET socket with virtio-net headers, VLAN tags in auxiliary data, promiscuous,
/// blind to outgoing frames, every sent frame marked. It sees nothing before it is bound to the
/// device, the last step. Returns the descriptor or -errno; `step` names the call that failed.
int vsw_packet_open(const struct vsw_packet_options *options, const char **step);

/// What one slot of a batch received.
struct vsw_packet_result {
    uint32_t byte_count;
    uint8_t is_truncated;
    uint8_t is_tagged;
};

/// The message headers, vectors and control buffers of one receive call, allocated once.
struct vsw_packet_batch;

/// Allocates a batch; NULL when there is no memory.
struct vsw_packet_batch *vsw_packet_batch_create(void);

/// Frees a batch.
void vsw_packet_batch_destroy(struct vsw_packet_batch *batch);

/// recvmmsg into slots at `first`, `first + stride`, …, at most `capacity` bytes each; `results`
/// has room for VSW_BATCH_CAPACITY. Returns how many messages came, or -errno; never blocks.
int vsw_packet_receive(
    int fd, struct vsw_packet_batch *batch, void *first, size_t stride, size_t capacity,
    struct vsw_packet_result *results);

/// The index of the device that the socket is bound to: -1 once the device is unregistered.
int vsw_packet_interface_index(int fd);

/// Frames that the kernel lost because the socket's buffer was full, since the last call; -errno.
int64_t vsw_packet_take_lost_count(int fd);

// ---- UDP sockets between hosts (CLinux/udp.c) ------------------------------------------------

/// How many messages one receive call takes at most.
#define VSW_UDP_BATCH_CAPACITY 8
/// How many datagrams one send call takes at most: UDP_MAX_SEGMENTS before Linux 6.9.
#define VSW_UDP_SEGMENT_COUNT_MAX 64

/// An IP address, IPv4 in its mapped form, and a port: all in host byte order.
struct vsw_udp_address {
    uint64_t high;
    uint64_t low;
    uint16_t port;
};

/// A UDP socket to open.
struct vsw_udp_options {
    struct vsw_udp_address address;
    int buffer_byte_count;
};

/// An open UDP socket: `is_ipv6` unless it is bound to an IPv4 address.
struct vsw_udp_socket {
    int fd;
    int is_ipv6;
};

/// Opens and binds a UDP socket, non-blocking and close-on-exec, that never fragments and reports
/// TOS bytes; bound to `::` it takes IPv4, too. Returns 0 or -errno; `step` names what failed.
int vsw_udp_open(
    const struct vsw_udp_options *options, struct vsw_udp_socket *opened, const char **step);

/// The address that the socket is bound to. Returns 0 or -errno.
int vsw_udp_local_address(int fd, struct vsw_udp_address *address);

/// UDP_GRO: from now on datagrams may come joined. Returns 0 or -errno.
int vsw_udp_coalesce(int fd);

/// Whether the kernel has UDP_SEGMENT.
int vsw_udp_can_segment(int fd);

/// Datagrams that the kernel lost since the socket was opened, modulo 2^32, or -errno.
int64_t vsw_udp_lost_count(int fd);

/// What one slot of a batch received: `segment_byte_count` is `byte_count` unless datagrams came
/// joined, and never more.
struct vsw_udp_result {
    struct vsw_udp_address source;
    uint32_t byte_count;
    uint32_t segment_byte_count;
    uint8_t tos;
    uint8_t is_truncated;
};

/// The message headers, vectors, names and control buffers of one receive call, allocated once.
struct vsw_udp_batch;

/// Allocates a batch that receives at `first`, `first + stride`, …, at most `capacity` bytes each;
/// NULL when there is no memory.
struct vsw_udp_batch *vsw_udp_batch_create(void *first, size_t stride, size_t capacity);

/// Frees a batch.
void vsw_udp_batch_destroy(struct vsw_udp_batch *batch);

/// recvmmsg; `results` has room for VSW_UDP_BATCH_CAPACITY. Returns how many messages came, or
/// -errno; never blocks.
int vsw_udp_receive(int fd, struct vsw_udp_batch *batch, struct vsw_udp_result *results);

/// Datagrams of `segment_byte_count` bytes each, the last one perhaps shorter, to be sent.
struct vsw_udp_run {
    const void *base;
    size_t byte_count;
    size_t segment_byte_count;
    struct vsw_udp_address destination;
    uint8_t tos;
};

/// One sendmsg, with UDP_SEGMENT if there are several datagrams. An error that an earlier datagram
/// left on the socket does not count. Returns 0 or -errno; never blocks.
int vsw_udp_send(const struct vsw_udp_socket *socket, const struct vsw_udp_run *run);

/// One sendmmsg of at most VSW_UDP_SEGMENT_COUNT_MAX datagrams. Returns how many went, or -errno
/// when the first did not; never blocks.
int vsw_udp_send_each(const struct vsw_udp_socket *socket, const struct vsw_udp_run *run);

// ---- Namespaces and threads (CLinux/thread.c) ------------------------------------------------

/// setns(fd, CLONE_NEWNET) on the calling thread. Returns 0 or -errno.
int vsw_set_network_namespace(int fd);

/// The kernel's identifier of the calling thread.
int vsw_gettid(void);

/// Binds the calling thread to one CPU. Returns 0 or -errno.
int vsw_pin_thread(int cpu);

/// Makes the calling thread give way to others (niceness 5). Returns 0 or -errno.
int vsw_lower_priority(void);

/// Keeps this process's memory from core dumps and from other users' debuggers
/// (PR_SET_DUMPABLE, RLIMIT_CORE). Returns 0 or -errno.
int vsw_forbid_dumps(void);

/// Keeps all memory of this process out of the swap, each page from its first use on (mlockall(2)).
/// Returns 0 or -errno.
int vsw_lock_memory(void);

/// Names the calling thread; longer names are cut at 15 bytes. Returns 0 or -errno.
int vsw_name_thread(const char *name);

// ---- Waiting (CLinux/event.c): Swift's Glibc module has neither epoll nor eventfd --------------

/// epoll_event without its packed union; the token is what was registered.
struct vsw_event {
    uint64_t token;
    uint32_t events;
};

/// EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP as in sys/epoll.h.
#define VSW_EVENT_IN 1u
#define VSW_EVENT_OUT 4u
#define VSW_EVENT_ERROR 8u
#define VSW_EVENT_HANGUP 16u

/// A new epoll descriptor, close-on-exec, or -errno.
int vsw_epoll_create(void);

/// Registers `fd`, level-triggered, under `token`. Returns 0 or -errno.
int vsw_epoll_add(int epoll, int fd, uint32_t events, uint64_t token);

/// Removes `fd`. Returns 0 or -errno.
int vsw_epoll_remove(int epoll, int fd);

/// Waits at most `milliseconds` (-1: without end) and writes at most `capacity` (≤ 64) events.
/// Returns their number, 0 also when a signal interrupted the call, or -errno.
int vsw_epoll_wait(int epoll, struct vsw_event *events, int capacity, int milliseconds);

/// A new eventfd, close-on-exec and non-blocking, at zero; or -errno.
int vsw_eventfd_create(void);

/// Adds one, which wakes whoever waits. Returns 0 or -errno.
int vsw_eventfd_signal(int fd);

/// Takes the count back to zero and returns it; 0 when it was zero.
uint64_t vsw_eventfd_drain(int fd);

// ---- Peers (CLinux/peer.c) ------------------------------------------------------------------

/// SO_PEERCRED of a connected Unix socket.
struct vsw_peer_credentials {
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
};

/// Who is at the other end of a Unix socket. Returns 0 or -errno.
int vsw_peer_credentials(int fd, struct vsw_peer_credentials *credentials);

// ---- Processor -------------------------------------------------------------------------------

/// Brings the cache line at `address` near, to be read.
static inline void vsw_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// Brings the cache line at `address` near, to be written.
static inline void vsw_prefetch_for_write(const void *address) {
    __builtin_prefetch(address, 1, 3);
}

#endif

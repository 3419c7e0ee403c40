#define _GNU_SOURCE
#include "CLinux.h"

#include <endian.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// What one message may carry: the size of its segments, and the TOS byte or traffic class. Twice
// over, because a truncated control message would hide where one datagram ends.
#define CONTROL_BYTE_COUNT (4 * CMSG_SPACE(sizeof(int)))

union control {
    struct cmsghdr alignment;
    uint8_t bytes[CONTROL_BYTE_COUNT];
};

union name {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

struct vsw_udp_batch {
    struct mmsghdr messages[VSW_UDP_BATCH_CAPACITY];
    struct iovec vectors[VSW_UDP_BATCH_CAPACITY];
    union control control[VSW_UDP_BATCH_CAPACITY];
    union name names[VSW_UDP_BATCH_CAPACITY];
};

static int is_ipv4(const struct vsw_udp_address *address) {
    return address->high == 0 && address->low >> 32 == 0xffff;
}

static int is_unspecified(const struct vsw_udp_address *address) {
    return address->high == 0 && address->low == 0;
}

// The address as a socket of this family takes it; returns its size, 0 when it cannot.
static socklen_t to_name(
    const struct vsw_udp_address *address, int is_ipv6_socket, union name *name) {
    memset(name, 0, sizeof *name);
    if (is_ipv6_socket) {
        uint64_t halves[2] = {htobe64(address->high), htobe64(address->low)};
        name->v6.sin6_family = AF_INET6;
        name->v6.sin6_port = htobe16(address->port);
        memcpy(&name->v6.sin6_addr, halves, sizeof halves);
        return sizeof name->v6;
    }
    if (!is_ipv4(address)) return 0;
    name->v4.sin_family = AF_INET;
    name->v4.sin_port = htobe16(address->port);
    name->v4.sin_addr.s_addr = htobe32((uint32_t)address->low);
    return sizeof name->v4;
}

static struct vsw_udp_address from_name(const union name *name) {
    struct vsw_udp_address address = {0};
    if (name->any.sa_family == AF_INET) {
        address.low = UINT64_C(0xffff00000000) | be32toh(name->v4.sin_addr.s_addr);
        address.port = be16toh(name->v4.sin_port);
    } else if (name->any.sa_family == AF_INET6) {
        uint64_t halves[2];
        memcpy(halves, &name->v6.sin6_addr, sizeof halves);
        address.high = be64toh(halves[0]);
        address.low = be64toh(halves[1]);
        address.port = be16toh(name->v6.sin6_port);
    }
    return address;
}

// ---- Opening ---------------------------------------------------------------------------------

static int set(int fd, int level, int option, int value) {
    return setsockopt(fd, level, option, &value, sizeof value);
}

// The forced size needs CAP_NET_ADMIN; without it the system's limit applies.
static int set_buffers(int fd, int byte_count) {
    if (set(fd, SOL_SOCKET, SO_RCVBUFFORCE, byte_count) < 0 &&
        set(fd, SOL_SOCKET, SO_RCVBUF, byte_count) < 0)
        return -1;
    if (set(fd, SOL_SOCKET, SO_SNDBUFFORCE, byte_count) < 0 &&
        set(fd, SOL_SOCKET, SO_SNDBUF, byte_count) < 0)
        return -1;
    return 0;
}

// DF always, whatever the kernel believes of the path: the switch probes paths itself.
static const char *configure_ipv4(int fd) {
    if (set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE) < 0) return "IP_MTU_DISCOVER";
    if (set(fd, IPPROTO_IP, IP_RECVTOS, 1) < 0) return "IP_RECVTOS";
    return NULL;
}

static const char *configure_ipv6(int fd, int is_only) {
    if (set(fd, IPPROTO_IPV6, IPV6_V6ONLY, is_only) < 0) return "IPV6_V6ONLY";
    if (set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE) < 0)
        return "IPV6_MTU_DISCOVER";
    if (set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1) < 0) return "IPV6_RECVTCLASS";
    return NULL;
}

// Returns the name of the call that failed, or NULL.
static const char *configure(int fd, const struct vsw_udp_options *options, int is_ipv6) {
    const struct vsw_udp_address *address = &options->address;
    int is_ipv6_only = is_ipv6 && !is_unspecified(address);
    const char *failed = is_ipv6 ? configure_ipv6(fd, is_ipv6_only) : NULL;
    if (failed == NULL && !is_ipv6_only) failed = configure_ipv4(fd);
    if (failed != NULL) return failed;
    if (set_buffers(fd, options->buffer_byte_count) < 0) return "SO_RCVBUF";
    union name name;
    socklen_t byte_count = to_name(address, is_ipv6, &name);
    return bind(fd, &name.any, byte_count) < 0 ? "bind" : NULL;
}

int vsw_udp_open(
    const struct vsw_udp_options *options, struct vsw_udp_socket *opened, const char **step) {
    int is_ipv6 = !is_ipv4(&options->address);
    *step = "socket";
    int fd = socket(is_ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -errno;
    const char *failed = configure(fd, options, is_ipv6);
    if (failed == NULL) {
        opened->fd = fd;
        opened->is_ipv6 = is_ipv6;
        return 0;
    }
    int error = errno;
    *step = failed;
    close(fd);
    return -error;
}

int vsw_udp_local_address(int fd, struct vsw_udp_address *address) {
    union name name = {0};
    socklen_t byte_count = sizeof name;
    if (getsockname(fd, &name.any, &byte_count) < 0) return -errno;
    *address = from_name(&name);
    return 0;
}

int vsw_udp_coalesce(int fd) { return set(fd, SOL_UDP, UDP_GRO, 1) < 0 ? -errno : 0; }

int vsw_udp_can_segment(int fd) {
    int size = 0;
    socklen_t byte_count = sizeof size;
    return getsockopt(fd, SOL_UDP, UDP_SEGMENT, &size, &byte_count) == 0;
}

int64_t vsw_udp_lost_count(int fd) {
    uint32_t information[SK_MEMINFO_VARS] = {0};
    socklen_t byte_count = sizeof information;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, information, &byte_count) < 0) return -errno;
    return information[SK_MEMINFO_DROPS];
}

// ---- Receiving -------------------------------------------------------------------------------

// An ICMP message about an earlier datagram may wait on the socket and fail whatever comes next.
static int is_of_earlier(int error) {
    switch (error) {
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EPROTO:
    case ENOPROTOOPT:
    case EINTR: return 1;
    default: return 0;
    }
}

struct vsw_udp_batch *vsw_udp_batch_create(void *first, size_t stride, size_t capacity) {
    struct vsw_udp_batch *batch = calloc(1, sizeof *batch);
    if (batch == NULL) return NULL;
    for (int i = 0; i < VSW_UDP_BATCH_CAPACITY; i++) {
        struct msghdr *header = &batch->messages[i].msg_hdr;
        batch->vectors[i].iov_base = (uint8_t *)first + (size_t)i * stride;
        batch->vectors[i].iov_len = capacity;
        header->msg_iov = &batch->vectors[i];
        header->msg_iovlen = 1;
        header->msg_control = &batch->control[i];
        header->msg_name = &batch->names[i];
    }
    return batch;
}

void vsw_udp_batch_destroy(struct vsw_udp_batch *batch) { free(batch); }

// The kernel overwrites both lengths and the flags of every message it fills.
static void prepare(struct vsw_udp_batch *batch) {
    for (int i = 0; i < VSW_UDP_BATCH_CAPACITY; i++) {
        struct msghdr *header = &batch->messages[i].msg_hdr;
        header->msg_controllen = sizeof batch->control[i];
        header->msg_namelen = sizeof batch->names[i];
        header->msg_flags = 0;
    }
}

static void note(const struct cmsghdr *control, struct vsw_udp_result *result) {
    int value = 0;
    if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_TOS) {
        result->tos = *CMSG_DATA(control);
        return;
    }
    if (control->cmsg_len < CMSG_LEN(sizeof value)) return;
    memcpy(&value, CMSG_DATA(control), sizeof value);
    if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_TCLASS)
        result->tos = (uint8_t)value;
    if (control->cmsg_level == SOL_UDP && control->cmsg_type == UDP_GRO && value > 0)
        result->segment_byte_count = (uint32_t)value;
}

static void report(struct mmsghdr *message, struct vsw_udp_result *result) {
    struct msghdr *header = &message->msg_hdr;
    result->byte_count = message->msg_len;
    result->segment_byte_count = message->msg_len;
    result->tos = 0;
    result->is_truncated = (header->msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
    result->source = from_name(header->msg_name);
    struct cmsghdr *control = CMSG_FIRSTHDR(header);
    for (; control != NULL; control = CMSG_NXTHDR(header, control)) note(control, result);
    // Truncated or odd: never more than there is.
    if (result->segment_byte_count > result->byte_count)
        result->segment_byte_count = result->byte_count;
}

int vsw_udp_receive(
    int fd, struct vsw_udp_batch *batch, struct vsw_udp_result *results) {
    prepare(batch);
    int count = recvmmsg(fd, batch->messages, VSW_UDP_BATCH_CAPACITY, MSG_DONTWAIT, NULL);
    if (count < 0 && is_of_earlier(errno))
        count = recvmmsg(fd, batch->messages, VSW_UDP_BATCH_CAPACITY, MSG_DONTWAIT, NULL);
    if (count < 0) return -errno;
    for (int i = 0; i < count; i++) report(&batch->messages[i], &results[i]);
    return count;
}

// ---- Sending ---------------------------------------------------------------------------------

// A control message of `byte_count` bytes after those that the header has.
static void put(
    struct msghdr *header, const int kind[2], const void *value, size_t byte_count) {
    struct cmsghdr *control =
        (struct cmsghdr *)((uint8_t *)header->msg_control + header->msg_controllen);
    control->cmsg_level = kind[0];
    control->cmsg_type = kind[1];
    control->cmsg_len = CMSG_LEN(byte_count);
    memcpy(CMSG_DATA(control), value, byte_count);
    header->msg_controllen += CMSG_SPACE(byte_count);
}

// IPv4 through an IPv6 socket goes the way of IPv4, control messages included.
static void put_tos(struct msghdr *header, const struct vsw_udp_run *run) {
    static const int tos[2] = {IPPROTO_IP, IP_TOS};
    static const int traffic_class[2] = {IPPROTO_IPV6, IPV6_TCLASS};
    int value = run->tos;
    if (value == 0) return;
    put(header, is_ipv4(&run->destination) ? tos : traffic_class, &value, sizeof value);
}

static void put_segment_size(struct msghdr *header, const struct vsw_udp_run *run) {
    static const int segment[2] = {SOL_UDP, UDP_SEGMENT};
    uint16_t value = (uint16_t)run->segment_byte_count;
    if (run->byte_count <= run->segment_byte_count) return;
    put(header, segment, &value, sizeof value);
}

int vsw_udp_send(const struct vsw_udp_socket *socket, const struct vsw_udp_run *run) {
    union name name;
    union control control = {0};
    struct iovec vector = {.iov_base = (void *)run->base, .iov_len = run->byte_count};
    struct msghdr header = {.msg_name = &name, .msg_iov = &vector, .msg_iovlen = 1};
    header.msg_namelen = to_name(&run->destination, socket->is_ipv6, &name);
    if (header.msg_namelen == 0) return -EAFNOSUPPORT;
    header.msg_control = &control;
    put_tos(&header, run);
    put_segment_size(&header, run);
    if (header.msg_controllen == 0) header.msg_control = NULL;
    if (sendmsg(socket->fd, &header, MSG_DONTWAIT) >= 0) return 0;
    if (!is_of_earlier(errno)) return -errno;
    return sendmsg(socket->fd, &header, MSG_DONTWAIT) < 0 ? -errno : 0;
}

// Cuts the run into messages that share `header`, at most VSW_UDP_SEGMENT_COUNT_MAX; their number.
static unsigned cut(
    const struct vsw_udp_run *run, const struct msghdr *header, struct mmsghdr *messages,
    struct iovec *vectors) {
    size_t offset = 0;
    unsigned count = 0;
    for (; offset < run->byte_count && count < VSW_UDP_SEGMENT_COUNT_MAX; count++) {
        size_t left = run->byte_count - offset;
        size_t size = left < run->segment_byte_count ? left : run->segment_byte_count;
        vectors[count].iov_base = (uint8_t *)run->base + offset;
        vectors[count].iov_len = size;
        messages[count].msg_hdr = *header;
        messages[count].msg_hdr.msg_iov = &vectors[count];
        messages[count].msg_len = 0;
        offset += size;
    }
    return count;
}

int vsw_udp_send_each(const struct vsw_udp_socket *socket, const struct vsw_udp_run *run) {
    union name name;
    union control control = {0};
    struct iovec vectors[VSW_UDP_SEGMENT_COUNT_MAX];
    struct mmsghdr messages[VSW_UDP_SEGMENT_COUNT_MAX];
    struct msghdr header = {.msg_name = &name, .msg_iovlen = 1};
    if (run->segment_byte_count == 0) return -EINVAL;
    header.msg_namelen = to_name(&run->destination, socket->is_ipv6, &name);
    if (header.msg_namelen == 0) return -EAFNOSUPPORT;
    header.msg_control = &control;
    put_tos(&header, run);
    if (header.msg_controllen == 0) header.msg_control = NULL;
    unsigned count = cut(run, &header, messages, vectors);
    int sent = sendmmsg(socket->fd, messages, count, MSG_DONTWAIT);
    if (sent < 0 && is_of_earlier(errno))
        sent = sendmmsg(socket->fd, messages, count, MSG_DONTWAIT);
    return sent < 0 ? -errno : sent;
}

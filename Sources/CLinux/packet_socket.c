#define _GNU_SOURCE
#include "CLinux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONTROL_BYTE_COUNT CMSG_SPACE(sizeof(struct tpacket_auxdata))

struct vsw_packet_batch {
    struct mmsghdr messages[VSW_BATCH_CAPACITY];
    struct iovec vectors[VSW_BATCH_CAPACITY];
    union {
        struct cmsghdr alignment;
        uint8_t bytes[CONTROL_BYTE_COUNT];
    } control[VSW_BATCH_CAPACITY];
};

static int switch_on(int fd, int option) {
    int one = 1;
    return setsockopt(fd, SOL_PACKET, option, &one, sizeof one);
}

static int set_socket(int fd, int option, const void *value, socklen_t byte_count) {
    return setsockopt(fd, SOL_SOCKET, option, value, byte_count);
}

static int join_promiscuous(int fd, int interface_index) {
    struct packet_mreq request = {.mr_ifindex = interface_index, .mr_type = PACKET_MR_PROMISC};
    return setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof request);
}

static int bind_to_device(int fd, int interface_index) {
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET,
        .sll_protocol = htons(ETH_P_ALL),
        .sll_ifindex = interface_index,
    };
    return bind(fd, (struct sockaddr *)&address, sizeof address);
}

// Returns the name of the call that failed, or NULL.
static const char *configure(int fd, const struct vsw_packet_options *options) {
    if (switch_on(fd, PACKET_VNET_HDR) < 0) return "PACKET_VNET_HDR";
    if (switch_on(fd, PACKET_IGNORE_OUTGOING) < 0) return "PACKET_IGNORE_OUTGOING";
    if (switch_on(fd, PACKET_AUXDATA) < 0) return "PACKET_AUXDATA";
    const uint32_t *mark = &options->mark;
    if (set_socket(fd, SO_MARK, mark, sizeof *mark) < 0) return "SO_MARK";
    const int *receive = &options->receive_buffer_byte_count;
    if (set_socket(fd, SO_RCVBUFFORCE, receive, sizeof *receive) < 0) return "SO_RCVBUFFORCE";
    const int *send = &options->send_buffer_byte_count;
    if (set_socket(fd, SO_SNDBUFFORCE, send, sizeof *send) < 0) return "SO_SNDBUFFORCE";
    if (join_promiscuous(fd, options->interface_index) < 0) return "PACKET_ADD_MEMBERSHIP";
    if (bind_to_device(fd, options->interface_index) < 0) return "bind";
    return NULL;
}

int vsw_packet_open(const struct vsw_packet_options *options, const char **step) {
    *step = "socket";
    // Protocol 0: a socket opened for ETH_P_ALL would see every device until it is bound.
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -errno;
    const char *failed = configure(fd, options);
    if (failed == NULL) return fd;
    int error = errno;
    *step = failed;
    close(fd);
    return -error;
}

struct vsw_packet_batch *vsw_packet_batch_create(void) {
    struct vsw_packet_batch *batch = calloc(1, sizeof *batch);
    if (batch == NULL) return NULL;
    for (int i = 0; i < VSW_BATCH_CAPACITY; i++) {
        struct msghdr *header = &batch->messages[i].msg_hdr;
        header->msg_iov = &batch->vectors[i];
        header->msg_iovlen = 1;
        header->msg_control = &batch->control[i];
    }
    return batch;
}

void vsw_packet_batch_destroy(struct vsw_packet_batch *batch) { free(batch); }

// The kernel overwrites the control length and the flags of every message it fills.
static void prepare(
    struct vsw_packet_batch *batch, uint8_t *first, size_t stride, size_t capacity) {
    for (int i = 0; i < VSW_BATCH_CAPACITY; i++) {
        batch->vectors[i].iov_base = first + (size_t)i * stride;
        batch->vectors[i].iov_len = capacity;
        batch->messages[i].msg_hdr.msg_controllen = CONTROL_BYTE_COUNT;
        batch->messages[i].msg_hdr.msg_flags = 0;
    }
}

// Whether the kernel took a VLAN tag out of the frame: it is in the auxiliary data alone.
static uint8_t is_tagged(struct msghdr *header) {
    struct cmsghdr *control = CMSG_FIRSTHDR(header);
    for (; control != NULL; control = CMSG_NXTHDR(header, control)) {
        if (control->cmsg_level != SOL_PACKET || control->cmsg_type != PACKET_AUXDATA) continue;
        struct tpacket_auxdata auxdata;
        memcpy(&auxdata, CMSG_DATA(control), sizeof auxdata);
        return (auxdata.tp_status & TP_STATUS_VLAN_VALID) != 0;
    }
    // Without auxiliary data a tag could hide: counts as tagged, so the frame does not pass.
    return 1;
}

int vsw_packet_receive(
    int fd, struct vsw_packet_batch *batch, void *first, size_t stride, size_t capacity,
    struct vsw_packet_result *results) {
    prepare(batch, first, stride, capacity);
    int count = recvmmsg(fd, batch->messages, VSW_BATCH_CAPACITY, MSG_DONTWAIT, NULL);
    if (count < 0) return -errno;
    for (int i = 0; i < count; i++) {
        struct msghdr *header = &batch->messages[i].msg_hdr;
        results[i].byte_count = batch->messages[i].msg_len;
        results[i].is_truncated = (header->msg_flags & MSG_TRUNC) != 0;
        results[i].is_tagged = is_tagged(header);
    }
    return count;
}

int vsw_packet_interface_index(int fd) {
    struct sockaddr_ll address;
    socklen_t byte_count = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &byte_count) < 0) return -1;
    return address.sll_ifindex;
}

int64_t vsw_packet_take_lost_count(int fd) {
    struct tpacket_stats statistics;
    socklen_t byte_count = sizeof statistics;
    if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &byte_count) < 0) return -errno;
    return statistics.tp_drops;
}

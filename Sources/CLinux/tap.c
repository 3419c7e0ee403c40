#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>

// Linux 6.2; absent from Debian 12's headers.
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

static const int virtio_header_byte_count = 10;

int vsw_tun_open(void) {
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int attach(int fd, const char *name, int flags) {
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    // IFF_TUN_EXCL is the sign bit of the field: hence the cast.
    request.ifr_flags = (short)(flags | IFF_NO_PI | IFF_VNET_HDR);
    if (ioctl(fd, TUNSETIFF, &request) < 0) return -errno;
    // A persistent device keeps the header size of its former owner: set, not assumed.
    return ioctl(fd, TUNSETVNETHDRSZ, &virtio_header_byte_count) < 0 ? -errno : 0;
}

int vsw_tap_attach(int fd, const char *name, int exclusive) {
    return attach(fd, name, IFF_TAP | (exclusive ? IFF_TUN_EXCL : 0));
}

int vsw_tun_attach(int fd, const char *name, int exclusive) {
    return attach(fd, name, IFF_TUN | (exclusive ? IFF_TUN_EXCL : 0));
}

int vsw_tap_set_persistent(int fd, int persistent) {
    return ioctl(fd, TUNSETPERSIST, (unsigned long)(persistent != 0)) < 0 ? -errno : 0;
}

int vsw_tap_set_offloads(int fd, int with_uso) {
    unsigned long flags = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
    if (with_uso) flags |= TUN_F_USO4 | TUN_F_USO6;
    return ioctl(fd, TUNSETOFFLOAD, flags) < 0 ? -errno : 0;
}

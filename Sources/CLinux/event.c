#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

_Static_assert(VSW_EVENT_IN == (uint32_t)EPOLLIN, "as in sys/epoll.h");
_Static_assert(VSW_EVENT_OUT == (uint32_t)EPOLLOUT, "as in sys/epoll.h");
_Static_assert(VSW_EVENT_ERROR == (uint32_t)EPOLLERR, "as in sys/epoll.h");
_Static_assert(VSW_EVENT_HANGUP == (uint32_t)EPOLLHUP, "as in sys/epoll.h");

enum { events_at_once = 64 };

int vsw_epoll_create(void) {
    int fd = epoll_create1(EPOLL_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int vsw_epoll_add(int epoll, int fd, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data.u64 = token};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

int vsw_epoll_remove(int epoll, int fd) {
    struct epoll_event ignored = {0};
    return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &ignored) < 0 ? -errno : 0;
}

int vsw_epoll_wait(int epoll, struct vsw_event *events, int capacity, int milliseconds) {
    struct epoll_event ready[events_at_once];
    int asked = capacity < events_at_once ? capacity : events_at_once;
    int count = epoll_wait(epoll, ready, asked, milliseconds);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) {
        events[i].token = ready[i].data.u64;
        events[i].events = ready[i].events;
    }
    return count;
}

int vsw_eventfd_create(void) {
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

int vsw_eventfd_signal(int fd) {
    uint64_t one = 1;
    // A full counter (EAGAIN) wakes just as well.
    if (write(fd, &one, sizeof one) < 0 && errno != EAGAIN) return -errno;
    return 0;
}

uint64_t vsw_eventfd_drain(int fd) {
    uint64_t count = 0;
    return read(fd, &count, sizeof count) == sizeof count ? count : 0;
}

#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int vsw_set_network_namespace(int fd) { return setns(fd, CLONE_NEWNET) < 0 ? -errno : 0; }

int vsw_gettid(void) { return (int)syscall(SYS_gettid); }

int vsw_pin_thread(int cpu) {
    // CPU_SET writes past its set for a number beyond it.
    if (cpu < 0 || cpu >= CPU_SETSIZE) return -EINVAL;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return sched_setaffinity(0, sizeof set, &set) < 0 ? -errno : 0;
}

int vsw_lower_priority(void) {
    // For a thread id, Linux sets the niceness of this thread alone (setpriority(2), "NOTES").
    return setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 5) < 0 ? -errno : 0;
}

int vsw_forbid_dumps(void) {
    struct rlimit none = {0, 0};
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || setrlimit(RLIMIT_CORE, &none) < 0) return -errno;
    return 0;
}

int vsw_lock_memory(void) {
    return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) < 0 ? -errno : 0;
}

int vsw_name_thread(const char *name) {
    char cut[16];
    snprintf(cut, sizeof cut, "%s", name);
    return -pthread_setname_np(pthread_self(), cut);
}

#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/random.h>

int holdfast_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int holdfast_epoll_control(int poll, int operation, int descriptor, unsigned int events, unsigned long long data) {
    struct epoll_event event = {.events = events, .data.u64 = data};
    return epoll_ctl(poll, operation, descriptor, &event);
}

unsigned int holdfast_epoll_events(const struct epoll_event *events, int index) { return events[index].events; }

unsigned long long holdfast_epoll_data(const struct epoll_event *events, int index) { return events[index].data.u64; }

int holdfast_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

int holdfast_accept(int listener, struct sockaddr *address, socklen_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int holdfast_socket(int family) { return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

long holdfast_send(int descriptor, const void *bytes, size_t count) { return send(descriptor, bytes, count, MSG_NOSIGNAL); }

long holdfast_getrandom(void *bytes, size_t count) { return getrandom(bytes, count, 0); }

int holdfast_fcntl_int(int descriptor, int command, int argument) { return fcntl(descriptor, command, argument); }

int holdfast_open(const char *path, int flags, unsigned int mode) { return open(path, flags | O_CLOEXEC, mode); }

int holdfast_memfd_create(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int holdfast_errno(void) { return errno; }

void holdfast_set_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }

int holdfast_pin_thread(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    return sched_setaffinity(0, sizeof set, &set);
}

static __thread void *thread_loop;

void *holdfast_thread_loop(void) { return thread_loop; }

void holdfast_set_thread_loop(void *loop) { thread_loop = loop; }

#include "CLinux.h"

int holdfast_epoll_control(int poll, int operation, int descriptor, unsigned int events, unsigned long long data) {
    struct epoll_event event = {.events = events, .data.u64 = data};
    return epoll_ctl(poll, operation, descriptor, &event);
}
unsigned int holdfast_epoll_events(const struct epoll_event *events, int index) { return events[index].events; }
unsigned long long holdfast_epoll_data(const struct epoll_event *events, int index) { return events[index].data.u64; }
int holdfast_fcntl_int(int descriptor, int command, int argument) { return fcntl(descriptor, command, argument); }
int holdfast_open(const char *path, int flags, unsigned int mode) { return open(path, flags | O_CLOEXEC, mode); }
int holdfast_errno(void) { return errno; }
void holdfast_set_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }

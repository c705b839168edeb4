#define _GNU_SOURCE
#include "CLinux.h"

#include <sys/ioctl.h>
#include <sys/resource.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <sys/mman.h>
#include <string.h>
#include <sys/random.h>
#include <sys/uio.h>
#include <unistd.h>
#include <sys/syscall.h>

int holdfast_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int holdfast_epoll_control(int poll, int operation, int descriptor, unsigned int events, unsigned long long data) {
    struct epoll_event event = {.events = events, .data.u64 = data};
    return epoll_ctl(poll, operation, descriptor, &event);
}

unsigned int holdfast_epoll_events(const struct epoll_event *events, int index) { return events[index].events; }

unsigned long long holdfast_epoll_data(const struct epoll_event *events, int index) { return events[index].data.u64; }

int holdfast_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

int holdfast_timer(void) { return timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC); }

int holdfast_timer_repeat(int timer, long nanoseconds) {
    struct timespec every = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    struct itimerspec times = {every, every};
    return timerfd_settime(timer, 0, &times, NULL);
}

int holdfast_accept(int listener, struct sockaddr *address, socklen_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int holdfast_socket(int family) { return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

/* glibc's own send, recv and epoll_wait are cancellation points: two atomic exchanges a call, for threads
   that nobody here cancels. */
long holdfast_send(int descriptor, const void *bytes, size_t count) {
    return syscall(SYS_sendto, descriptor, bytes, count, MSG_NOSIGNAL, NULL, 0);
}

long holdfast_receive(int descriptor, void *bytes, size_t count) {
    return syscall(SYS_recvfrom, descriptor, bytes, count, 0, NULL, NULL);
}

long holdfast_receive_pieces(int descriptor, void *first, size_t first_count, void *second, size_t second_count) {
    struct iovec pieces[2] = {{first, first_count}, {second, second_count}};
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
    return syscall(SYS_recvmsg, descriptor, &message, 0);
}

long holdfast_send_pieces(int descriptor, const void *first, size_t first_count, const void *second,
                          size_t second_count, const void *third, size_t third_count) {
    struct iovec pieces[3] = {
        {(void *)first, first_count}, {(void *)second, second_count}, {(void *)third, third_count}};
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 3};
    return syscall(SYS_sendmsg, descriptor, &message, MSG_NOSIGNAL);
}

enum { datagrams_at_once = 64 };

int holdfast_datagram_socket(int family) { return socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

int holdfast_receive_datagrams(int descriptor, unsigned char *memory, size_t room, int count, unsigned int *lengths,
                               struct sockaddr_storage *addresses, unsigned int *address_lengths) {
    struct mmsghdr messages[datagrams_at_once];
    struct iovec pieces[datagrams_at_once];
    if (count > datagrams_at_once) count = datagrams_at_once;
    memset(messages, 0, sizeof messages[0] * (size_t)count);
    for (int index = 0; index < count; index++) {
        pieces[index] = (struct iovec){.iov_base = memory + room * (size_t)index, .iov_len = room};
        messages[index].msg_hdr.msg_iov = &pieces[index];
        messages[index].msg_hdr.msg_iovlen = 1;
        messages[index].msg_hdr.msg_name = &addresses[index];
        messages[index].msg_hdr.msg_namelen = sizeof addresses[index];
    }
    int received = recvmmsg(descriptor, messages, (unsigned)count, MSG_DONTWAIT, NULL);
    for (int index = 0; index < received; index++) {
        lengths[index] = messages[index].msg_len;
        address_lengths[index] = messages[index].msg_hdr.msg_namelen;
    }
    return received;
}

int holdfast_send_datagrams(int descriptor, const unsigned char *bytes, const unsigned int *lengths,
                            const unsigned int *targets, int count, struct sockaddr_storage *addresses,
                            const unsigned int *address_lengths) {
    struct mmsghdr messages[datagrams_at_once];
    struct iovec pieces[datagrams_at_once];
    if (count > datagrams_at_once) count = datagrams_at_once;
    memset(messages, 0, sizeof messages[0] * (size_t)count);
    for (int index = 0; index < count; index++) {
        pieces[index] = (struct iovec){.iov_base = (void *)(uintptr_t)bytes, .iov_len = lengths[index]};
        bytes += lengths[index];
        messages[index].msg_hdr.msg_iov = &pieces[index];
        messages[index].msg_hdr.msg_iovlen = 1;
        messages[index].msg_hdr.msg_name = &addresses[targets[index]];
        messages[index].msg_hdr.msg_namelen = address_lengths[targets[index]];
    }
    return sendmmsg(descriptor, messages, (unsigned)count, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int holdfast_epoll_wait(int poll, struct epoll_event *events, int count, int milliseconds) {
    return (int)syscall(SYS_epoll_pwait, poll, events, count, milliseconds, NULL, (size_t)0);
}

long holdfast_getrandom(void *bytes, size_t count) { return getrandom(bytes, count, 0); }

int holdfast_terminal_size(int descriptor, int *columns, int *rows) {
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) return -1;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return 0;
}
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

int holdfast_getopt(int count, char *const *arguments, const char *letters, const struct option *names,
                    int *index, int *wrong, char **argument) {
    optind = *index;
    opterr = 0;
    int found = getopt_long(count, arguments, letters, names, NULL);
    *index = optind;
    *wrong = optopt;
    *argument = optarg;
    return found;
}

int holdfast_signal_descriptor(const int *signals, int count) {
    sigset_t set;
    sigemptyset(&set);
    for (int index = 0; index < count; index++) sigaddset(&set, signals[index]);
    int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (error != 0) {
        errno = error;
        return -1;
    }
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int holdfast_next_signal(int descriptor) {
    struct signalfd_siginfo information;
    return read(descriptor, &information, sizeof information) == sizeof information ? (int)information.ssi_signo : -1;
}

int holdfast_ignore_signal(int number) { return signal(number, SIG_IGN) == SIG_ERR ? -1 : 0; }

int holdfast_go_to_background(void) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    pid_t child = fork();
    if (child < 0) return -1;
    if (child > 0) {
        char byte;
        close(ends[1]);
        ssize_t count;
        do count = read(ends[0], &byte, 1);
        while (count < 0 && errno == EINTR);
        _exit(count == 1 ? 0 : 1);
    }
    close(ends[0]);
    setsid();
    return ends[1];
}

int holdfast_change_user(const char *name) {
    errno = 0;
    struct passwd *user = getpwnam(name);
    if (user == NULL) return errno == 0 ? 0 : -1;
    if (user->pw_uid == geteuid()) return 1;
    if (initgroups(name, user->pw_gid) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0) return -1;
    return 1;
}

long long holdfast_group_number(const char *name) {
    struct group *group = getgrnam(name);
    return group == NULL ? -1 : (long long)group->gr_gid;
}

int holdfast_raise_open_files(unsigned long long count) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    if (limit.rlim_cur >= count) return 0;
    limit.rlim_cur = count;
    if (limit.rlim_max < count) limit.rlim_max = count;
    return setrlimit(RLIMIT_NOFILE, &limit);
}

int holdfast_allow_cores(void) {
    struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
    if (setrlimit(RLIMIT_CORE, &limit) == 0) return 0;
    if (getrlimit(RLIMIT_CORE, &limit) != 0) return -1;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_CORE, &limit) != 0) return -1;
    if (limit.rlim_cur != 0) return 0;
    errno = EPERM;
    return -1;
}

int holdfast_lock_memory(void) {
    /* Pages are locked when they are first used: address space that is only reserved is not. */
    return mlockall(MCL_CURRENT | MCL_ONFAULT);
}

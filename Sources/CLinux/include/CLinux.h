#ifndef HOLDFAST_CLINUX_H
#define HOLDFAST_CLINUX_H
/* What Swift's importer cannot see of the kernel's interface: macros, variadic calls, calls that
   glibc shows only under _GNU_SOURCE (which must not be set here: it would change the types that
   Swift's own Glibc module has read from the same headers). */
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <sys/signalfd.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <getopt.h>
#include <signal.h>

/* struct epoll_event is packed on x86-64, which Swift cannot write; these can. */
int holdfast_epoll_create(void);
int holdfast_epoll_wait(int poll, struct epoll_event *events, int count, int milliseconds);
int holdfast_epoll_control(int poll, int operation, int descriptor, unsigned int events, unsigned long long data);
unsigned int holdfast_epoll_events(const struct epoll_event *events, int index);
unsigned long long holdfast_epoll_data(const struct epoll_event *events, int index);

int holdfast_eventfd(void);
/* A timer to poll, on the monotonic clock; it fires every so often, or not at all for 0. */
int holdfast_timer(void);
int holdfast_timer_repeat(int timer, long nanoseconds);
int holdfast_accept(int listener, struct sockaddr *address, socklen_t *length);
int holdfast_socket(int family);
long holdfast_send(int descriptor, const void *bytes, size_t count);
long holdfast_receive(int descriptor, void *bytes, size_t count);
/* The same into, and from, memory that lies in pieces; a piece may be empty. */
long holdfast_receive_pieces(int descriptor, void *first, size_t first_count, void *second, size_t second_count);
long holdfast_send_pieces(int descriptor, const void *first, size_t first_count, const void *second,
                          size_t second_count, const void *third, size_t third_count);
int holdfast_datagram_socket(int family);
/* recvmmsg(2) into `count` pieces of `room` bytes, at most 64; how many came, or -1. */
int holdfast_receive_datagrams(int descriptor, unsigned char *memory, size_t room, int count, unsigned int *lengths,
                               struct sockaddr_storage *addresses, unsigned int *address_lengths);
/* sendmmsg(2) of datagrams that lie one behind another, each to the address of its number, at most 64. */
int holdfast_send_datagrams(int descriptor, const unsigned char *bytes, const unsigned int *lengths,
                            const unsigned int *targets, int count, struct sockaddr_storage *addresses,
                            const unsigned int *address_lengths);
long holdfast_getrandom(void *bytes, size_t count);
int holdfast_fcntl_int(int descriptor, int command, int argument);
/* The size of a terminal in characters (TIOCGWINSZ); -1 when there is none. */
int holdfast_terminal_size(int descriptor, int *columns, int *rows);
int holdfast_open(const char *path, int flags, unsigned int mode);
int holdfast_memfd_create(const char *name);
int holdfast_errno(void);
/* The version of the program (Version.c). */
const char *holdfast_version(void);
/* The loop whose thread this is; nil on other threads. */
void *holdfast_thread_loop(void);
void holdfast_set_thread_loop(void *loop);
void holdfast_set_thread_name(const char *name);
int holdfast_pin_thread(int processor);
/* getopt_long(3) with its global variables handed over, silent. Set *index to 0 to begin anew. */
int holdfast_getopt(int count, char *const *arguments, const char *letters, const struct option *names,
                    int *index, int *wrong, char **argument);

/* Blocks the signals in the calling thread and opens a descriptor that receives them. */
int holdfast_signal_descriptor(const int *signals, int count);
/* The next signal that waits there, or -1. */
int holdfast_next_signal(int descriptor);
int holdfast_ignore_signal(int signal);

/* Goes on in the background: the calling process ends with 0 once the returned pipe is written to, with
   1 when it is closed before. -1 on failure. */
int holdfast_go_to_background(void);
/* 1 when the user was taken, 0 when there is none of that name, -1 on failure (errno). */
int holdfast_change_user(const char *name);
/* setrlimit(2) and mlockall(2), whose constants are enums and macros. */
int holdfast_raise_open_files(unsigned long long count);
int holdfast_allow_cores(void);
int holdfast_lock_memory(void);
/* The number of a group, or -1 when there is none of that name. */
long long holdfast_group_number(const char *name);
#endif

#ifndef HOLDFAST_CLINUX_H
#define HOLDFAST_CLINUX_H
/* What Swift's importer cannot see of the kernel's interface: macros, variadic calls, calls that
   glibc shows only under _GNU_SOURCE (which must not be set here: it would change the types that
   Swift's own Glibc module has read from the same headers). */
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <getopt.h>
#include <signal.h>

/* struct epoll_event is packed on x86-64, which Swift cannot write; these can. */
int holdfast_epoll_create(void);
int holdfast_epoll_control(int poll, int operation, int descriptor, unsigned int events, unsigned long long data);
unsigned int holdfast_epoll_events(const struct epoll_event *events, int index);
unsigned long long holdfast_epoll_data(const struct epoll_event *events, int index);

int holdfast_eventfd(void);
int holdfast_accept(int listener, struct sockaddr *address, socklen_t *length);
int holdfast_socket(int family);
long holdfast_send(int descriptor, const void *bytes, size_t count);
long holdfast_getrandom(void *bytes, size_t count);
int holdfast_fcntl_int(int descriptor, int command, int argument);
int holdfast_open(const char *path, int flags, unsigned int mode);
int holdfast_memfd_create(const char *name);
int holdfast_errno(void);
/* The loop whose thread this is; nil on other threads. */
void *holdfast_thread_loop(void);
void holdfast_set_thread_loop(void *loop);
void holdfast_set_thread_name(const char *name);
int holdfast_pin_thread(int processor);
#endif

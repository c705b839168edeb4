#ifndef HOLDFAST_CLINUX_H
#define HOLDFAST_CLINUX_H
/* What Swift's importer cannot see of the kernel's interface: macros and variadic calls. */
#define _GNU_SOURCE
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/uio.h>
#include <sys/sendfile.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <signal.h>
#include <unistd.h>
#include <fcntl.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <pwd.h>
#include <grp.h>
#include <time.h>
#include <getopt.h>
#include <spawn.h>

/* struct epoll_event is packed on x86-64, which Swift cannot write; this one writes it. */
int holdfast_epoll_control(int poll, int operation, int descriptor, unsigned int events, unsigned long long data);
unsigned int holdfast_epoll_events(const struct epoll_event *events, int index);
unsigned long long holdfast_epoll_data(const struct epoll_event *events, int index);
int holdfast_fcntl_int(int descriptor, int command, int argument);
int holdfast_open(const char *path, int flags, unsigned int mode);
int holdfast_errno(void);
void holdfast_set_thread_name(const char *name);
#endif

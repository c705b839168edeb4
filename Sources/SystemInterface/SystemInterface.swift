// SystemInterface: the kernel and libc behind typed errors.
//
// Every call that the daemons make of the operating system stands here as one function that
// retries EINTR, turns a failure into `Errno` and hides the pointers. The module above (EventLoop)
// sees numbers, values and closures. Calls that fail with EBADF or EFAULT trap: those are our bugs.
//
// What it refuses to do: to wait, to retry anything but EINTR, to log.

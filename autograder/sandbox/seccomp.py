"""The system calls of a submission's process: a BPF program, compiled here and installed inside."""

from __future__ import annotations

import errno
import platform
import tempfile
from typing import Any

from .guest.confinement import OWN_PROCESS_ID
from .protocol import IsolationUnavailable

HOW_TO_GET_IT = (
    "Expected pyseccomp and libseccomp, which bound what a submission may ask of the kernel; found: {found}. "
    "What to do: `pip install 'weekly-kits[staff]'`, and `apt install libseccomp2` (Debian, Ubuntu) or "
    "`dnf install libseccomp` (Fedora)."
)
MACHINES = ("x86_64", "aarch64")
CLONE_THREAD = 0x00010000
MAP_SHARED, MAP_ANONYMOUS, MAP_GROWSDOWN, MAP_HUGETLB = 0x01, 0x20, 0x100, 0x40000
AF_UNIX = 1
# Where a call on messages has its flags.
MESSAGE_FLAGS = {"recvfrom": 3, "recvmsg": 2, "recvmmsg": 3, "sendto": 3, "sendmsg": 2, "sendmmsg": 3}
MSG_OOB = 1
# Of all ioctl: is it a terminal (twice), how wide, how much to read, blocking or not, closed by exec or not.
DEVICE_COMMANDS = (0x5401, 0x802C542A, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
FILE_COMMANDS = (*range(8), *range(36, 39), *range(1024, 1035))

FILES = """
    access chdir chmod close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2 fadvise64
    fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat chown lchown fdatasync flock fstat
    fstatfs fsync ftruncate futimesat getcwd getdents getdents64 getxattr fgetxattr lgetxattr listxattr
    flistxattr llistxattr setxattr fsetxattr lsetxattr removexattr fremovexattr lremovexattr
    link linkat lseek lstat mkdir
    mkdirat mknod mknodat newfstatat open openat openat2 pread64 preadv preadv2 pwrite64 pwritev pwritev2
    read readahead readlink readlinkat readv rename renameat renameat2 rmdir sendfile splice stat statfs
    statx symlink symlinkat sync sync_file_range syncfs tee truncate umask unlink unlinkat utime utimensat
    utimes vmsplice write writev
"""
MEMORY = """
    brk madvise membarrier mincore mlock mlock2 mlockall mprotect mremap msync munlock munlockall munmap
    pkey_alloc pkey_free pkey_mprotect
"""
WAITING = """
    epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2
    futex futex_wait futex_waitv futex_wake get_robust_list nanosleep clock_nanosleep pause pipe pipe2 poll
    ppoll pselect6 restart_syscall select sched_yield set_robust_list signalfd signalfd4 timer_create
    timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime timerfd_settime
    wait4 waitid alarm getitimer setitimer
"""
MESSAGES = "accept accept4 getpeername getsockname getsockopt setsockopt shutdown"
ITSELF = """
    arch_prctl capget clock_getres clock_gettime exit exit_group getcpu getegid geteuid getgid getgroups
    getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid getrlimit getrusage getsid
    gettid gettimeofday getuid prctl rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn
    rt_sigsuspend rt_sigtimedwait sched_get_priority_max sched_get_priority_min sched_getaffinity
    sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval set_tid_address setrlimit
    sigaltstack sysinfo time times uname
"""
ALLOWED = (FILES + MEMORY + WAITING + MESSAGES + ITSELF).split()

# What people try: these say "not permitted". All others say "no such call", so that libraries fall back.
REFUSED = """
    execve execveat fork vfork tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_send_signal
    pidfd_getfd ptrace process_vm_readv process_vm_writev process_madvise kcmp setpriority sched_setaffinity
    sched_setattr sched_setparam sched_setscheduler ioprio_set shmget shmat shmctl shmdt semget semop semctl
    msgget msgsnd msgrcv msgctl mq_open memfd_create memfd_secret add_key request_key keyctl unshare setns
    mount umount2 pivot_root chroot io_uring_setup bpf perf_event_open userfaultfd socket connect bind
    listen setuid setgid setsid personality inotify_init inotify_init1
"""


def compile_filter(machine: str = platform.machine()) -> bytes:
    """Return the program for this machine; raises IsolationUnavailable where it cannot be made."""
    if machine not in MACHINES:
        raise IsolationUnavailable(f"Expected a machine among {', '.join(MACHINES)}; found {machine}.")
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError, AttributeError) as error:
        raise IsolationUnavailable(HOW_TO_GET_IT.format(found=error)) from error
    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.ENOSYS))
    for name in ALLOWED:
        _add(pyseccomp, rules, pyseccomp.ALLOW, name)
    for name in REFUSED.split():
        _add(pyseccomp, rules, pyseccomp.ERRNO(errno.EPERM), name)
    _add_conditions(pyseccomp, rules)
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def _add_conditions(pyseccomp: Any, rules: Any) -> None:
    """The calls that are allowed with some arguments only."""
    arg, equal, other, masked = pyseccomp.Arg, pyseccomp.EQ, pyseccomp.NE, pyseccomp.MASKED_EQ
    allow, refuse = pyseccomp.ALLOW, pyseccomp.ERRNO(errno.EPERM)
    # Threads, but no processes. clone3 hides its flags from the filter; without it, libraries use clone.
    _add(pyseccomp, rules, allow, "clone", arg(0, masked, CLONE_THREAD, CLONE_THREAD))
    _add(pyseccomp, rules, refuse, "clone", arg(0, masked, CLONE_THREAD, 0))
    # Private memory counts against the limits on data and address space; the other kinds do not.
    odd = MAP_GROWSDOWN | MAP_HUGETLB
    _add(pyseccomp, rules, allow, "mmap", arg(3, masked, odd | MAP_ANONYMOUS, 0))
    _add(pyseccomp, rules, allow, "mmap", arg(3, masked, odd | MAP_ANONYMOUS | MAP_SHARED, MAP_ANONYMOUS))
    _add(pyseccomp, rules, allow, "socketpair", arg(0, equal, AF_UNIX))
    # Urgent bytes between processes of one machine: nothing needs them, and their code had holes.
    for name, place in MESSAGE_FLAGS.items():
        _add(pyseccomp, rules, allow, name, arg(place, masked, MSG_OOB, 0))
    # Not to let the kernel send signals to others in its name (F_SETOWN, F_SETSIG, FIOSETOWN, SIOCSPGRP).
    for command in FILE_COMMANDS:
        _add(pyseccomp, rules, allow, "fcntl", arg(1, equal, command))
    for command in DEVICE_COMMANDS:
        _add(pyseccomp, rules, allow, "ioctl", arg(1, equal, command))
    # Signals to itself, and limits of its own, which it can but lower.
    for name in ("kill", "tgkill"):
        _add(pyseccomp, rules, allow, name, arg(0, equal, OWN_PROCESS_ID))
        _add(pyseccomp, rules, refuse, name, arg(0, other, OWN_PROCESS_ID))
    for process in (0, OWN_PROCESS_ID):
        _add(pyseccomp, rules, allow, "prlimit64", arg(0, equal, process))


def _add(pyseccomp: Any, rules: Any, action: int, name: str, *conditions: Any) -> None:
    """Add a rule; a call that this machine or this libseccomp does not know needs none."""
    try:
        pyseccomp.resolve_syscall(pyseccomp.system_arch(), name)
    except OSError:
        return
    rules.add_rule(action, name, *conditions)

"""Compile the system-call filters of a submission's process: `make filters` writes them to `filters/`.

Needs pyseccomp and libseccomp. Grading does not need them, because the package contains the compiled BPF
programs as data.
"""

from __future__ import annotations

import errno
import tempfile

import pyseccomp

from .guest.linux import OWN_PROCESS_ID
from .seccomp import FILTERS

ARCHITECTURES = {"x86_64": pyseccomp.Arch.X86_64, "aarch64": pyseccomp.Arch.AARCH64}
# Other versions may know more names or order the instructions differently.
LIBSECCOMP = "2.5.4"

CLONE_THREAD = 0x00010000
MAP_SHARED, MAP_ANONYMOUS, MAP_GROWSDOWN, MAP_HUGETLB = 0x01, 0x20, 0x100, 0x40000
AF_UNIX = 1
# The position of the flags among the arguments of message calls.
MESSAGE_FLAGS = {"recvfrom": 3, "recvmsg": 2, "recvmmsg": 3, "sendto": 3, "sendmsg": 2, "sendmmsg": 3}
MSG_OOB = 1
# Permitted ioctl commands: terminal queries (two), window size, bytes to read, blocking mode, close-on-exec.
DEVICE_COMMANDS = (0x5401, 0x802C542A, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# Permitted prctl options: names of threads and mappings, which libraries set. PR_SET_PDEATHSIG is excluded
# because it lets a process outlive its parent.
PR_SET_NAME, PR_GET_NAME, PR_SET_VMA = 15, 16, 0x53564D41
PROCESS_OPTIONS = (PR_SET_NAME, PR_GET_NAME, PR_SET_VMA)
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
    gettid gettimeofday getuid rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn
    rt_sigsuspend rt_sigtimedwait sched_get_priority_max sched_get_priority_min sched_getaffinity
    sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval set_tid_address setrlimit
    sigaltstack sysinfo time times uname
"""
ALLOWED = (FILES + MEMORY + WAITING + MESSAGES + ITSELF).split()

# Calls that students may try fail with "not permitted". All others fail with "no such call", so that
# libraries fall back.
REFUSED = """
    execve execveat fork vfork tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_send_signal
    pidfd_getfd ptrace process_vm_readv process_vm_writev process_madvise kcmp setpriority sched_setaffinity
    sched_setattr sched_setparam sched_setscheduler ioprio_set shmget shmat shmctl shmdt semget semop semctl
    msgget msgsnd msgrcv msgctl mq_open memfd_create memfd_secret add_key request_key keyctl unshare setns
    mount umount2 pivot_root chroot io_uring_setup bpf perf_event_open userfaultfd socket connect bind
    listen setuid setgid setsid personality inotify_init inotify_init1
""".split()  # noqa: SIM905 - a table to read


def compile_filter(machine: str) -> bytes:
    """Return the BPF program for a machine of `ARCHITECTURES`."""
    compiler = _Compiler(ARCHITECTURES[machine])
    for name in ALLOWED:
        compiler.allow(name)
    for name in REFUSED:
        compiler.refuse(name)
    _add_conditions(compiler)
    return compiler.program()


class _Compiler:
    """Collects rules for one architecture. A system call without a rule does not exist for the process."""

    def __init__(self, architecture: int) -> None:
        self._architecture = architecture
        self._rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.ENOSYS))
        if architecture != pyseccomp.system_arch():
            self._rules.add_arch(architecture)
            self._rules.remove_arch(pyseccomp.system_arch())

    def allow(self, name: str, *conditions: pyseccomp.Arg) -> None:
        self._add(pyseccomp.ALLOW, name, conditions)

    def refuse(self, name: str, *conditions: pyseccomp.Arg) -> None:
        self._add(pyseccomp.ERRNO(errno.EPERM), name, conditions)

    def program(self) -> bytes:
        with tempfile.TemporaryFile() as file:
            self._rules.export_bpf(file)
            file.seek(0)
            return file.read()

    def _add(self, action: int, name: str, conditions: tuple[pyseccomp.Arg, ...]) -> None:
        """Add a rule; skip calls that the architecture or this libseccomp does not have."""
        if pyseccomp.resolve_syscall(self._architecture, name) >= 0:
            self._rules.add_rule(action, name, *conditions)


def _add_conditions(compiler: _Compiler) -> None:
    """Add the calls that are allowed only with certain arguments."""
    arg, equal, unequal, masked = pyseccomp.Arg, pyseccomp.EQ, pyseccomp.NE, pyseccomp.MASKED_EQ
    # Threads are allowed, processes are not. The filter cannot read the flags of clone3; without it,
    # libraries use clone.
    compiler.allow("clone", arg(0, masked, CLONE_THREAD, CLONE_THREAD))
    compiler.refuse("clone", arg(0, masked, CLONE_THREAD, 0))
    # Private memory counts towards the limits on data and address space; the other kinds do not.
    special = MAP_GROWSDOWN | MAP_HUGETLB
    compiler.allow("mmap", arg(3, masked, special | MAP_ANONYMOUS, 0))
    compiler.allow("mmap", arg(3, masked, special | MAP_ANONYMOUS | MAP_SHARED, MAP_ANONYMOUS))
    compiler.allow("socketpair", arg(0, equal, AF_UNIX))
    # Out-of-band data between local processes is unnecessary, and its kernel code had vulnerabilities.
    for name, position in MESSAGE_FLAGS.items():
        compiler.allow(name, arg(position, masked, MSG_OOB, 0))
    # The kernel must not send signals to others on behalf of the process (F_SETOWN, F_SETSIG, FIOSETOWN,
    # SIOCSPGRP).
    for command in FILE_COMMANDS:
        compiler.allow("fcntl", arg(1, equal, command))
    for command in DEVICE_COMMANDS:
        compiler.allow("ioctl", arg(1, equal, command))
    for option in PROCESS_OPTIONS:
        compiler.allow("prctl", arg(0, equal, option))
    # A process may signal itself and set its own limits, which it can only lower.
    for name in ("kill", "tgkill"):
        compiler.allow(name, arg(0, equal, OWN_PROCESS_ID))
        compiler.refuse(name, arg(0, unequal, OWN_PROCESS_ID))
    for process in (0, OWN_PROCESS_ID):
        compiler.allow("prlimit64", arg(0, equal, process))


def main() -> None:
    """Write the filter of every architecture."""
    FILTERS.mkdir(exist_ok=True)
    for machine in ARCHITECTURES:
        (FILTERS / f"{machine}.bpf").write_bytes(compile_filter(machine))


if __name__ == "__main__":
    main()

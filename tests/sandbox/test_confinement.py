"""What a hostile submission sees, breaks, reaches and leaves behind, at the level of conftest: nothing."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from autograder.sandbox.policy import Isolation
from autograder.sandbox.protocol import ChildDied, SandboxFailure

pytestmark = pytest.mark.needs("bubblewrap")

REPOSITORY = Path(__file__).parents[2]
# What every submission finds where it runs: its own file, and links to given code and inputs.
LAID_OUT = ["inputs", "lesson.py", "transfer.py"]
HOSTILE = '''
import ctypes, mmap, os, resource, signal, socket, subprocess, sys, threading
from pathlib import Path

libc = ctypes.CDLL(None, use_errno=True)

def attempt(function, *args):
    """The name of the error, or what came back."""
    try:
        return repr(function(*args))
    except BaseException as error:
        return type(error).__name__

def system_call(number, *args):
    """The number of the error; 0 where there is none."""
    return ctypes.get_errno() if libc.syscall(number, *args) == -1 else 0

def readable(paths):
    return [path for path in paths if look(path)]

def look(path):
    try:
        os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1)
    except OSError:
        return False
    return True

def writable(folders):
    found = []
    for folder in folders:
        try:
            Path(folder, "planted.py").write_text("x = 1")
        except OSError:
            continue
        found.append(folder)
    return found

def run(text, names):
    scope = globals() | names
    exec(text, scope)
    return scope["found"]
'''


@pytest.fixture
def hostile(call):
    assert call.load(HOSTILE).ok

    def run(text: str, **names: object) -> object:
        return call("run", text, names)

    return run


def test_nothing_of_the_host_can_be_read(hostile):
    paths = [
        *(
            "/etc/passwd",
            "/etc/shadow",
            "/etc/hostname",
            "/root",
            "/home",
            "/var",
            "/opt",
            "/usr/bin",
            "/sys",
        ),
        *("/proc/1/environ", "/proc/1/mem", "/proc/1/maps", "/proc/1/cmdline", "/proc/1/root", "/proc/1/fd"),
        *("/proc/self/mountinfo", "/proc/self/environ", "/proc/self/status", "/proc/keys", "/proc", "/"),
        *("/dev", "/dev/pts", "/dev/tty", "/dev/ptmx", "/dev/mem"),
        *map(str, [REPOSITORY, REPOSITORY / "autograder", __file__, Path.home()]),
    ]
    assert hostile("found = readable(paths)", paths=paths) == []


def test_nothing_of_the_starters_processes_can_be_read(hostile):
    files = ("environ", "mem", "maps", "cmdline", "fd", "root", "cwd", "status", "stat", "io")
    mine = [f"/proc/{os.getpid()}/{name}" for name in files]
    assert hostile("found = readable(paths)", paths=mine) == []
    assert hostile("found = readable([f'/proc/{os.getppid()}/' + n for n in names])", names=list(files)) == []


def test_the_environment_holds_nothing_of_the_starters(hostile, monkeypatch):
    found = hostile("found = dict(os.environ)")
    assert not {"PATH", "VIRTUAL_ENV", "PYTEST_CURRENT_TEST", "HOME_SECRET"} & set(found)
    assert found["USER"] == found["LOGNAME"] == "student"
    assert found["HOME"] == found["TMPDIR"] == hostile("found = os.getcwd()")


def test_no_module_and_no_path_names_the_project(hostile):
    text = "found = [n for n in [*sys.modules, *sys.path, *sys.argv, sys.executable] if 'autograder' in n]"
    assert hostile(text) == []
    assert hostile("found = attempt(__import__, 'autograder')") == "ModuleNotFoundError"


def test_it_is_nobody_without_rights(hostile):
    found = hostile("found = [*os.getresuid(), *os.getresgid(), *os.getgroups()]")
    assert os.geteuid() != 0 or 0 not in found
    assert hostile("found = attempt(os.setuid, 0)") == "PermissionError"
    # Of its capabilities, all 64 bits of the effective, permitted and inheritable sets are empty.
    header, data = "(ctypes.c_uint32 * 2)(0x20080522, 0)", "(ctypes.c_uint32 * 6)()"
    assert hostile(f"data = {data}\nassert libc.capget({header}, data) == 0\nfound = list(data)") == [0] * 6


def test_only_the_scratch_folder_can_be_written(hostile):
    inside = [
        "/",
        "/usr/lib",
        "/python/lib",
        "/packages/0",
        "/kit",
        "/proc/sys/kernel",
        "/dev",
        "/etc",
        "/var/tmp",
    ]
    here = [str(REPOSITORY / "tests"), str(Path.home())]
    assert hostile("found = writable(folders)", folders=inside + here) == []
    assert hostile("found = writable(['.'])") == ["."]


def test_there_is_no_network(hostile):
    assert hostile("found = attempt(socket.socket)") == "PermissionError"
    assert hostile("found = attempt(socket.create_connection, ('127.0.0.1', 1))") == "PermissionError"
    assert hostile("found = attempt(socket.socketpair)").startswith("(<socket")


@pytest.mark.parametrize(
    "attempt",
    [
        "os.fork",
        "subprocess.run, ['/bin/sh']",
        "os.execv, sys.executable, ['python']",
        "os.kill, os.getppid(), 9",
        "os.kill, 1, 9",
        "os.kill, -1, 9",
        "os.kill, 0, 9",
        "signal.pthread_kill, threading.main_thread().ident + 0, 65",
        "os.pidfd_open, os.getppid()",
        "os.setpriority, os.PRIO_PROCESS, os.getppid(), 19",
        "os.sched_setaffinity, os.getppid(), [0]",
        "resource.prlimit, os.getppid(), resource.RLIMIT_NOFILE, (0, 0)",
        "resource.setrlimit, resource.RLIMIT_DATA, (-1, -1)",
        "mmap.mmap, -1, 4096",
        "os.memfd_create, 'x'",
        "os.chroot, '.'",
        "bytearray, 300 << 20",
        "open, '/proc/sys/kernel/core_pattern', 'r+'",
        "open, '/proc/self/oom_score_adj', 'r+'",
        "open, '/proc/self/mem', 'r+b'",
    ],
)
def test_what_is_not_allowed_raises(hostile, attempt):
    refusals = {"PermissionError", "OSError", "MemoryError", "ValueError", "ProcessLookupError"}
    assert hostile(f"found = attempt({attempt})") in refusals


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86-64")
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("ptrace", "101, 16, os.getppid(), 0, 0"),
        ("process_vm_readv", "310, os.getppid(), 0, 0, 0, 0, 0"),
        ("shmget", "29, 0, 1 << 30, 0o1600"),
        ("add_key", "248, b'user', b'a', b'b', 1, -4"),
        ("unshare", "272, 0x10000000"),
        ("mount", "165, b'none', b'/tmp', b'tmpfs', 0, 0"),
        ("bpf", "321, 0, 0, 0"),
        ("perf_event_open", "298, 0, 0, -1, -1, 0"),
        ("userfaultfd", "323, 0"),
        ("io_uring_setup", "425, 1, (ctypes.c_char * 200)()"),
        ("clone", "56, 17, 0, 0, 0, 0"),
        ("clone3", "435, (ctypes.c_uint64 * 11)(0, 0, 0, 0, 17), 88"),
        ("vfork as x32", "0x40000000 + 58"),
        ("a call of tomorrow", "999"),
        ("fcntl F_SETOWN", "72, 0, 8, os.getppid()"),
        ("ioctl FIOSETOWN", "16, 3, 0x8901, (ctypes.c_int * 1)(os.getppid())"),
        ("ioctl SIOCSPGRP", "16, 3, 0x8902, (ctypes.c_int * 1)(os.getppid())"),
        ("inotify_init1", "294, 0"),
        ("sendto MSG_OOB", "44, 3, b'x', 1, 1, 0, 0"),
        ("mmap MAP_GROWSDOWN", "9, 0, 4096, 3, 0x122, -1, 0"),
        ("mmap shared anonymous", "9, 0, 4096, 3, 0x21, -1, 0"),
        ("tgkill", "234, os.getppid(), os.getppid(), 9"),
        ("setns", "308, 0, 0"),
        ("mq_open", "240, b'q', 66, 0o600, 0"),
    ],
)
def test_what_the_kernel_is_not_asked(hostile, name, arguments):
    if name.endswith("x32"):
        with pytest.raises(ChildDied, match="SIGSYS"):
            hostile(f"found = system_call({arguments})")
    else:
        assert hostile(f"found = system_call({arguments})") in (errno.EPERM, errno.ENOSYS)


def test_threads_and_asyncio_work(hostile):
    text = """
import asyncio
async def answer(): return 42
done = []
thread = threading.Thread(target=lambda: done.append(asyncio.run(answer())))
thread.start(); thread.join()
found = done
"""
    assert hostile(text) == [42]


def test_signals_to_itself_work(hostile):
    text = "signal.signal(10, lambda *_: caught.append(1))\nos.kill(os.getpid(), 10)\nfound = caught"
    assert hostile(text, caught=[]) == [1]


def test_threads_have_an_end(hostile):
    text = """
stop, count = threading.Event(), 0
try:
    while True:
        threading.Thread(target=stop.wait).start()
        count += 1
except RuntimeError:
    stop.set()
found = count
"""
    # At the level `process` only memory bounds them, since the kernel counts all processes of a user.
    assert 1 <= hostile(text) <= 100


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("found = attempt(lambda: open('f', 'wb').write(bytes(5 << 20)))", "OSError"),
        ("found = attempt(lambda: [open(f'f{n}', 'w') for n in range(99)].clear())", "OSError"),
    ],
)
def test_files_have_limits(hostile, text, refused):
    assert hostile(text) == refused


def test_the_scratch_folder_has_a_limit_of_bytes(call, hostile):
    text = "found = attempt(lambda: [open(f'f{n}', 'wb').write(bytes(1 << 20)) for n in range(99)])"
    if call.sandbox.isolation is Isolation.BUBBLEWRAP:
        assert hostile(text) == "OSError"
    else:
        with pytest.raises(ChildDied, match="it wrote more than 8 MB or 500 files"):
            hostile(text + "\nsignal.pause()")


def test_the_scratch_folder_has_a_limit_of_files(hostile):
    with pytest.raises(ChildDied, match="it wrote more than 8 MB or 500 files"):
        hostile("[open(f'f{n}', 'w').close() for n in range(2000)]\nsignal.pause()")


def test_memory_in_use_has_a_limit(hostile):
    with pytest.raises(ChildDied, match="it used more than 128 MB of memory"):
        hostile(
            "kept = bytearray(200 << 20)\nfor i in range(0, len(kept), 4096): kept[i] = 1\nsignal.pause()"
        )


def test_a_file_size_limit_and_a_closed_pipe_raise_instead_of_ending(hostile):
    text = """
reading, writing = os.pipe()
os.close(reading)
found = [attempt(os.write, writing, b'x'), attempt(lambda: os.truncate(open('f', 'w').fileno(), 9 << 20))]
"""
    assert hostile(text) == ["BrokenPipeError", "OSError"]


def test_it_has_no_descriptors_but_its_own(hostile):
    text = """
found = []
for n in range(64):
    try: os.fstat(n); found.append(n)
    except OSError: pass
"""
    # Input, output, errors, its socket, and the entry of its own command line that Landlock holds.
    assert hostile(text) in ([0, 1, 2, 3], [0, 1, 2, 3, 5], [0, 1, 2, 3, 4])


def test_nothing_lasts_until_the_next_submission(call, hostile):
    deep = """
for number in range(300):
    os.mkdir('d'); os.chdir('d')
os.chdir(os.environ['HOME'])
os.mkdir('shut'); Path('shut/file').write_text('x'); os.chmod('shut', 0)
os.symlink('/', 'link'); os.mkfifo('fifo')
attempt(os.setxattr, '.', 'user.mark', b'1')
attempt(os.chmod, '.', 0o750)
import lesson
lesson.SECRET_OF_THE_LESSON = 8
os.unlink('lesson.py')
Path('lesson.py').write_text('x = 1')
Path('random.py').write_text('raise SystemExit')
attempt(lambda: Path('/dev/shm/mark').write_text('x'))
sys.path.insert(0, os.getcwd())
threading.Thread(target=signal.pause, daemon=True).start()
import fcntl
fcntl.fcntl(0, fcntl.F_SETFL, os.O_NONBLOCK)
fcntl.flock(0, fcntl.LOCK_EX)
found = 0
"""
    mode = hostile("found = os.stat('.').st_mode")
    hostile(deep)
    call.sandbox.clear()
    call.load(
        "import lesson, os, random\n"
        "def left():\n"
        "    marks = [m for m in os.listxattr('.') if m.startswith('user.')]\n"
        "    shared = os.listdir('/dev/shm') if os.path.exists('/dev/shm/mark') else []\n"
        "    return sorted(os.listdir('.')), shared, marks, lesson.SECRET_OF_THE_LESSON\n"
        "def standard_input():\n"
        "    import fcntl\n"
        "    fcntl.flock(open('/dev/null'), fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
        "    return fcntl.fcntl(0, fcntl.F_GETFL) & os.O_NONBLOCK\n"
        "def mode():\n"
        "    return os.stat('.').st_mode\n"
    )
    assert call("left") == (LAID_OUT, [], [], 7)
    assert call("mode") == mode
    assert call("standard_input") == 0


def test_nothing_lasts_from_one_child_to_the_next_of_the_same_submission(call, hostile):
    with pytest.raises(SandboxFailure):
        hostile("Path('mark').write_text('x'); os._exit(0)")
    assert hostile("found = sorted(os.listdir('.'))") == LAID_OUT


def test_a_submission_finds_no_earlier_ones_text(call):
    call.load("MARK = 'tangerine' + 'harvest'\n# tangerineharvest\ndef f(): return 1")
    assert call("f") == 1
    call.sandbox.clear()
    call.load(
        "import gc, linecache, sys\n"
        "def found():\n"
        "    word = 'tangerine' + 'harvest'\n"
        "    texts = [x for x in gc.get_objects() if type(x) is dict]\n"
        "    cached = [line for entry in linecache.cache.values() for line in entry[2] if word in line]\n"
        "    return [n for t in texts for n in t.values() if type(n) is str and word == n], \n"
    )
    assert call("found") == ([],)

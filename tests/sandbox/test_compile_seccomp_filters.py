"""The filters in the package are current, and decide about every call as their tables say."""

from __future__ import annotations

import ctypes
import errno
import struct

import pytest

from autograder.sandbox.guest.linux import OWN_PROCESS_ID
from autograder.sandbox.seccomp import FILTERS, load_filter

try:
    import pyseccomp

    from autograder.sandbox import compile_seccomp_filters as tables
except (ImportError, RuntimeError, OSError, AttributeError):
    pass  # the mark below skips every test of this module, or fails it on CI

pytestmark = pytest.mark.needs("libseccomp")

ALLOW, REFUSE, UNKNOWN = "allowed", "refused", "no such call"
RETURNED = {
    0x7FFF0000: ALLOW,
    0x00050000 | errno.EPERM: REFUSE,
    0x00050000 | errno.ENOSYS: UNKNOWN,
}
THREAD = 0x3D0F00  # the flags of pthread_create
ANONYMOUS, SHARED, GROWS_DOWN, HUGE = 0x20, 0x01, 0x100, 0x40000
LARGE = 1 << 32


def decide(program: bytes, architecture: int, number: int, arguments: tuple[int, ...] = ()) -> int:
    """Run a classic BPF program as the kernel does, and return what it returns."""
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("=iIQ6Q", number, architecture, 0, *padded)
    instructions = list(struct.iter_unpack("HBBI", program))
    accumulator = place = 0
    while True:
        code, yes, no, value = instructions[place]
        place += 1
        match code:
            case 0x20:  # load a word
                (accumulator,) = struct.unpack_from("=I", data, value)
            case 0x54:  # and
                accumulator &= value
            case 0x05:  # jump
                place += value
            case 0x15:  # jump if equal
                place += yes if accumulator == value else no
            case 0x25:  # jump if greater
                place += yes if accumulator > value else no
            case 0x35:  # jump if greater or equal
                place += yes if accumulator >= value else no
            case 0x45:  # jump if a bit is set
                place += yes if accumulator & value else no
            case 0x06:  # return
                return value
            case _:
                pytest.fail(f"unknown instruction {code:#x}")


def verdict(machine: str, name: str, *arguments: int) -> str:
    architecture = tables.ARCHITECTURES[machine]
    number = pyseccomp.resolve_syscall(architecture, name)
    if number < 0:
        pytest.skip(f"{machine} has no {name}")
    return RETURNED[decide(load_filter(machine), architecture, number, arguments)]


def libseccomp() -> str:
    class Version(ctypes.Structure):
        _fields_ = (("major", ctypes.c_uint), ("minor", ctypes.c_uint), ("micro", ctypes.c_uint))

    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_version.restype = ctypes.POINTER(Version)
    version = library.seccomp_version().contents
    return f"{version.major}.{version.minor}.{version.micro}"


@pytest.fixture(params=sorted(path.stem for path in FILTERS.glob("*.bpf")))
def machine(request):
    return request.param


def test_the_filter_in_the_package_is_current(machine):
    if (found := libseccomp()) != tables.LIBSECCOMP:
        pytest.skip(f"made with libseccomp {tables.LIBSECCOMP}; {found} may order its instructions otherwise")
    assert tables.compile_filter(machine) == load_filter(machine), "run `make filters`"


def test_every_architecture_has_a_filter(machine):
    assert machine in tables.ARCHITECTURES
    assert len(tables.ARCHITECTURES) == len(list(FILTERS.glob("*.bpf")))


def test_no_call_is_allowed_and_refused():
    assert not set(tables.ALLOWED) & set(tables.REFUSED)


def test_another_architectures_calls_end_the_process(machine):
    for other in (pyseccomp.Arch.X86, pyseccomp.Arch.ARM, 0):
        assert decide(load_filter(machine), other, 0) not in RETURNED


def test_plain_calls_are_decided_by_their_table(machine):
    architecture = tables.ARCHITECTURES[machine]
    program = load_filter(machine)
    for names, expected in ((tables.ALLOWED, ALLOW), (tables.REFUSED, REFUSE)):
        for name in names:
            number = pyseccomp.resolve_syscall(architecture, name)
            if number >= 0:
                assert RETURNED[decide(program, architecture, number)] == expected, name


def test_calls_of_no_table_do_not_exist(machine):
    architecture = tables.ARCHITECTURES[machine]
    program = load_filter(machine)
    conditional = {"clone", "mmap", "socketpair", "fcntl", "ioctl", "prctl", "kill", "tgkill", "prlimit64"}
    known = {*tables.ALLOWED, *tables.REFUSED, *conditional, *tables.MESSAGE_FLAGS}
    numbers = {pyseccomp.resolve_syscall(architecture, name) for name in known}
    for number in set(range(600)) - numbers:
        assert RETURNED[decide(program, architecture, number)] == UNKNOWN, number


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("clone", (THREAD,), ALLOW),
        ("clone", (17,), REFUSE),
        ("clone", (0,), REFUSE),
        ("clone3", (), UNKNOWN),
        ("mmap", (0, 0, 0, ANONYMOUS | 2), ALLOW),
        ("mmap", (0, 0, 0, SHARED), ALLOW),
        ("mmap", (0, 0, 0, ANONYMOUS | SHARED), UNKNOWN),
        ("mmap", (0, 0, 0, ANONYMOUS | GROWS_DOWN | 2), UNKNOWN),
        ("mmap", (0, 0, 0, ANONYMOUS | HUGE | 2), UNKNOWN),
        ("socketpair", (1,), ALLOW),
        ("socketpair", (2,), UNKNOWN),
        ("socket", (1,), REFUSE),
        ("sendmsg", (0, 0, 0), ALLOW),
        ("sendmsg", (0, 0, 1), UNKNOWN),
        ("recvfrom", (0, 0, 0, 1), UNKNOWN),
        ("fcntl", (0, 3), ALLOW),
        ("fcntl", (0, 8), UNKNOWN),  # F_SETOWN
        ("fcntl", (0, 10), UNKNOWN),  # F_SETSIG
        ("ioctl", (0, 0x5413), ALLOW),
        ("ioctl", (0, 0x8901), UNKNOWN),  # FIOSETOWN
        ("prctl", (15,), ALLOW),  # PR_SET_NAME
        ("prctl", (16,), ALLOW),  # PR_GET_NAME
        ("prctl", (0x53564D41,), ALLOW),  # PR_SET_VMA
        ("prctl", (1, 0), UNKNOWN),  # PR_SET_PDEATHSIG
        ("prctl", (1, 9), UNKNOWN),
        ("prctl", (1 | LARGE, 0), UNKNOWN),  # the kernel looks at the lower half
        ("prctl", (4, 1), UNKNOWN),  # PR_SET_DUMPABLE
        ("prctl", (22, 2), UNKNOWN),  # PR_SET_SECCOMP
        ("prctl", (36, 1), UNKNOWN),  # PR_SET_CHILD_SUBREAPER
        ("prctl", (0x59616D61, 1), UNKNOWN),  # PR_SET_PTRACER
        ("kill", (OWN_PROCESS_ID, 9), ALLOW),
        ("kill", (OWN_PROCESS_ID + 1, 9), REFUSE),
        ("kill", (0, 9), REFUSE),
        ("kill", (2**64 - 1, 9), REFUSE),
        ("tgkill", (OWN_PROCESS_ID, 1, 9), ALLOW),
        ("tgkill", (1, 1, 9), REFUSE),
        ("prlimit64", (0,), ALLOW),
        ("prlimit64", (OWN_PROCESS_ID,), ALLOW),
        ("prlimit64", (1,), UNKNOWN),
    ],
)
def test_some_calls_are_decided_by_their_arguments(machine, name, arguments, expected):
    assert verdict(machine, name, *arguments) == expected

"""Define the isolation levels, the limits of a submission, and how to start a fork server."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .guest.messages import Spec

MB = 1024 * 1024
# Exclude modules from the working directory (-P), the user's folder (-s) and implicit site packages (-S).
# Unlike with -I, Python reads its environment variables: the sandbox sets all of them, and hashes must be the
# same in every run.
PYTHON_FLAGS = ("-P", "-s", "-S", "-B", "-u")

VARIABLES = {
    "LANG": "C.UTF-8",
    # The name that `getpass.getuser()` finds: the user's number has none.
    "LOGNAME": "student",
    "USER": "student",
    "PYTHONHASHSEED": "0",
    # A process forks safely only if it has one thread, and sandboxes must not compete for cores.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    # The same sums on every processor: oneDNN would round differently where there is AVX-512.
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "MPLBACKEND": "Agg",
}

# No entry of /proc that names another process or a folder of the host. TensorFlow reads its own command line.
SYSTEM_FILES = (
    *("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"),
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys", "/proc/self/cmdline"),
)
WRITABLE_DEVICES = ("/dev/null", "/dev/zero", "/dev/full")


class Isolation(StrEnum):
    """The isolation levels, strongest first; the sandbox never selects a weaker one automatically.

    `bubblewrap`: namespaces, a read-only system, none of the host's private files. `user`: root starts a
    process of another user, who cannot read these files. `process`: limits only.
    """

    BUBBLEWRAP = "bubblewrap"
    USER = "user"
    PROCESS = "process"


@dataclass(frozen=True)
class Limits:
    """The limits of one submission, all positive, as `kit_config.LimitsConfig` checks.

    `load_seconds` and `call_seconds` are wall time, for loading and for one call. `cpu_seconds` is the
    processor time of one process, which serves all calls of a submission unless it ends. `resident_mb` and
    `scratch_inodes` are checked every 30 ms; the kernel enforces the other sizes.
    """

    load_seconds: float = 60.0
    call_seconds: float = 20.0
    cpu_seconds: int = 120
    address_space_mb: int = 4096
    data_mb: int = 1024
    resident_mb: int = 3072
    processes: int = 64
    open_files: int = 64
    file_size_mb: int = 32
    scratch_mb: int = 64
    shared_memory_mb: int = 16
    scratch_inodes: int = 20_000
    output_kept_kb: int = 64
    output_mb: int = 16

    def rlimits(self) -> dict[str, int]:
        """Return a child's soft limits by the name of `resource.RLIMIT_*` without the prefix."""
        return {
            "AS": self.address_space_mb * MB,
            "DATA": self.data_mb * MB,
            "STACK": 8 * MB,
            "NPROC": self.processes,
            "NOFILE": self.open_files,
            "FSIZE": self.file_size_mb * MB,
            "CORE": 0,
            "MEMLOCK": 0,
            "MSGQUEUE": 0,
            "SIGPENDING": 1024,
            "CPU": self.cpu_seconds,
        }


def environment_variables(scratch: str, library_path: str | None) -> dict[str, str]:
    """Return all environment variables of a submission with this scratch folder."""
    folders = dict.fromkeys(("HOME", "TMPDIR", "MPLCONFIGDIR", "KERAS_HOME"), scratch)
    loader = {"LD_LIBRARY_PATH": library_path} if library_path else {}
    return VARIABLES | folders | loader


@dataclass(frozen=True)
class LaunchPlan:
    """How to start a fork server, and its specification. bubblewrap sets the inner environment itself."""

    command: tuple[str, ...]
    environment: dict[str, str]
    spec: Spec

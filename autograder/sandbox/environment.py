"""The surroundings of a submission: variables, Python's flags, and what it may read of the system."""

from __future__ import annotations

# No module from the working directory (-P), no user's folder (-s), no site packages by themselves (-S).
# Python's own variables are read, unlike with -I: the environment is ours alone, and hashes must not differ
# from run to run.
PYTHON_FLAGS = ("-P", "-s", "-S", "-B", "-u")

VARIABLES = {
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    # A process forks safely only while it has one thread, and sandboxes must not fight for the cores.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "MPLBACKEND": "Agg",
}

# Nothing in /proc that names another process or a folder of the host. TensorFlow reads its own command line.
SYSTEM_FILES = (
    *("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"),
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys", "/proc/self/cmdline"),
)
WRITABLE_DEVICES = ("/dev/null", "/dev/zero", "/dev/full")


def variables(scratch: str, library_path: str | None) -> dict[str, str]:
    """All environment variables of a submission whose scratch folder this is."""
    folders = dict.fromkeys(("HOME", "TMPDIR", "MPLCONFIGDIR", "KERAS_HOME"), scratch)
    loader = {"LD_LIBRARY_PATH": library_path} if library_path else {}
    return VARIABLES | folders | loader

"""Describe the environment of a report: versions, processor, device, seed and isolation level."""

from __future__ import annotations

import os
import platform
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..files import sha256_of_parts
from ..kit import Kit
from ..models import Environment

PACKAGE = Path(__file__).resolve().parents[1]
# Of requirements-grade.lock; the file itself is no part of the package.
LOCK = PACKAGE / "requirements-grade.sha256"
# The subpackages that examine a submission, and the modules of the support library that they import.
EXAMINING = ("checks", "examiner", "sandbox", "submissions", "wire")
SHARED = ("support/errors.py", "support/language.py")
# Limit each worker to one thread, because several workers share the cores.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def thread_count() -> int:
    """Return the number of threads of this process. Linux only."""
    return len(list(Path("/proc/self/task").iterdir()))


def describe(kit: Kit, isolation: str, device: str = "CPU") -> Environment:
    """Return the environment record of this process."""
    return Environment(
        python=platform.python_version(),
        tensorflow=tensorflow_version(),
        keras=installed("keras"),
        numpy=installed("numpy") or "none",
        cpu=processor(),
        device=device,
        seed=kit.seed,
        isolation=isolation,
        lock=lock_sha256(),
    )


@cache
def lock_sha256() -> str:
    """Return the SHA-256 of the locked packages for grading, which `make lock` writes."""
    return LOCK.read_text(encoding="ascii").strip()


@cache
def engine_sha256() -> str:
    """Return the SHA-256 of the code that examines submissions."""
    paths = [*PACKAGE.glob("*.py"), *(path for name in EXAMINING for path in (PACKAGE / name).rglob("*"))]
    paths += [PACKAGE / name for name in SHARED]
    files = sorted(path for path in paths if path.is_file() and path.suffix in (".py", ".bpf"))
    return sha256_of_parts(
        part for path in files for part in (str(path.relative_to(PACKAGE)).encode(), path.read_bytes())
    )


def device() -> str:
    """Return the name of the device that TensorFlow trains on, or "CPU" if TensorFlow is not imported."""
    tensorflow = sys.modules.get("tensorflow")
    gpus = tensorflow.config.list_physical_devices("GPU") if tensorflow else []
    if not gpus:
        return "CPU"
    return str(tensorflow.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU"))  # type: ignore[union-attr]  # gpus is empty without it


def tensorflow_version() -> str | None:
    """Return the version of TensorFlow, with or without its parts for GPUs, or None."""
    return installed("tensorflow") or installed("tensorflow-cpu")


def hardware() -> tuple[str, ...]:
    """Return the processor model and the GPUs that TensorFlow could use, without starting a GPU."""
    gpus = [str(path) for path in sorted(Path("/dev").glob("nvidia[0-9]*"))]
    return (processor(), *gpus, os.environ.get("CUDA_VISIBLE_DEVICES", ""))


@cache
def installed(package: str) -> str | None:
    """Return the version of an installed package, or None."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


@cache
def processor() -> str:
    """Return the processor model as reported by the kernel."""
    information = Path("/proc/cpuinfo")
    for line in information.read_text().splitlines() if information.exists() else []:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()

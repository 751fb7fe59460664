"""Describe the environment of a report: versions, processor, device, seed and isolation level."""

from __future__ import annotations

import platform
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..kit import Kit
from ..models import Environment

# Of requirements-grade.lock; the file itself is no part of the package.
LOCK = Path(__file__).resolve().parents[1] / "requirements-grade.sha256"
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
        tensorflow=installed("tensorflow"),
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


def device() -> str:
    """Return the name of the device that TensorFlow trains on, or "CPU" if TensorFlow is not imported."""
    tensorflow = sys.modules.get("tensorflow")
    gpus = tensorflow.config.list_physical_devices("GPU") if tensorflow else []
    if not gpus:
        return "CPU"
    return str(tensorflow.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU"))  # type: ignore[union-attr]  # gpus is empty without it


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

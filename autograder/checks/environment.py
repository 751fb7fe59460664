"""What a report was made on: versions, processor, device, seed and level of isolation."""

from __future__ import annotations

import platform
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..kit import Kit
from ..models import Environment

# Workers must not fight for the cores either.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def thread_count() -> int:
    """How many threads this process has; Linux alone tells."""
    return len(list(Path("/proc/self/task").iterdir()))


def describe(kit: Kit, isolation: str, device: str = "CPU") -> Environment:
    """The environment record of this process."""
    return Environment(
        python=platform.python_version(),
        tensorflow=installed("tensorflow"),
        keras=installed("keras"),
        numpy=installed("numpy") or "none",
        cpu=processor(),
        device=device,
        seed=kit.seed,
        isolation=isolation,
    )


def device() -> str:
    """The device that TensorFlow would train on; asks TensorFlow only where a kit has imported it."""
    tensorflow = sys.modules.get("tensorflow")
    gpus = tensorflow.config.list_physical_devices("GPU") if tensorflow else []
    if not gpus:
        return "CPU"
    return str(tensorflow.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU"))  # type: ignore[union-attr]  # gpus is empty without it


@cache
def installed(package: str) -> str | None:
    """The version of an installed package, or None."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


@cache
def processor() -> str:
    """The processor's model, as the kernel names it."""
    information = Path("/proc/cpuinfo")
    for line in information.read_text().splitlines() if information.exists() else []:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()

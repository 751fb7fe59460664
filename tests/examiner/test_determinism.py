"""Training is repeatable, bit for bit: base and graft of week 9 in 20 processes, at rest and under load.

Two of them are processes as on a student's machine. At each level of isolation there are six more: five
children of a sandbox, forked from its warm process, and a fork of an examiner, whose report has the hash of
what it trained.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from in_reach import in_reach

from autograder.checks.environment import installed, lock_sha256, processor, tensorflow_version
from autograder.kit import Kit

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("trained.py")
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
NO_GPU = {"CUDA_VISIBLE_DEVICES": "-1"}
Trained = Callable[..., dict[str, Any]]

# One after the other: what they measure is their own load.
pytestmark = pytest.mark.xdist_group("determinism")


@pytest.fixture(scope="module")
def trained() -> Trained:
    """What trained.py says of a level: so many processes alone, so many under load, each way run once."""

    @cache
    def trained(level: str, alone: int, loaded: int, gpu: bool = False) -> dict[str, Any]:
        command = [sys.executable, str(PROGRAM), level, str(alone), str(loaded)]
        as_root = os.geteuid() == 0 and level in ("user", "process")
        if as_root and not shutil.which("unshare"):
            pytest.skip("util-linux is missing, without which another user may not reach this Python")
        done = subprocess.run(
            in_reach(command) if as_root else command,
            env=os.environ | ({} if gpu else NO_GPU),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4_000:]
        said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return said

    return trained


@pytest.mark.parametrize(
    "level",
    [
        pytest.param("bubblewrap", marks=[pytest.mark.needs("bubblewrap")]),
        pytest.param("user", marks=[AS_ROOT]),
        "process",
    ],
)
def test_every_process_trains_the_same_bits(level: str, trained: Trained) -> None:
    """Neither the level of isolation, nor load, nor who trains changes a single weight."""
    plain, apart = trained("none", 1, 1), trained(level, 4, 1)
    assert (len(plain["hashes"]), len(apart["hashes"])) == (2, 6)
    hashes = {tuple(pair) for pair in [*plain["hashes"], *apart["hashes"]]}
    assert len(hashes) == 1, hashes
    assert len(set(*hashes)) == 2, "base and graft are two networks"
    assert apart["environment"] == {
        "python": platform.python_version(),
        "tensorflow": tensorflow_version(),
        "keras": installed("keras"),
        "numpy": installed("numpy"),
        "cpu": processor(),
        "device": "CPU",
        "seed": Kit.load(ROOT, "week09_transfer").seed,
        "isolation": level,
        "lock": lock_sha256(),
    }


def no_driver() -> bool:
    """Whether there is not even a driver through which TensorFlow could see a GPU, which is soon known."""
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return True
    return False


def test_training_on_a_gpu_is_repeatable_too(trained: Trained) -> None:
    """The same on a GPU: see docs/gpu.md for what was tried, and for what a sandbox sees of it."""
    asked = "import tensorflow; print(len(tensorflow.config.list_physical_devices('GPU')))"
    if no_driver() or subprocess.check_output([sys.executable, "-c", asked], text=True).strip() == "0":
        pytest.skip("TensorFlow sees no GPU here: docs/gpu.md says how to run this test on one")
    said = trained("none", 2, 2, gpu=True)
    assert said["environment"]["device"] != "CPU"
    assert len({tuple(pair) for pair in said["hashes"]}) == 1

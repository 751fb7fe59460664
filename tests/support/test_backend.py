"""Libraries are imported with the same settings everywhere, and compute the same bits on every processor."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys

import pytest

from autograder.sandbox.policy import VARIABLES

PROGRAM = """
import hashlib, json, os
from autograder.support.backend import tf
import numpy as np
random = np.random.RandomState(7)
left, right = (random.uniform(-1, 1, (50, 50)).astype("float32") for _ in range(2))
product = hashlib.sha256(tf.matmul(left, right).numpy().tobytes()).hexdigest()
print(json.dumps([product, dict(os.environ)]))
"""
# Where there is AVX-512, it is another one without ONEDNN_MAX_CPU_ISA.
PRODUCT = "2b530944f9216c93"
SETTINGS = (
    "TF_ENABLE_ONEDNN_OPTS",
    "ONEDNN_MAX_CPU_ISA",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "TF_CPP_MIN_LOG_LEVEL",
)


@pytest.fixture(scope="module")
def imported() -> tuple[str, dict[str, str]]:
    """The digest of a matrix product in a new process, and its variables after the import."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"PATH": os.defpath, "CUDA_VISIBLE_DEVICES": "-1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    product, variables = json.loads(run.stdout)
    return product, variables


@pytest.mark.skipif(platform.machine() != "x86_64", reason="The digest is that of x86-64.")
def test_a_matrix_product_has_the_same_bits_on_every_processor(imported: tuple[str, dict[str, str]]) -> None:
    product, _ = imported
    assert product.startswith(PRODUCT)


def test_the_sandbox_has_the_same_settings(imported: tuple[str, dict[str, str]]) -> None:
    _, variables = imported
    assert {name: VARIABLES[name] for name in SETTINGS} == {name: variables[name] for name in SETTINGS}

"""Import Keras and TensorFlow with the settings that make trainings repeatable.

Libraries read the environment once, while they are imported: TensorFlow as the backend, no reordered sums,
one thread, and AVX2 at most. oneDNN, which multiplies TensorFlow's matrices, rounds differently with AVX-512.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["ONEDNN_MAX_CPU_ISA"] = "AVX2"
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@contextmanager
def _quiet() -> Iterator[None]:
    """Discard what native code writes to stderr: TensorFlow logs at import, whatever its log level."""
    try:
        before, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except OSError:  # no stderr, or no such device
        yield
        return
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nowhere)


with _quiet():
    import keras
    import tensorflow as tf

__all__ = ["keras", "tf"]

"""TensorFlow's single operations, run as they are.

By itself it makes a function of each before it runs one for the first time, with all passes over a graph:
0.6 ms instead of 0.05 ms, for every operation and shape, anew in every fork. The kernels, and so the bits,
are the same.
"""

from __future__ import annotations

import sys

MODULE = "tensorflow.python.pywrap_tfe"
# TensorFlow 2.21 calls this with True whenever it starts, and has no public switch.
OPTION = "TFE_ContextOptionsSetRunEagerOpAsFunction"


def run_operations_directly() -> None:
    """Have TensorFlow do so, once it starts; without effect where it is not imported, or has no such way."""
    if set_option := getattr(sys.modules.get(MODULE), OPTION, None):
        setattr(sys.modules[MODULE], OPTION, lambda options, enable: set_option(options, False))

"""Assert values with NumPy alone: types, and the numbers, shapes and data types of arrays.

Every assertion raises ExpectationError, also for None and values of other types.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .errors import describe, fail
from .language import gettext as _

RTOL, ATOL = 1e-4, 1e-4
SHOWN = 6


def assert_allclose(
    name: str, actual: Any, expected: Any, hint: str = "", rtol: float = RTOL, atol: float = ATOL
) -> None:
    """Assert that numbers have the expected shape and, but for rounding, the expected values."""
    __tracebackhide__ = True
    wanted = np.asarray(expected)
    received = numbers(name, actual)
    assert_shape(name, received, wanted.shape, hint)
    if np.allclose(received, wanted, rtol=rtol, atol=atol):
        return
    if wanted.ndim < 2:
        fail(_("{name}: {values}", name=_(name), values=_row(wanted)), _row(received), hint)
    difference = received.astype(np.float64) - wanted.astype(np.float64)  # booleans have no difference
    off = np.nan_to_num(np.abs(difference), nan=np.inf).reshape(len(wanted), -1).max(axis=1)
    worst = int(np.argmax(off))
    fail(
        _("{name}, such as {values} in row {row}", name=_(name), values=_row(wanted[worst]), row=worst),
        _row(received[worst]),
        hint,
    )


def assert_type(name: str, actual: Any, kind: type, hint: str = "") -> None:
    """Assert the type of a value, such as a dict or a DataFrame; a subclass is of the type, too."""
    __tracebackhide__ = True
    if not isinstance(actual, kind):
        fail(
            _("{name} of type {type}", name=_(name), type=kind.__name__),
            describe(actual),
            hint or "What does the function return?",
        )


def assert_array(name: str, actual: Any, hint: str = "") -> None:
    """Assert that a value is a NumPy array."""
    __tracebackhide__ = True
    if not isinstance(actual, np.ndarray):
        fail(
            _("{name} as a NumPy array", name=_(name)),
            describe(actual),
            hint or "What turns the result into an array?",
        )


def assert_shape(name: str, actual: Any, shape: Sequence[int | None], hint: str = "") -> None:
    """Assert the shape of numbers; None in `shape` stands for any length."""
    __tracebackhide__ = True
    received = numbers(name, actual).shape
    fits = len(received) == len(shape) and all(
        length in (None, other) for length, other in zip(shape, received, strict=True)
    )
    if not fits:
        fail(
            _("{name} of shape {shape}", name=_(name), shape=tuple(shape)),
            received,
            hint or "What does each axis stand for?",
        )


def assert_dtype(name: str, actual: Any, dtype: Any, hint: str = "") -> None:
    """Assert the data type of numbers."""
    __tracebackhide__ = True
    received = numbers(name, actual).dtype
    if received != np.dtype(dtype):
        fail(
            _("{name} of type {type}", name=_(name), type=np.dtype(dtype)),
            received,
            hint or "Which line determines the type?",
        )


def numbers(name: str, actual: Any) -> np.ndarray:
    """Return a value as an array of numbers; raise ExpectationError if it is none."""
    __tracebackhide__ = True
    try:
        array = np.asarray(actual)
    except Exception:  # whatever a value of any type raises
        array = np.array(None)
    if array.dtype.kind not in "biufc":
        fail(_("{name} as numbers", name=_(name)), describe(actual), "What does the function return?")
    return array


def _row(values: np.ndarray) -> str:
    shown = ", ".join(f"{number:.4g}" for number in values.ravel()[:SHOWN])
    return f"[{shown}{', …' if values.size > SHOWN else ''}]" if values.ndim else f"{values:.4g}"

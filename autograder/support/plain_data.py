"""Pass arguments and answers as the grader does, so that a check says the same wherever it runs.

The grader calls a student's functions in another process. Tensors arrive there and here as NumPy arrays, a
subclass of a list or an array as the plain type, and what a function changes in an array, a list or a dict
that it was passed stays with the function. Models are the exception: what a function does to them is seen.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np


def plain_copy(value: Any) -> Any:
    """Return a copy of plain data, with arrays for tensors and variables; return any other value itself."""
    array = _as_array(value)
    if array is not None:
        return array
    for kind in (list, tuple, set, frozenset):
        if isinstance(value, kind):
            return kind(map(plain_copy, value))
    # The grader's record of a training is a dict, too, and has this attribute.
    if isinstance(value, dict) and not hasattr(value, "history"):
        return {key: plain_copy(item) for key, item in value.items()}
    pandas = sys.modules.get("pandas")
    if pandas and isinstance(value, (pandas.DataFrame, pandas.Series)):
        return value.copy()
    return value


def _as_array(value: Any) -> np.ndarray | None:
    """Return a new array for an array, a tensor or a variable, and None for any other value."""
    if not isinstance(value, (np.ndarray, *_tensor_types())):
        return None
    try:
        array = np.asarray(value).copy()
    except Exception:  # a tensor without numbers, of a graph
        return None
    items = array.ravel().tolist() if array.dtype.kind in "OS" else []
    if items and all(isinstance(item, (str, bytes)) for item in items):
        texts = [item.decode() if isinstance(item, bytes) else item for item in items]
        return np.array(texts, dtype=str).reshape(array.shape)
    return array


def _tensor_types() -> tuple[type, ...]:
    """Return the types of tensors and variables with numbers, of the libraries that are imported."""
    tensorflow, keras = sys.modules.get("tensorflow"), sys.modules.get("keras")
    types = (tensorflow.Tensor, tensorflow.Variable) if tensorflow else ()
    return (*types, keras.Variable) if keras else types

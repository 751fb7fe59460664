"""Send arrays as `{dtype, shape}` in JSON and raw bytes in a blob, in the same order on both ends."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..language import FAILURE
from ..text import clean

if TYPE_CHECKING:
    import numpy

# Maximum number of characters of a name in a message.
MAX_NAME = 80
MAX_DIMENSIONS = 16
MAX_LENGTH = 2**31 - 1
ITEM_SIZES = {
    "bool": 1,
    "int8": 1,
    "int16": 2,
    "int32": 4,
    "int64": 8,
    "uint8": 1,
    "uint16": 2,
    "uint32": 4,
    "uint64": 8,
    "float16": 2,
    "float32": 4,
    "float64": 8,
    "complex64": 8,
    "complex128": 16,
}


class NotAllowedError(ValueError):
    """A received value is not accepted; the text is a sentence for students."""


class UnexpectedAnswerError(NotAllowedError):
    """An answer is not accepted, and a check would also refuse it; the text is that of a failed check."""

    def __init__(self, expected: str, received: str, hint: str) -> None:
        super().__init__(FAILURE.format(expected=expected, received=received, hint=hint))


def readable(text: object, max_length: int = MAX_NAME) -> str:
    """Return the printable part of a text of unknown origin, cut to `max_length` characters."""
    return clean(text, max_length, newlines=False, replacement="")


def text_bytes(items: list[str]) -> int:
    """Return the size in bytes of an array of these texts, where each item takes as much as the longest."""
    return 4 * len(items) * max(map(len, items), default=0)


class BlobWriter:
    """Collects the bytes of arrays in sequence."""

    def __init__(self) -> None:
        self.size = 0
        self._parts: list[bytes] = []

    def add(self, array: numpy.ndarray[Any, Any]) -> dict[str, Any]:
        """Append an array with any memory layout and a dtype of ITEM_SIZES; return its description."""
        data = array.astype(array.dtype.newbyteorder("="), copy=False).tobytes()
        self.size += len(data)
        self._parts.append(data)
        return {"dtype": array.dtype.name, "shape": list(array.shape)}

    def add_bytes(self, data: bytes) -> dict[str, Any]:
        """Append bytes; return their description as an array."""
        self.size += len(data)
        self._parts.append(data)
        return {"dtype": "uint8", "shape": [len(data)]}

    def blob(self) -> bytes:
        """Return all bytes added so far."""
        return b"".join(self._parts)


class BlobReader:
    """Reads arrays from a blob in sequence; their total size cannot exceed that of the blob."""

    def __init__(self, blob: bytes) -> None:
        self._blob = blob
        self._used = 0

    def take(self, description: object) -> numpy.ndarray[Any, Any]:
        """Return the next array, writable; raise NotAllowedError if description and bytes do not match."""
        dtype, shape = parse_description(description)
        size = math.prod(shape) * ITEM_SIZES[dtype]
        if size > len(self._blob) - self._used:
            raise NotAllowedError(
                f"An array of shape {tuple(shape)} and type {dtype} has {size} bytes, "
                f"but only {len(self._blob) - self._used} arrived."
            )
        import numpy

        data = self._blob[self._used : self._used + size]
        self._used += size
        return numpy.frombuffer(bytearray(data), dtype=dtype).reshape(shape)

    def finish(self) -> None:
        """Raise NotAllowedError if bytes remain that no array describes."""
        if self._used != len(self._blob):
            raise NotAllowedError(f"{len(self._blob) - self._used} bytes arrived that belong to no array.")


def parse_description(description: object) -> tuple[str, tuple[int, ...]]:
    """Return the dtype and shape in an array's description; raise NotAllowedError if it is invalid."""
    if type(description) is not dict or set(description) != {"dtype", "shape"}:
        raise NotAllowedError("An array must be described by its dtype and its shape.")
    dtype, shape = description["dtype"], description["shape"]
    if type(dtype) is not str or dtype not in ITEM_SIZES:
        raise NotAllowedError(f"An array must hold numbers or booleans ({', '.join(ITEM_SIZES)}).")
    if type(shape) is not list or len(shape) > MAX_DIMENSIONS:
        raise NotAllowedError(f"An array's shape must be a list of at most {MAX_DIMENSIONS} lengths.")
    if not all(type(length) is int and 0 <= length <= MAX_LENGTH for length in shape):
        raise NotAllowedError(f"An array's lengths must be whole numbers from 0 to {MAX_LENGTH}.")
    return dtype, tuple(shape)

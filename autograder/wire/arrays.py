"""Arrays as `{dtype, shape}` in the JSON and raw bytes in the blob, taken in the same order on both ends."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .refusal import NotAccepted

if TYPE_CHECKING:
    import numpy

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


class BlobWriter:
    """Collects the bytes of arrays, one after another."""

    def __init__(self) -> None:
        self.size = 0
        self._parts: list[bytes] = []

    def add(self, array: numpy.ndarray[Any, Any]) -> dict[str, Any]:
        """Append an array of any byte order or layout; its description. The dtype must be in ITEM_SIZES."""
        data = array.astype(array.dtype.newbyteorder("="), copy=False).tobytes()
        self.size += len(data)
        self._parts.append(data)
        return {"dtype": array.dtype.name, "shape": list(array.shape)}

    def blob(self) -> bytes:
        """All bytes added so far."""
        return b"".join(self._parts)


class BlobReader:
    """Hands out a blob's bytes as arrays. No byte is used twice, so together they are no larger than it."""

    def __init__(self, blob: bytes) -> None:
        self._blob = blob
        self._used = 0

    def take(self, description: object) -> numpy.ndarray[Any, Any]:
        """The next array, writable; raises NotAccepted where its description does not fit the bytes here."""
        dtype, shape = described(description)
        size = math.prod(shape) * ITEM_SIZES[dtype]
        if size > len(self._blob) - self._used:
            raise NotAccepted(
                f"An array of shape {tuple(shape)} and type {dtype} has {size} bytes, "
                f"but only {len(self._blob) - self._used} arrived."
            )
        import numpy

        data = self._blob[self._used : self._used + size]
        self._used += size
        return numpy.frombuffer(bytearray(data), dtype=dtype).reshape(shape)

    def finish(self) -> None:
        """Raise NotAccepted when bytes are left that no array describes."""
        if self._used != len(self._blob):
            raise NotAccepted(f"{len(self._blob) - self._used} bytes arrived that belong to no array.")


def described(description: object) -> tuple[str, tuple[int, ...]]:
    """The dtype and shape in an array's description; raises NotAccepted when it is none."""
    if type(description) is not dict or set(description) != {"dtype", "shape"}:
        raise NotAccepted("An array must be described by its dtype and its shape.")
    dtype, shape = description["dtype"], description["shape"]
    if type(dtype) is not str or dtype not in ITEM_SIZES:
        raise NotAccepted(f"An array must hold numbers or booleans ({', '.join(ITEM_SIZES)}).")
    if type(shape) is not list or len(shape) > MAX_DIMENSIONS:
        raise NotAccepted(f"An array's shape must be a list of at most {MAX_DIMENSIONS} lengths.")
    if not all(type(length) is int and 0 <= length <= MAX_LENGTH for length in shape):
        raise NotAccepted(f"An array's lengths must be whole numbers from 0 to {MAX_LENGTH}.")
    return dtype, tuple(shape)

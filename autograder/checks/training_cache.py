"""Cache trainings, so that identical trainings of identical networks run once.

A training is a pure function of the network, its weights and compile settings, the data, epochs, seed,
versions and hardware. Its result is stored under the hash of these, in memory and optionally on disk.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ..files import write_atomic
from ..wire.codec import pack, unpack
from ..wire.encode import Packed
from .environment import installed, processor

Train = Callable[[Any, Any, Any, int, int], Any]
MEMORY_ENTRIES = 2_000
MAX_DISK_BYTES = 256 * 1024**2
LENGTHS = struct.Struct(">I")


class TrainingStore(Protocol):
    """Stores trainings across runs. Errors of the store cost time but do not affect grades."""

    def get(self, key: str) -> bytes | None:
        """Return the data stored under `key`, or None."""

    def set(self, key: str, data: bytes) -> None:
        """Store `data` under `key`, if possible."""


class TrainingFiles:
    """A folder with one file per training, named by its key. Several processes may share it.

    Files are written atomically. Above `max_bytes`, the least recently used files are deleted. Disk errors
    are ignored, because they cost time but do not affect grades.
    """

    def __init__(self, folder: Path, max_bytes: int = MAX_DISK_BYTES) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    def get(self, key: str) -> bytes | None:
        """Return the data stored under `key`, or None."""
        with suppress(OSError):
            data = (self._folder / key).read_bytes()
            os.utime(self._folder / key)
            return data
        return None

    def set(self, key: str, data: bytes) -> None:
        """Store `data` under `key`. Disk errors are ignored."""
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomic(self._folder / key, data)
            self._evict()

    def _evict(self) -> None:
        files = sorted(
            ((path.stat(), path) for path in self._folder.iterdir()), key=lambda found: found[0].st_mtime
        )
        excess = sum(stat.st_size for stat, _ in files) - self._max_bytes
        for stat, path in files:
            if excess <= 0:
                return
            path.unlink(missing_ok=True)
            excess -= stat.st_size


@dataclass(frozen=True)
class Training:
    """One training of a submission's network: its return value and the SHA-256 of the trained weights.

    `data` is the serialized result of a new training, or None if the result came from the cache.
    """

    key: str
    weights_sha256: str
    value: Any
    data: bytes | None = None


class TrainingCache:
    """Replaces the kit's training function and trains only if no result is stored."""

    def __init__(self, train: Train, sources: str, disk: TrainingStore | None = None) -> None:
        """Cache the results of `train`. `sources` identifies the version of the training code."""
        self.train = train
        self._context = json.dumps([sources, *versions()])
        self._memory: dict[str, bytes] = {}
        self._disk = disk
        self.report: Callable[[Training], None] = lambda trained: None

    def __call__(self, model: Any, x: Any, y: Any, epochs: int, seed: int) -> Any:
        """Train `model` with the kit's function, or set the stored weights of an identical training."""
        if not repeatable(model):
            return self.train(model, x, y, epochs, seed)
        if (key := self.key(model, x, y, epochs, seed)) is None:
            return self.train(model, x, y, epochs, seed)
        if (data := self._find(key)) is not None and (stored := loads(data)) is not None:
            value, weights = stored
            model.set_weights(weights)
            self.report(Training(key, _hash(weights), value))
            return value
        value = self.train(model, x, y, epochs, seed)
        weights = model.get_weights()
        data = dumps(value, weights)
        if self._disk is not None:
            self._disk.set(key, data)
        self.report(Training(key, _hash(weights), value, data))
        return value

    def store(self, trained: Training) -> None:
        """Store a training that a fork ran, for later forks. The oldest entry is evicted first."""
        if trained.data is not None:
            while len(self._memory) >= MEMORY_ENTRIES:
                del self._memory[next(iter(self._memory))]
            self._memory[trained.key] = trained.data

    def key(self, model: Any, x: Any, y: Any, epochs: int, seed: int) -> str | None:
        """Return the hash of everything that determines a training, or None if part of it cannot be encoded.

        Names of layers are excluded, except if the losses refer to layers by name. A part that cannot be
        encoded could change without changing the hash.
        """
        packed = pack((model, x, y, epochs, seed))
        if packed.refused:
            return None
        parts = list(_parts(packed.head))
        if not any("outputs" in part for part in parts):  # losses may refer to layers by name
            for part in parts:
                if "class" in part or "operation" in part:
                    part.pop("name", None)
        head = json.dumps(packed.head, sort_keys=True)
        return hashlib.sha256(b"\0".join((self._context.encode(), head.encode(), packed.blob))).hexdigest()

    def _find(self, key: str) -> bytes | None:
        if key in self._memory:
            return self._memory[key]
        return self._disk.get(key) if self._disk is not None else None


def repeatable(model: Any) -> bool:
    """Return whether training is deterministic. Layers such as Dropout have a random state."""
    layers: Iterable[Any] = model._flatten_layers()
    return not any(hasattr(layer, name) for layer in layers for name in ("seed_generator", "generator"))


def versions() -> tuple[str | None, ...]:
    """Return the versions and hardware on which the exact result of a training depends."""
    return (platform.python_version(), *map(installed, ("tensorflow", "keras", "numpy")), processor())


def dumps(value: Any, weights: list[Any]) -> bytes:
    """Return a training's result as bytes that begin with their checksum."""
    packed = pack((value, weights))
    head = json.dumps(packed.head).encode()
    body = LENGTHS.pack(len(head)) + head + packed.blob
    return hashlib.sha256(body).digest() + body


def loads(data: bytes) -> tuple[Any, list[Any]] | None:
    """Return the value and weights that `dumps` serialized, or None if the bytes are damaged."""
    body = data[32:]
    if hashlib.sha256(body).digest() != data[:32]:
        return None
    end = LENGTHS.size + LENGTHS.unpack_from(body)[0]
    packed = Packed(json.loads(body[LENGTHS.size : end]), body[end:])
    (value, weights), _ = unpack(packed.head, packed.blob)
    return value, weights


def _hash(weights: list[Any]) -> str:
    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in weights)).hexdigest()


def _parts(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in JSON data."""
    if isinstance(tree, dict):
        yield tree
    for part in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _parts(part)

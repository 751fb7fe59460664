"""Cache trainings, so that identical trainings of identical networks run once.

A training is a pure function of the network, its weights and compile settings, the data, epochs, seed,
versions and hardware. Its result is stored under the hash of these, in memory and optionally on disk.
"""

from __future__ import annotations

import json
import platform
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..files import DiskCache, sha256
from ..wire.codec import pack, unpack
from ..wire.encode import Packed
from .environment import hardware, installed, tensorflow_version

# The kit's training function: its arguments are a model, inputs, targets, epochs and a seed.
Train = Callable[[Any, Any, Any, int, int], Any]
MEMORY_ENTRIES = 2_000
LENGTHS = struct.Struct(">I")


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

    def __init__(self, train: Train, sources: str, disk: DiskCache | None = None) -> None:
        """Cache the results of `train`. `sources` identifies the version of the training code."""
        self.train = train
        self._context = json.dumps([sources, *versions()])
        self._memory: dict[str, bytes] = {}
        self._disk = disk
        self.report: Callable[[Training], None] = lambda trained: None

    def __call__(self, model: Any, x: Any, y: Any, epochs: int, seed: int) -> Any:
        """Train `model` with the kit's function, or set the stored weights of an identical training."""
        key = self.key(model, x, y, epochs, seed) if repeatable(model) else None
        if key is None:
            return self.train(model, x, y, epochs, seed)
        if (data := self._find(key)) is not None:
            value, weights = loads(data)
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
        objects = list(_objects(packed.head))
        if not any("outputs" in each for each in objects):  # losses may refer to layers by name
            for each in objects:
                if "class" in each or "operation" in each:
                    each.pop("name", None)
        head = json.dumps(packed.head, sort_keys=True)
        return sha256(b"\0".join((self._context.encode(), head.encode(), packed.blob)))

    def _find(self, key: str) -> bytes | None:
        if key in self._memory:
            return self._memory[key]
        return self._disk.get(key) if self._disk is not None else None


def repeatable(model: Any) -> bool:
    """Return whether training a model is deterministic. Layers such as Dropout have a random state."""
    layers: Iterable[Any] = model._flatten_layers()
    return not any(hasattr(layer, name) for layer in layers for name in ("seed_generator", "generator"))


def versions() -> tuple[str | None, ...]:
    """Return the versions and hardware on which the exact result of a training depends."""
    packages = (tensorflow_version(), installed("keras"), installed("numpy"))
    return (platform.python_version(), *packages, *hardware())


def dumps(value: Any, weights: list[Any]) -> bytes:
    """Return a training's result as bytes."""
    packed = pack((value, weights))
    head = json.dumps(packed.head).encode()
    return LENGTHS.pack(len(head)) + head + packed.blob


def loads(data: bytes) -> tuple[Any, list[Any]]:
    """Return the value and weights that `dumps` serialized."""
    end = LENGTHS.size + LENGTHS.unpack_from(data)[0]
    packed = Packed(json.loads(data[LENGTHS.size : end]), data[end:])
    (value, weights), _ = unpack(packed.head, packed.blob)
    return value, weights


def _hash(weights: list[Any]) -> str:
    return sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in weights))


def _objects(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in JSON data."""
    if isinstance(tree, dict):
        yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for item in tree:
            yield from _objects(item)

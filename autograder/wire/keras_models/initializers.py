"""Define the table of accepted initializers, and replace others on layers whose weights arrive.

Once the weights have arrived, an initializer has no further effect.
"""

from __future__ import annotations

from typing import Any

from .allowed_objects import POSITIVE, SEEDS
from .schema import Field, Fields, Kind, SchemaError, default_only, object_of, one_of, optional, real

GIVEN = {"class": "GivenByWeights"}
_PACKAGE = "kit"


def _initial_seed() -> Kind:
    """Return the kind of an initializer's seed; a generator is sent as its initial seed."""
    kind = optional(SEEDS)

    def to_wire(value: Any) -> Any:
        return kind.to_wire(getattr(value, "_initial_seed", value))

    return Kind(kind.accepts, to_wire, kind.from_wire)


_SEED = Field(_initial_seed(), None, "_init_seed")
_NORMAL: Fields = {"mean": Field(real(), 0.0), "stddev": Field(POSITIVE, 0.05), "seed": _SEED}
_SCALED: Fields = {
    "seed": _SEED,
    "input_axes": Field(default_only(None)),
    "output_axes": Field(default_only(None)),
}
_VARIANCE: Fields = {
    "scale": Field(POSITIVE, 1.0),
    "mode": Field(one_of("fan_in", "fan_out", "fan_avg"), "fan_in"),
    "distribution": Field(one_of("truncated_normal", "untruncated_normal", "uniform"), "truncated_normal"),
}

INITIALIZER_CLASSES: dict[str, Fields] = {
    "Zeros": {},
    "Ones": {},
    "Constant": {"value": Field(real(), 0.0)},
    "Identity": {"gain": Field(real(), 1.0)},
    "RandomNormal": _NORMAL,
    "RandomUniform": {"minval": Field(real(), -0.05), "maxval": Field(real(), 0.05), "seed": _SEED},
    "TruncatedNormal": _NORMAL,
    "GlorotNormal": _SCALED,
    "GlorotUniform": _SCALED,
    "HeNormal": _SCALED,
    "HeUniform": _SCALED,
    "LecunNormal": _SCALED,
    "LecunUniform": _SCALED,
    "Orthogonal": {"gain": Field(real(), 1.0), "seed": _SEED},
    "VarianceScaling": {**_VARIANCE, **_SCALED},
}
INITIALIZERS = object_of("an initializer of Keras", "initializers", INITIALIZER_CLASSES)


class FixedInitializer:
    """An initializer that returns the one array that arrived and refuses any other shape."""

    def __init__(self, array: Any) -> None:
        self._array = array

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Return the array; raise SchemaError for another shape."""
        if tuple(shape) != self._array.shape:
            raise SchemaError(
                f"a weight of shape {tuple(shape)} where one of shape {self._array.shape} arrived"
            )
        return self._array


class GivenByWeights:
    """A replacement for an unsupported initializer, on a layer whose weights arrive.

    A clone of such a layer starts with Keras' default values.
    """

    def __call__(self, shape: Any, dtype: Any = None, **options: Any) -> Any:
        """Return Keras' default initial values: Glorot values for matrices, zeros for vectors."""
        import keras

        plain = keras.initializers.GlorotUniform() if len(shape) > 1 else keras.initializers.Zeros()
        return plain(shape, dtype=dtype)

    def get_config(self) -> dict[str, Any]:
        """Return an empty configuration, which Keras reads when it clones a layer."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> GivenByWeights:
        """Return a new instance."""
        return cls()


def with_weights(initializers: Kind) -> Kind:
    """Return the kind of any initializer of a layer; an unsupported one becomes `GivenByWeights`."""

    def to_wire(value: Any) -> Any:
        try:
            return initializers.to_wire(value)
        except SchemaError:
            return GIVEN

    def from_wire(tree: Any) -> Any:
        return _registered()() if tree == GIVEN else initializers.from_wire(tree)

    return Kind(initializers.accepts, to_wire, from_wire)


def _registered() -> Any:
    """Return the class after registering it with Keras, which clones layers by their registered names."""
    import keras

    name = f"{_PACKAGE}>{GivenByWeights.__name__}"
    if keras.saving.get_registered_object(name) is None:
        keras.saving.register_keras_serializable(_PACKAGE)(GivenByWeights)
    return GivenByWeights

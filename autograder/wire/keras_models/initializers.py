"""Replace initializers of layers whose weights arrive, because these initializers have no further effect."""

from __future__ import annotations

from typing import Any

from .schema import Kind, SchemaError

GIVEN = {"class": "GivenByWeights"}
_PACKAGE = "kit"


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

"""One layer from its entry: weights are checked against the bytes present before the layer is built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from .allowed_layers import DTYPES, INPUT, MOST_DIMENSIONS, MOST_LENGTH, LayerClass
from .allowed_objects import LOSS, LOSS_WEIGHTS, OPTIMIZERS, SEEDS
from .arrays import BlobReader
from .schema import (
    Field,
    Fields,
    SchemaError,
    SettingError,
    abbreviate,
    boolean,
    check_settings,
    integer,
    list_of,
    optional,
    settings_of,
)

FIELDS: Fields = {
    "optimizer": Field(optional(OPTIMIZERS)),
    "loss": Field(LOSS),
    "loss_weights": Field(LOSS_WEIGHTS),
}


def compile_settings(model: Any) -> dict[str, Any] | None:
    """What a model is compiled with as JSON, or None for one that is not; raises SettingError."""
    if not model.compiled:
        return None
    found = {
        "optimizer": getattr(model, "optimizer", None),
        "loss": getattr(model, "loss", None),
        "loss_weights": getattr(getattr(model, "_compile_loss", None), "_user_loss_weights", None),
    }
    return {
        key: _converted(FIELDS[key].kind.to_wire, key, value)
        for key, value in found.items()
        if value is not None
    }


def compile_model(model: Any, settings: object) -> None:
    """Compile a model with settings of unknown origin; raises SettingError."""
    if type(settings) is not dict or not set(settings) <= set(FIELDS):
        raise SettingError("compile", abbreviate(settings))
    arguments = {key: _converted(FIELDS[key].kind.from_wire, key, tree) for key, tree in settings.items()}
    model.compile(**{"optimizer": None, **arguments})


def _converted(way: Any, key: str, value: Any) -> Any:
    try:
        return way(value)
    except SettingError as unfit:
        raise SettingError(f"{key} {unfit.key}", unfit.found) from None
    except SchemaError as unfit:
        raise SettingError(key, str(unfit)) from None


_SHAPE = list_of(optional(integer(0, MOST_LENGTH)), 1, MOST_DIMENSIONS)
_SEEDS = list_of(SEEDS, 2, 2)
_MOST_WEIGHTS = 16


class FixedInitializer:
    """An initializer that hands out the one array that arrived, and nothing of another shape."""

    def __init__(self, array: Any) -> None:
        self._array = array

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """The array; raises Unfit where another shape is wanted."""
        if tuple(shape) != self._array.shape:
            raise SchemaError(
                f"a weight of shape {tuple(shape)} where one of shape {self._array.shape} arrived"
            )
        return self._array


class NoInitializer:
    """An initializer for a layer that came without weights: nothing is allocated while it is rebuilt."""

    def __call__(self, shape: Any, dtype: Any = None) -> NoReturn:
        """Raises Unfit."""
        raise SchemaError(f"no weight where one of shape {tuple(shape)} is needed")


@dataclass
class Pending:
    """A layer with what is left to do once every layer of the table exists."""

    layer: Any
    shape: tuple[int | None, ...] | None = None
    arrays: list[Any] = field(default_factory=list)
    initializers: dict[str, Any] = field(default_factory=dict)
    trains: list[bool] = field(default_factory=list)

    def finish(self) -> None:
        """Build the layer unless a model that it belongs to has done so, and give it its own initializers."""
        if self.arrays and not self.layer.built:
            self.layer.build(self.shape)
        if len(self.layer.weights) != len(self.arrays) and self.initializers:
            raise SettingError("weights", f"{len(self.arrays)} instead of {len(self.layer.weights)}")
        for name, initializer in self.initializers.items():
            setattr(self.layer, name, initializer)

    def set_flags(self) -> None:
        """Mark each weight as training or frozen."""
        if self.trains:
            for weight, trains in zip(self.layer.weights, self.trains, strict=True):
                if weight.trainable is not trains:
                    weight.trainable = trains


def new_input(entry: dict[str, Any]) -> Pending:
    """An input layer."""
    import keras

    settings = check_settings(entry.get("settings"), INPUT)
    return Pending(keras.layers.InputLayer(name=entry["name"], **settings))


def new_layer(entry: dict[str, Any], listed: LayerClass, reader: BlobReader) -> Pending:
    """A layer with weights, built later or by the first model that contains it; raises Unfit."""
    import keras

    arguments = check_settings(entry.get("settings"), listed.fields)
    shape, arrays, names = _weights(entry, listed, arguments, reader)
    initializers: dict[str, Any] = {}
    for key in _initializers(listed):
        kind, default = listed.fields[key].kind, listed.fields[key].default
        initializers[key] = arguments.get(key) or kind.from_wire(default)
        arguments[key] = NoInitializer()
    for key, array in zip(names, arrays, strict=True):
        arguments[key] = FixedInitializer(array)
    dtype = DTYPES.from_wire(entry.get("dtype", "float32"))
    layer = getattr(keras.layers, entry["class"])(name=entry["name"], dtype=dtype, **arguments)
    _restore_draws(layer, entry)
    return Pending(layer, shape, arrays, initializers, _flags(entry, len(arrays)))


def update_layer(layer: Any, entry: dict[str, Any], listed: LayerClass, reader: BlobReader) -> Pending:
    """Bring a layer to the state that its entry tells, in place; raises Unfit where that is not possible."""
    settings = entry.get("settings")
    arguments = check_settings(settings, listed.fields)
    assert type(settings) is dict
    for key in _changed(settings_of(layer, listed.fields), settings, listed.fields):
        if not listed.fields[key].changes:
            raise SettingError(key, "another value than when it was passed in")
        default = listed.fields[key].default
        setattr(
            layer, key, arguments[key] if key in arguments else listed.fields[key].kind.from_wire(default)
        )
    shape, arrays, names = _weights(entry, listed, arguments, reader)
    pending = Pending(layer, shape, arrays, {}, _flags(entry, len(arrays)))
    if layer.weights:
        _assign(layer, arrays)
    else:
        pending.initializers = {key: getattr(layer, key) for key in _initializers(listed)}
        for key in pending.initializers:
            setattr(layer, key, NoInitializer())
        for key, array in zip(names, arrays, strict=True):
            setattr(layer, key, FixedInitializer(array))
    _restore_draws(layer, entry)
    return pending


def _weights(
    entry: dict[str, Any], listed: LayerClass, arguments: Mapping[str, Any], reader: BlobReader
) -> tuple[tuple[int | None, ...] | None, list[Any], list[str]]:
    """The input shape, the arrays, and the initializers that they stand for; shapes are right."""
    if "weights" not in entry:
        return None, [], []
    descriptions = entry["weights"]
    if listed.weights is None or type(descriptions) is not list or len(descriptions) > _MOST_WEIGHTS:
        raise SettingError("weights", "something that this class does not have")
    shape = _SHAPE.from_wire(entry.get("built"))
    config = {key: arguments.get(key, field_.default) for key, field_ in listed.fields.items()}
    try:
        expected = listed.weights(config, shape)
    except (IndexError, TypeError, ZeroDivisionError):
        raise SettingError("input shape", str(shape)) from None
    arrays = [reader.take(description) for description in descriptions]
    dtype = entry.get("dtype", "float32")
    found = [(array.shape, array.dtype.name) for array in arrays]
    if found != [(weight.shape, dtype) for weight in expected]:
        raise SettingError("weights", f"the shapes {[shape for shape, _ in found]}")
    return shape, arrays, [weight.initializer for weight in expected]


def _initializers(listed: LayerClass) -> list[str]:
    return [key for key in listed.fields if key.endswith("_initializer")]


def _flags(entry: dict[str, Any], count: int) -> list[bool]:
    return list(list_of(boolean(), count, count).from_wire(entry.get("trains", [])))


def _changed(old: dict[str, Any], new: dict[str, Any], fields: Mapping[str, Field]) -> list[str]:
    return [key for key in fields if old.get(key, fields[key].default) != new.get(key, fields[key].default)]


def _assign(layer: Any, arrays: list[Any]) -> None:
    weights = layer.weights
    if [tuple(weight.shape) for weight in weights] != [array.shape for array in arrays]:
        raise SettingError("weights", "other shapes than when it was passed in")
    for weight, array in zip(weights, arrays, strict=True):
        if weight.numpy().tobytes() != array.tobytes():
            weight.assign(array)


def _restore_draws(layer: Any, entry: dict[str, Any]) -> None:
    """Continue a layer's random numbers where the other end stands."""
    if "drawn" in entry:
        generator = getattr(layer, "seed_generator", None)
        if generator is None:
            raise SettingError("drawn", "a state of random numbers that this layer does not draw")
        generator.state.assign(_SEEDS.from_wire(entry["drawn"]))

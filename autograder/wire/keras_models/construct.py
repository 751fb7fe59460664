"""Construct one layer from its entry in a message, and compile models.

Schemas check the settings. The weights must have the shapes that follow from the settings. A layer is built
only if arrays of exactly these shapes arrived, and they become its weights.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

from ..array_blobs import MAX_LENGTH, BlobReader
from .activations import check_probe
from .allowed_objects import LOSS, LOSS_WEIGHTS, MAX_DIMENSIONS, OPTIMIZERS, SEEDS
from .layer_settings import DTYPES, INPUT, LayerClass
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
from .sizes import check_inputs
from .weights import FixedInitializer, Weight

_SHAPE = list_of(optional(integer(0, MAX_LENGTH)), 1, MAX_DIMENSIONS)
_SEEDS = list_of(SEEDS, 2, 2)
_MAX_WEIGHTS = 32
_MAX_INPUTS = 8
# Maximum number of weights of a layer that arrives without any and is built by a check.
MAX_UNBUILT = 2**23
# The shapes that layers with several inputs, such as attention, are built with.
BUILD_ARGUMENTS = ("query_shape", "value_shape", "key_shape")
COMPILE_FIELDS: Fields = {
    "optimizer": Field(optional(OPTIMIZERS)),
    "loss": Field(LOSS),
    "loss_weights": Field(LOSS_WEIGHTS),
}


def compile_settings(model: Any) -> dict[str, Any] | None:
    """Return a model's compile settings as JSON, or None if it is not compiled; raise SettingError."""
    if not model.compiled:
        return None
    found = {
        "optimizer": getattr(model, "optimizer", None),
        "loss": getattr(model, "loss", None),
        "loss_weights": getattr(getattr(model, "_compile_loss", None), "_user_loss_weights", None),
    }
    return {
        key: _converted(COMPILE_FIELDS[key].kind.to_wire, key, value)
        for key, value in found.items()
        if value is not None
    }


def compile_model(model: Any, settings: object, optimizer: Any = None) -> None:
    """Compile a model with settings of unknown origin, and with `optimizer` if given; raise SettingError."""
    if type(settings) is not dict or not set(settings) <= set(COMPILE_FIELDS):
        raise SettingError("compile", abbreviate(settings))
    arguments = {
        key: _converted(COMPILE_FIELDS[key].kind.from_wire, key, tree) for key, tree in settings.items()
    }
    if optimizer is not None:
        arguments["optimizer"] = optimizer
    model.compile(**{"optimizer": None, **arguments})


def _converted(convert: Callable[[Any], Any], key: str, value: Any) -> Any:
    """Return a converted compile setting; raise SettingError, which names the setting."""
    try:
        return convert(value)
    except SettingError as error:
        raise SettingError(f"{key} {error.key}", error.found) from None
    except SchemaError as error:
        raise SettingError(key, str(error)) from None


@dataclass
class Pending:
    """A layer, with the steps that remain until every layer of the table exists.

    `shape` is the input shape that the layer is built with, and `arrays` are its weights. They are assigned
    if `assigned`; otherwise initializers return them, and `initializers` are those to restore. `trainable`
    has a flag for each weight. `states` are those of the random generators at the paths `generators`.
    `probe` holds the outputs to compare. `final_build` replaces the guarded method `build`.
    """

    layer: Any
    shape: Any = None
    arrays: list[Any] = field(default_factory=list)
    assigned: bool = False
    initializers: dict[str, Any] = field(default_factory=dict)
    trainable: list[bool] = field(default_factory=list)
    states: list[tuple[Any, ...]] = field(default_factory=list)
    generators: tuple[str, ...] = ()
    probe: Any = None
    final_build: Any = None

    def finish(self) -> None:
        """Build the layer unless a model has built it; set its weights, initializers and random state."""
        if self.arrays and not self.layer.built:
            self.layer.build(**self.shape) if isinstance(self.shape, dict) else self.layer.build(self.shape)
        if self.final_build is not None:
            self.layer.build = self.final_build
            if len(self.layer.weights) != len(self.arrays):
                raise SettingError("weights", f"{len(self.arrays)} instead of {len(self.layer.weights)}")
        if self.assigned:
            _assign(self.layer, self.arrays)
        for name, initializer in self.initializers.items():
            setattr(self.layer, name, initializer)
        self._restore_random_state()
        if self.probe is not None:
            check_probe(self.layer, self.shape, self.probe)

    def set_flags(self) -> None:
        """Mark each weight as trainable or frozen."""
        if self.trainable:
            for weight, trainable in zip(self.layer.weights, self.trainable, strict=True):
                if weight.trainable is not trainable:
                    weight.trainable = trainable

    def _restore_random_state(self) -> None:
        if not self.states:
            return
        generators = list(random_generators(self.layer, self.generators))
        if len(generators) != len(self.states):
            raise SettingError("drawn", "a state of random numbers that this layer does not draw")
        for generator, state in zip(generators, self.states, strict=True):
            generator.state.assign(state)


def random_generators(layer: Any, paths: tuple[str, ...]) -> Iterator[Any]:
    """Yield the random generators of a layer."""
    for path in paths:
        found = layer
        for step in path.split("."):
            found = getattr(found, step, None)
        if found is not None:
            yield found


def new_input(entry: dict[str, Any]) -> Pending:
    """Construct an input layer."""
    import keras

    settings = check_settings(entry.get("settings"), INPUT)
    return Pending(keras.layers.InputLayer(name=entry["name"], **settings))


def new_layer(entry: dict[str, Any], layer_class: LayerClass, reader: BlobReader) -> Pending:
    """Construct a layer, to be built later or by the first model that contains it; raise SchemaError."""
    import keras

    arguments = check_settings(entry.get("settings"), layer_class.fields)
    config = _config(layer_class, arguments)
    shape, arrays, expected = _weights(entry, layer_class, config, reader)
    dtype = DTYPES.from_wire(entry.get("dtype", "float32"))
    layer = getattr(keras.layers, entry["class"])(name=entry["name"], dtype=dtype, **arguments)
    pending = Pending(layer, shape, arrays, trainable=_trainable_flags(entry, len(arrays)))
    _guard(pending, layer_class, config, expected)
    _restore_later(pending, entry, layer_class, reader)
    return pending


def update_layer(layer: Any, entry: dict[str, Any], layer_class: LayerClass, reader: BlobReader) -> Pending:
    """Update a layer in place to the state in its entry; raise SchemaError if that is impossible."""
    settings = entry.get("settings")
    arguments = check_settings(settings, layer_class.fields)
    assert type(settings) is dict
    for key in _changed(settings_of(layer, layer_class.fields), settings, layer_class.fields):
        setting = layer_class.fields[key]
        if not setting.mutable:
            raise SettingError(key, "another value than when it was passed in")
        value = arguments[key] if key in arguments else setting.kind.from_wire(setting.default)
        setattr(layer, key, value)
    config = _config(layer_class, arguments)
    shape, arrays, expected = _weights(entry, layer_class, config, reader)
    pending = Pending(layer, shape, arrays, trainable=_trainable_flags(entry, len(arrays)))
    if layer.weights:
        _assign(layer, arrays)
    else:
        _guard(pending, layer_class, config, expected)
    _restore_later(pending, entry, layer_class, reader)
    return pending


def _config(layer_class: LayerClass, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return every setting that determines shapes, including those at their defaults."""
    config = {}
    for key, setting in layer_class.fields.items():
        if not key.endswith("_initializer"):
            default = None if setting.default is None else setting.kind.from_wire(setting.default)
            config[key] = arguments.get(key, default)
    return config


def _weights(
    entry: dict[str, Any], layer_class: LayerClass, config: Mapping[str, Any], reader: BlobReader
) -> tuple[Any, list[Any], list[Weight]]:
    """Return the input shape, the arrays and the weights that they belong to, after checking the shapes."""
    if "weights" not in entry:
        return None, [], []
    descriptions = entry["weights"]
    if layer_class.weights is None or type(descriptions) is not list or len(descriptions) > _MAX_WEIGHTS:
        raise SettingError("weights", "something that this class does not have")
    shape = _build_shape(entry.get("built"))
    expected = _expected_weights(layer_class, config, shape)
    arrays = [reader.take(description) for description in descriptions]
    dtype = entry.get("dtype", "float32")
    found = [(array.shape, array.dtype.name) for array in arrays]
    if found != [(weight.shape, weight.dtype or dtype) for weight in expected]:
        raise SettingError("weights", f"the shapes {[shape for shape, _ in found]}")
    return shape, arrays, expected


def _expected_weights(layer_class: LayerClass, config: Mapping[str, Any], shape: Any) -> list[Weight]:
    """Return the weights that a layer has for an input shape; raise SettingError if it has none for it."""
    assert layer_class.weights
    try:
        return layer_class.weights(config, shape)
    except (IndexError, KeyError, TypeError, ValueError, ZeroDivisionError, AttributeError):
        raise SettingError("input shape", abbreviate(str(shape))) from None


def _build_shape(tree: Any) -> Any:
    """Return the shape, the shapes, or the shapes by name that a layer was built with."""
    if type(tree) is dict:
        if not {"query_shape", "value_shape"} <= set(tree) <= set(BUILD_ARGUMENTS):
            raise SettingError("input shape", abbreviate(tree))
        return {key: _SHAPE.from_wire(tree[key]) for key in BUILD_ARGUMENTS if key in tree}
    if type(tree) is list and tree and all(type(part) is list for part in tree):
        if len(tree) > _MAX_INPUTS:
            raise SettingError("input shape", f"{len(tree)} inputs")
        return [_SHAPE.from_wire(part) for part in tree]
    return _SHAPE.from_wire(tree)


def _guard(
    pending: Pending, layer_class: LayerClass, config: Mapping[str, Any], expected: list[Weight]
) -> None:
    """Allow a layer to be built only with the weights that arrived, until it is finished."""
    if layer_class.weights is None:
        return
    layer, build = pending.layer, pending.layer.build
    pending.assigned = any(not weight.initializer for weight in expected)
    if not pending.assigned:
        for weight, array in zip(expected, pending.arrays, strict=True):
            pending.initializers[weight.initializer] = getattr(layer, weight.initializer)
            setattr(layer, weight.initializer, FixedInitializer(array))
    shapes = [array.shape for array in pending.arrays]

    def needed_for(shape: Any) -> list[Any]:
        return [weight.shape for weight in _expected_weights(layer_class, config, shape)]

    pending.final_build = build if pending.arrays else _bounded_build(build, needed_for)
    layer.build = _guarded_build(build, shapes, needed_for)


def _guarded_build(build: Any, shapes: list[Any], needed_for: Callable[[Any], list[Any]]) -> Any:
    """Return a method `build` that accepts only an input shape for which weights of `shapes` are needed."""

    @functools.wraps(build)  # Keras reads the signature to see which shapes to pass
    def guarded(*args: Any, **kwargs: Any) -> None:
        shape = _shape_of_build(args, kwargs)
        needed = needed_for(shape)
        if needed and not shapes:
            raise SchemaError(f"no weight where one of shape {needed[0]} is needed")
        if needed != shapes:
            raise SchemaError(f"weights of the shapes {shapes} where {needed} are needed")
        check_inputs(shape)
        build(*args, **kwargs)

    return guarded


def _bounded_build(build: Any, needed_for: Callable[[Any], list[Any]]) -> Any:
    """Return a method `build` that limits the size of the inputs and of the weights."""

    @functools.wraps(build)
    def bounded(*args: Any, **kwargs: Any) -> None:
        shape = _shape_of_build(args, kwargs)
        check_inputs(shape)
        if sum(map(prod, needed_for(shape))) > MAX_UNBUILT:
            raise SchemaError(f"more than {MAX_UNBUILT} weights for a layer that arrived without any")
        build(*args, **kwargs)

    return bounded


def _shape_of_build(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return the input shape, or the shapes by name, in a call of a layer's method `build`."""
    if "query_shape" in kwargs:
        return {key: kwargs[key] for key in BUILD_ARGUMENTS if kwargs.get(key) is not None}
    return args[0] if args else next(iter(kwargs.values()), None)


def _restore_later(
    pending: Pending, entry: dict[str, Any], layer_class: LayerClass, reader: BlobReader
) -> None:
    """Read what `finish` restores or compares after the layer is built: its random state and its probe."""
    if "drawn" in entry:
        pending.generators = layer_class.generators
        states = list_of(_SEEDS, 1, max(1, len(layer_class.generators)))
        pending.states = list(states.from_wire(entry["drawn"]))
    if "probe" in entry:
        if "activation" not in layer_class.fields:
            raise SettingError("probe", "something that this class does not have")
        pending.probe = reader.take(entry["probe"])


def _trainable_flags(entry: dict[str, Any], count: int) -> list[bool]:
    return list(list_of(boolean(), count, count).from_wire(entry.get("trains", [])))


def _changed(old: dict[str, Any], new: dict[str, Any], fields: Mapping[str, Field]) -> list[str]:
    return [key for key in fields if old.get(key, fields[key].default) != new.get(key, fields[key].default)]


def _assign(layer: Any, arrays: list[Any]) -> None:
    """Set the weights of a built layer; raise SettingError if the shapes differ."""
    weights = layer.weights
    if [tuple(weight.shape) for weight in weights] != [array.shape for array in arrays]:
        raise SettingError("weights", "other shapes than when it was passed in")
    for weight, array in zip(weights, arrays, strict=True):
        if weight.numpy().tobytes() != array.tobytes():
            weight.assign(array)
    if hasattr(layer, "finalize_state"):  # `Normalization` derives further values from its weights
        layer.finalize_state()

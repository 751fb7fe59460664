"""Collect every layer and model of a value once, as its class and its settings, in a message's table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..array_blobs import BlobWriter
from .activations import is_plain, probe
from .allowed_layers import LAYERS
from .allowed_objects import ACTIVATIONS
from .construct import BUILD_ARGUMENTS, compile_settings, random_generators
from .graphs import graph_of
from .layer_settings import DTYPES, INPUT, NAME
from .schema import MAX_NAME, SchemaError, SettingError, name_of, settings_of
from .sizes import MAX_NESTING
from .weights import GIVEN

# Maximum number of characters of the description of a refused value.
MAX_FOUND = 200


class LayerTable:
    """Collects layers in an order in which they can be rebuilt: each layer follows its parts.

    The table starts with the `known` layers, which the other end already has. `refused` describes, for each
    unsupported layer, the part that is not accepted.
    """

    def __init__(self, known: Sequence[Any]) -> None:
        self._objects = list(known)
        self._known_count = len(self._objects)
        self._indices = {id(layer): index for index, layer in enumerate(self._objects)}
        self._entered: dict[int, dict[str, Any]] = {}
        self._open: set[int] = set()
        self._entries: list[dict[str, Any]] = []
        self._weights = BlobWriter()
        self.refused: list[str] = []

    def refer(self, layer: Any) -> int:
        """Return a layer's index in the table; add the layer first if it is missing."""
        if id(layer) not in self._entered:
            self._enter(layer)
        return self._indices[id(layer)]

    def finish(self) -> tuple[list[dict[str, Any]], tuple[Any, ...], bytes]:
        """Return the entries, the layers in the order of the table, and the bytes of their weights."""
        for layer in self._objects[: self._known_count]:
            self.refer(layer)
        self._note_shared_optimizers()
        return self._entries, tuple(self._objects), self._weights.blob()

    def _note_shared_optimizers(self) -> None:
        """Set `optimizer_of` in the entry of a model whose optimizer a model before it in the table has."""
        owners: dict[int, int] = {}
        for index, layer in enumerate(self._objects):
            entry = self._entered[id(layer)]
            if "optimizer" in entry.get("compile", {}):
                owner = owners.setdefault(id(layer.optimizer), index)
                if owner != index:
                    entry["optimizer_of"] = owner

    def _enter(self, layer: Any) -> None:
        index = self._indices.get(id(layer))
        known = index is not None
        if id(layer) in self._open or len(self._open) > MAX_NESTING:
            raise SettingError("layers", "a model inside itself")
        self._open.add(id(layer))
        try:
            entry = self._entry(layer, known)
        except Exception as error:  # the layer may be the student's own and raise any exception
            key, found = _refusal(error)
            entry = {"class": _class_of(layer), "name": _name_of(layer), "refused": [key, found[:MAX_FOUND]]}
            self.refused.append(f"the {entry['class']} “{entry['name'][:80]}” ({key}: {found[:MAX_FOUND]})")
        self._open.discard(id(layer))
        if known:
            entry["known"] = index
        else:
            self._indices[id(layer)] = len(self._objects)
            self._objects.append(layer)
        self._entered[id(layer)] = entry
        self._entries.append(entry)

    def _entry(self, layer: Any, known: bool) -> dict[str, Any]:
        import keras

        class_name = type(layer).__name__
        if type(layer) is keras.Sequential:
            entry = self._model(layer, class_name)
            entry["layers"] = [self.refer(part) for part in parts_of(layer)]
        elif class_name == "Functional" and isinstance(layer, keras.Model) and _from_keras(layer):
            entry = self._model(layer, class_name)
            if not known:
                entry["graph"] = graph_of(layer, self.refer)
        elif type(layer) is keras.layers.InputLayer:
            entry = {"class": class_name, "settings": settings_of(layer, INPUT)}
        elif class_name in LAYERS and type(layer) is getattr(keras.layers, class_name):
            entry = self._layer(layer, class_name)
        elif type(layer) is keras.layers.Lambda:
            entry = self._activation(layer)
        else:
            raise SettingError("class", class_name)
        if "call" in vars(layer):
            raise SettingError("class", f"{class_name} with a call of its own")
        try:
            entry["name"] = NAME.to_wire(layer.name)
        except SchemaError as error:
            raise SettingError("name", str(error)) from None
        if not layer.trainable:
            entry["trainable"] = False
        return entry

    def _model(self, model: Any, class_name: str) -> dict[str, Any]:
        if model.activity_regularizer is not None:
            raise SettingError("activity_regularizer", name_of(model.activity_regularizer))
        settings = compile_settings(model)
        return {"class": class_name} if settings is None else {"class": class_name, "compile": settings}

    def _layer(self, layer: Any, class_name: str) -> dict[str, Any]:
        layer_class = LAYERS[class_name]
        entry: dict[str, Any] = {"class": class_name, "settings": settings_of(layer, layer_class.fields)}
        regularizes = "activity_regularizer" in layer_class.fields or class_name == "ActivityRegularization"
        if not regularizes and layer.activity_regularizer is not None:
            raise SettingError("activity_regularizer", name_of(layer.activity_regularizer))
        dtype = DTYPES.to_wire(layer.dtype_policy.name)
        if dtype != "float32":
            entry["dtype"] = dtype
        states = [
            [int(number) for number in generator.state.numpy()]
            for generator in random_generators(layer, layer_class.generators)
        ]
        if states:
            entry["drawn"] = states
        weights = layer.weights
        if weights:
            entry["built"] = _input_shape(layer)
            entry["weights"] = [self._weights.add(_read(weight)) for weight in weights]
            entry["trains"] = [bool(weight.trainable) for weight in weights]
        elif layer_class.weights:
            self._check_initializers(layer, entry["settings"])
        activations = (key for key, field in layer_class.fields.items() if field.kind is ACTIVATIONS)
        if not all(is_plain(getattr(layer, key)) for key in activations):
            entry["probe"] = self._weights.add(probe(layer, entry.get("built")))
        return entry

    def _activation(self, layer: Any) -> dict[str, Any]:
        """Return an activation layer's entry for a `Lambda` whose function computes an activation."""
        if layer.arguments or layer.mask is not None or layer._output_shape is not None:
            raise SettingError("class", "Lambda")
        try:
            settings = {"activation": ACTIVATIONS.to_wire(layer.function)}
        except SchemaError:
            raise SettingError("class", "Lambda") from None
        entry: dict[str, Any] = {"class": "Activation", "settings": settings}
        dtype = DTYPES.to_wire(layer.dtype_policy.name)
        return entry if dtype == "float32" else {**entry, "dtype": dtype}

    def _check_initializers(self, layer: Any, settings: dict[str, Any]) -> None:
        """Refuse an unsupported initializer if there are no weights to replace it."""
        for key, setting in settings.items():
            if setting == GIVEN:
                raise SettingError(key, name_of(getattr(layer, key, None)))


def _refusal(error: Exception) -> tuple[str, str]:
    """Return the refused setting of a layer and the value found there."""
    if isinstance(error, SettingError):
        return error.key, error.found
    return "layer", str(error) if isinstance(error, SchemaError) else type(error).__name__


def parts_of(model: Any) -> list[Any]:
    """Return a Sequential's layers in order, including its input layer and repeated layers."""
    import keras

    first = keras.Model.layers.fget(model)[:1]
    source = first if first and isinstance(first[0], keras.layers.InputLayer) else []
    return [*source, *model.layers]


def _read(weight: Any) -> Any:
    """Return a weight's array, without the extra copy that TensorFlow's `numpy()` makes."""
    variable = weight.value
    return variable.value().numpy() if callable(getattr(variable, "value", None)) else weight.numpy()


def _input_shape(layer: Any) -> Any:
    """Return the shape, the shapes, or the shapes by name that a layer was built with."""
    config = layer.get_build_config() or {}
    shapes = config.get("shapes_dict", {})
    if "query_shape" in shapes:
        return {key: list(shapes[key]) for key in BUILD_ARGUMENTS if shapes.get(key) is not None}
    shape = config.get("input_shape") or next(iter(shapes.values()), None) or [None]
    parts = shape if isinstance(shape, (list, tuple)) else [shape]
    if parts and all(isinstance(part, (list, tuple)) for part in parts):
        return [list(part) for part in parts]
    if not all(item is None or isinstance(item, int) for item in parts):
        raise SettingError("input shape", name_of(shape))
    return list(parts)


def _from_keras(layer: Any) -> bool:
    return bool(type(layer).__module__.startswith("keras.src."))


def _class_of(layer: Any) -> str:
    name = type(layer).__name__
    return name if isinstance(name, str) else "?"


def _name_of(layer: Any) -> str:
    name = getattr(layer, "name", None)
    return name[:MAX_NAME] if isinstance(name, str) else "?"

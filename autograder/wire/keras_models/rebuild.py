"""Rebuild the layers and models of a message from its table, which is of unknown origin.

Constructors are called with checked settings; Keras' own deserialization is never used. Keras' public classes
that are not rebuilt are listed with the reason, which students and authors read.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ...keras_advice import did_you_mean
from ...language import gettext as _
from ...language import gettext_noop
from ..array_blobs import BlobReader, NotAllowedError, UnexpectedAnswerError, readable
from .allowed_layers import ACCEPTED, LAYERS
from .construct import (
    COMPILE_FIELDS,
    Pending,
    compile_model,
    compile_settings,
    new_input,
    new_layer,
    update_layer,
)
from .graphs import call_graph
from .layer_settings import INPUT, NAME
from .layer_table import parts_of
from .schema import SchemaError, SettingError, settings_of
from .sizes import TableSizes, check_outputs

MAX_ENTRIES = 1_000
# `support.networks` refuses the same answers in the same words.
OF_KERAS = gettext_noop("layers and models that Keras provides")
WHICH_OF_KERAS = gettext_noop("Which layers and models of Keras do the same?")
_KEYS = {
    "Sequential": {"layers", "compile", "optimizer_of"},
    "Functional": {"graph", "compile", "optimizer_of"},
    "InputLayer": {"settings"},
}
_LAYER_KEYS = {"settings", "dtype", "drawn", "built", "weights", "trains", "probe"}
_COMMON_KEYS = {"class", "name", "trainable", "known"}
# The reasons are translated where they are shown.
_CODE = gettext_noop("it contains code, and code is not sent")
_BASE = gettext_noop("it is a base class and computes nothing by itself")
_WRAPS = gettext_noop("layers that wrap another one are not sent; use the layer itself")
_CELLS = gettext_noop("a cell is one step of a recurrent layer; use SimpleRNN, GRU or LSTM")
_AUGMENTATION = gettext_noop(
    "only the common augmentations are sent, such as RandomFlip, RandomRotation and RandomZoom"
)
_SIGNAL = gettext_noop("spectrograms are not sent; compute them before training")
_LOOKUP = gettext_noop("its tables are not sent; encode categories before training, or use TextVectorization")
_LARGE = gettext_noop("its computation cannot be bounded from its settings")
_RARE = gettext_noop("it is rare and not listed")
_HOLDS = gettext_noop("it holds another optimizer")

REFUSED_LAYERS: Mapping[str, str] = {
    "Lambda": gettext_noop(
        "its function is code, which is not sent unless it computes an activation of Keras"
    ),
    **dict.fromkeys(("FlaxLayer", "JaxLayer", "TorchModuleWrapper", "TFSMLayer"), _CODE),
    **dict.fromkeys(("Layer", "Wrapper", "InputSpec"), _BASE),
    **dict.fromkeys(("TimeDistributed", "SpectralNormalization", "Pipeline", "RNN"), _WRAPS),
    **dict.fromkeys(("GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells"), _CELLS),
    **dict.fromkeys(("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"), _LARGE),
    **dict.fromkeys(("EinsumDense", "GroupQueryAttention"), _LARGE),
    "ReversibleEmbedding": _RARE,
    **dict.fromkeys(("MelSpectrogram", "STFTSpectrogram"), _SIGNAL),
    **dict.fromkeys(
        ("Discretization", "HashedCrossing", "Hashing", "IntegerLookup", "StringLookup"), _LOOKUP
    ),
    **dict.fromkeys(
        (
            *("AugMix", "AutoContrast", "ContrastLimitedAdaptiveHistogramEqualization", "CutMix"),
            *("Equalization", "MaxNumBoundingBoxes", "MixUp", "RandAugment", "RandomColorDegeneration"),
            *("RandomColorJitter", "RandomElasticTransform", "RandomErasing", "RandomGaussianBlur"),
            *("RandomGrayscale", "RandomHue", "RandomInvert", "RandomPerspective", "RandomPosterization"),
            *("RandomSaturation", "RandomSharpness", "RandomShear", "Solarization"),
        ),
        _AUGMENTATION,
    ),
}

REFUSED_OBJECTS: Mapping[str, Mapping[str, str]] = {
    "initializers": {
        "Initializer": _BASE,
        "STFT": gettext_noop("weights are sent with the layer, so the initializer is not needed"),
    },
    "regularizers": {"Regularizer": _BASE},
    "constraints": {"Constraint": _BASE},
    "losses": {
        "Loss": _BASE,
        "CTC": gettext_noop("it needs the lengths of sequences, which `fit` does not receive here"),
        "Circle": gettext_noop("it compares embeddings, not outputs with targets"),
    },
    "optimizers": {
        "Optimizer": _BASE,
        "LossScaleOptimizer": gettext_noop(
            "mixed precision wraps the optimizer in it: delete the line that sets this policy"
        ),
        "MultiOptimizer": _HOLDS,
        "OptimizerMap": _HOLDS,
        "Muon": gettext_noop("it chooses layers by patterns of names, which are not sent"),
        "ScheduleFreeAdamW": _RARE,
    },
    "optimizers.schedules": {"LearningRateSchedule": _BASE},
}


def rebuild(entries: Sequence[Any], reader: BlobReader, known: Sequence[Any]) -> tuple[Any, ...]:
    """Return the layers and models of the entries in order, starting with the updated `known` ones.

    Raises only NotAllowedError, for anything that is not listed.
    """
    if len(entries) > MAX_ENTRIES:
        raise NotAllowedError(f"A message may hold {MAX_ENTRIES} layers, and this one has {len(entries)}.")
    # Keras draws a seed for every new initializer and generator; later draws must not depend on that.
    state = random.getstate()
    try:
        return _Rebuilder(reader, known).run(entries)
    finally:
        random.setstate(state)


class _Rebuilder:
    """Rebuilds the layers of one table: enters every layer, finishes each, sets flags, and compiles."""

    def __init__(self, reader: BlobReader, known: Sequence[Any]) -> None:
        self._reader = reader
        self._table = list(known)
        self._known_count = len(self._table)
        self._entered: set[int] = set()
        self._pending: list[tuple[dict[str, Any], Pending]] = []
        self._sizes = TableSizes()

    def run(self, entries: Sequence[Any]) -> tuple[Any, ...]:
        for entry in entries:
            with _explained(entry):
                self._enter(entry)
        if len(self._entered) != self._known_count:
            raise NotAllowedError(f"All {self._known_count} layers that were passed in must come back.")
        for entry, pending in self._pending:
            with _explained(entry):
                pending.finish()
        # Setting a model's `trainable` flag changes all of its layers, so set the flags of layers afterwards.
        for entry, pending in reversed(self._pending):
            if pending.layer.trainable is not entry.get("trainable", True):
                pending.layer.trainable = entry.get("trainable", True)
        for _entry, pending in self._pending:
            pending.set_flags()
        # A model that has the optimizer of another one is compiled after that one.
        for entry, pending in sorted(self._pending, key=lambda each: "optimizer_of" in each[0]):
            if "compile" in entry:
                with _explained(entry):
                    self._compile(pending.layer, entry)
        return tuple(self._table)

    def _compile(self, model: Any, entry: dict[str, Any]) -> None:
        optimizer = self._optimizer_of(entry["optimizer_of"]) if "optimizer_of" in entry else None
        replaced = optimizer is not None and getattr(model, "optimizer", None) is not optimizer
        if replaced or not model.compiled or compile_settings(model) != entry["compile"]:
            compile_model(model, entry["compile"], optimizer)

    def _optimizer_of(self, index: object) -> Any:
        owner = self._table[index] if type(index) is int and 0 <= index < len(self._table) else None
        optimizer = getattr(owner, "optimizer", None)
        if optimizer is None:
            raise SettingError("optimizer_of", "something else than a compiled model of the table")
        return optimizer

    def _enter(self, entry: Any) -> None:
        class_name = _checked_keys(entry)
        if "known" in entry:
            self._update(entry, class_name)
            return
        if class_name == "Sequential":
            pending = self._sequential(entry)
        elif class_name == "Functional":
            pending = self._functional(entry)
        elif class_name == "InputLayer":
            pending = new_input(entry)
        else:
            pending = new_layer(entry, LAYERS[class_name], self._reader)
        self._sizes.note(entry, len(self._table))
        self._table.append(pending.layer)
        self._pending.append((entry, pending))

    def _sequential(self, entry: dict[str, Any]) -> Pending:
        import keras

        model = keras.Sequential(self._parts(entry), name=entry["name"])
        check_outputs(model)
        return Pending(model)

    def _functional(self, entry: dict[str, Any]) -> Pending:
        import keras

        inputs, outputs = call_graph(entry.get("graph"), self._table)
        model = keras.Model(inputs, outputs, name=entry["name"])
        check_outputs(model)
        return Pending(model)

    def _parts(self, entry: dict[str, Any]) -> list[Any]:
        indices = entry.get("layers")
        if type(indices) is not list or not all(
            type(index) is int and 0 <= index < len(self._table) for index in indices
        ):
            raise SettingError("layers", "something else than layers of the table")
        return [self._table[index] for index in indices]

    def _update(self, entry: dict[str, Any], class_name: str) -> None:
        index = entry["known"]
        if type(index) is not int or not 0 <= index < self._known_count or index in self._entered:
            raise SettingError("layers", "a layer that was not passed in, or the same layer twice")
        layer = self._table[index]
        if type(layer).__name__ != class_name:
            raise SettingError("class", class_name)
        self._entered.add(index)
        pending = Pending(layer)
        if class_name in LAYERS:
            pending = update_layer(layer, entry, LAYERS[class_name], self._reader)
        elif class_name == "InputLayer":
            if settings_of(layer, INPUT) != entry.get("settings"):
                raise SettingError("settings", "others than before")
        elif class_name == "Sequential":
            parts = self._parts(entry)
            self._sizes.note(entry, index)
            _set_layers(layer, parts)
            check_outputs(layer)
        if layer.name != entry["name"]:
            layer.name = entry["name"]
        self._pending.append((entry, pending))


@contextmanager
def _explained(entry: Any) -> Iterator[None]:
    """Turn an exception in the body into a NotAllowedError about the entry."""
    try:
        yield
    except NotAllowedError:
        raise
    except SettingError as error:
        raise _not_allowed(entry, error.key, error.found) from None
    except SchemaError as error:
        raise _not_allowed(entry, "layer", str(error)) from None
    except Exception as error:
        what = f"{readable(entry.get('class'))} “{readable(entry.get('name'))}”"
        raise NotAllowedError(f"The {what} could not be rebuilt: {readable(str(error), 400)}") from error


def _checked_keys(entry: Any) -> str:
    """Return the class of an entry after checking all of its keys."""
    if type(entry) is not dict or type(entry.get("class")) is not str:
        raise NotAllowedError("A layer must be given by its class and its name.")
    class_name: str = entry["class"]
    if "refused" in entry:
        refused = entry["refused"]
        if type(refused) is not list or len(refused) != 2 or not all(type(item) is str for item in refused):
            raise NotAllowedError("A layer that is refused must say so in two strings.")
        raise SettingError(refused[0], refused[1])
    if class_name not in ACCEPTED:
        raise SettingError("class", class_name)
    extra = set(entry) - _COMMON_KEYS - _KEYS.get(class_name, _LAYER_KEYS)
    if extra:
        raise SettingError(min(extra), "something unexpected")
    try:
        NAME.from_wire(entry.get("name"))
    except SchemaError as error:
        raise SettingError("name", str(error)) from None
    if type(entry.get("trainable", True)) is not bool:
        raise SettingError("trainable", "something else than True or False")
    return class_name


def _set_layers(model: Any, parts: list[Any]) -> None:
    """Set the layers of a Sequential in place, and keep its state if nothing changed."""
    present = parts_of(model)
    same = 0
    while same < min(len(present), len(parts)) and present[same] is parts[same]:
        same += 1
    if same == len(present) == len(parts):
        return
    # Rebuild the model once, with the last change, unless no layer is left.
    only_removed = same == len(parts)
    for index in reversed(range(same, len(present))):
        model.pop(rebuild=only_removed and index == same and same > 0)
    for index in range(same, len(parts)):
        model.add(parts[index], rebuild=index == len(parts) - 1)


def _not_allowed(entry: dict[str, Any], key: str, found: str) -> NotAllowedError:
    """Return an error that says why a layer is not accepted."""
    class_name, key, found = readable(entry.get("class")), readable(key), readable(found, 250)
    if key == "class" and found not in REFUSED_LAYERS:
        received = _("the class {name}, which Keras does not provide", name=found)
        return UnexpectedAnswerError(OF_KERAS, received, WHICH_OF_KERAS)
    if near := did_you_mean(key, name := found.strip("“”")):
        received = _("{name!r}, which Keras does not know", name=name)
        return UnexpectedAnswerError(_("the name of a {kind} of Keras", kind=key), received, near)
    return NotAllowedError(_not_allowed_message(entry, class_name, key, found))


def _not_allowed_message(entry: dict[str, Any], class_name: str, key: str, found: str) -> str:
    """Return why a layer is not accepted: its identity, the value found, and the accepted values."""
    name = readable(entry.get("name"))
    if key == "class" and found in REFUSED_LAYERS:
        return _(
            "“{name}” is of the class “{found}”. That is not accepted, because {reason}.",
            name=name,
            found=found,
            reason=_(REFUSED_LAYERS[found]),
        )
    if key == "operation":
        return _(
            "The {kind} “{name}” uses the operation {found}, which is not accepted.",
            kind=class_name,
            name=name,
            found=found,
        )
    refused = {what: reason for table in REFUSED_OBJECTS.values() for what, reason in table.items()}
    if found in refused:
        return _(
            "The {kind} “{name}” has this as its {key}: {found}. That is not accepted, because {reason}.",
            kind=class_name,
            name=name,
            key=key,
            found=found,
            reason=_(refused[found]),
        )
    fields = LAYERS[class_name].fields if class_name in LAYERS else COMPILE_FIELDS
    wanted = _("Accepted is {accepts}.", accepts=_(fields[key].kind.accepts)) if key in fields else ""
    return _(
        "The {kind} “{name}” has this as its {key}: {found}. That is not accepted. {wanted}",
        kind=class_name,
        name=name,
        key=key,
        found=found,
        wanted=wanted,
    ).rstrip()

"""Test Keras models: assertions, training, data and drawings for checks and lessons.

`kit sync` copies this package into every handout as `support`. The names below are imported from their
modules at first use, so that a kit without Keras does not wait for it.
"""

from __future__ import annotations

import importlib
from typing import Any

_NAMES = {
    "arrays": ("assert_allclose", "assert_array", "assert_dtype", "assert_shape", "assert_type"),
    "backend": ("keras", "tf"),
    "changes": (
        *("Snapshot", "snapshot", "assert_unchanged", "assert_only_trained", "assert_froze", "assert_thawed"),
        *("assert_learns", "train_briefly"),
    ),
    "checks": ("Call", "check"),
    "drawing": ("Comparison", "Drawing", "Plot", "draw", "plot_history", "plot_losses"),
    "errors": ("ExpectationError", "fail"),
    "inputs": (
        *("INPUT_FOLDERS", "load", "regression_rows"),
        *("dense_model", "stacked_model", "functional", "layers_until", "model_of"),
        *("sample_rows", "labelled_rows", "draw_weights", "draw_top", "glorot"),
    ),
    "layers": (
        *("assert_gradients", "assert_restored", "assert_shares_no_weights", "find_layers", "fresh_layer"),
        *("constraints", "gradients", "numeric_gradients", "symbolic_shape"),
    ),
    "networks": (
        *("ACTIVATIONS", "Counts", "LayerSummary", "Weights", "all_layers", "count_parameters", "forward"),
        *("softmax", "summary", "trainable_flags", "weighted_layers", "weights"),
    ),
    "running": (
        *("accuracy", "assert_error", "compile_classifier", "compile_regressor", "fit", "fit_regressor"),
        *("mean_squared_error", "predict", "set_deterministic"),
    ),
    "structure": (
        *("assert_can_train", "assert_compiled", "assert_is_compiled", "assert_is_new"),
        *("assert_last_layer_is", "assert_layers", "assert_no_extras", "assert_parameter_counts"),
        *("assert_shares_no_layers", "assert_trainable", "counts_text"),
    ),
    "untrained": ("assert_guesses", "assert_new_top", "assert_untrained"),
    "values": (
        *("assert_accuracy", "assert_activations", "assert_averages", "assert_outputs"),
        *("assert_same_in_training", "assert_softmax_on", "assert_training_outputs", "assert_weights_equal"),
    ),
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names}
__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_MODULES[name]}", __name__), name)

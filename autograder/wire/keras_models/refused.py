"""List Keras' unsupported public classes, with the reason shown to students and authors."""

from __future__ import annotations

from collections.abc import Mapping

# The reasons are translated where they are shown.
from ...language import gettext_noop as _

_CODE = _("it runs a program of its own, which is never sent")
_BASE = _("it is a base class and computes nothing by itself")
_WRAPS = _("layers that wrap another one are not sent; use the layer itself")
_CELLS = _("a cell is one step of a recurrent layer; use SimpleRNN, GRU or LSTM")
_AUGMENTATION = _("only the common augmentations are sent, such as RandomFlip, RandomRotation and RandomZoom")
_SIGNAL = _("spectrograms are not sent; compute them before training")
_LOOKUP = _("its tables are not sent; encode categories before training, or use TextVectorization")
_LARGE = _("its computation cannot be bounded from its settings")
_RARE = _("it is rare and not listed")
_HOLDS = _("it holds another optimizer")

REFUSED_LAYERS: Mapping[str, str] = {
    "Lambda": _("its function is code, which is not sent unless it computes an activation of Keras"),
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
        "STFT": _("a layer that has weights crosses with them, whatever drew them"),
    },
    "regularizers": {"Regularizer": _BASE},
    "constraints": {"Constraint": _BASE},
    "losses": {
        "Loss": _BASE,
        "CTC": _("it needs the lengths of sequences, for which there is no place"),
        "Circle": _("it compares embeddings, not outputs with targets"),
    },
    "optimizers": {
        "Optimizer": _BASE,
        "LossScaleOptimizer": _HOLDS,
        "MultiOptimizer": _HOLDS,
        "OptimizerMap": _HOLDS,
        "Muon": _("it chooses layers by patterns of names, which are not sent"),
        "ScheduleFreeAdamW": _RARE,
    },
    "optimizers.schedules": {"LearningRateSchedule": _BASE},
}

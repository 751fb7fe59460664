"""Define the table of accepted layers: the settings, weights and random generators of each class."""

from __future__ import annotations

from collections.abc import Mapping

from ..array_blobs import MAX_LENGTH
from . import weights
from .allowed_objects import (
    ACTIVATIONS,
    AXES,
    AXIS,
    CONSTRAINTS,
    MAX_DIMENSIONS,
    POSITIVE,
    REGULARIZERS,
    SHARE,
)
from .layer_settings import (
    BIASED,
    CHANNELS,
    COUNT,
    FACTOR,
    FILLED,
    GENERATOR,
    GLOBAL_POOLING,
    LAST_CHANNELS,
    LENGTH,
    MAX_TOKENS,
    MODELS,
    NOISE_SHAPE,
    NORMALIZATION,
    OFF,
    ON,
    ONLY_NONE,
    PIXELS,
    RATE,
    RECURRENT_LAYERS,
    SEED,
    SEEDED,
    TOKENS,
    VALUE_RANGE,
    WITHOUT_SETTINGS,
    LayerClass,
    adaptive_pooling,
    attention_scores,
    bidirectional_weights,
    convolution,
    depthwise_settings,
    dropout,
    initializer_setting,
    padded_inputs,
    padding_setting,
    pooling,
    recurrent_layer,
    separable_convolution,
    transposed_convolution,
    vocabulary,
    weight_settings,
)
from .schema import Field, boolean, default_only, integer, list_of, one_of, optional, real, union
from .weights import INITIALIZERS, with_weights

LAYERS: Mapping[str, LayerClass] = {
    # Dense layers and embeddings
    "Dense": LayerClass(
        {
            "units": Field(COUNT),
            **BIASED,
            **weight_settings("kernel", "GlorotUniform"),
            "lora_rank": ONLY_NONE,
            "quantization_config": ONLY_NONE,
        },
        weights.dense_weights,
    ),
    "Embedding": LayerClass(
        {
            "input_dim": Field(COUNT),
            "output_dim": Field(COUNT),
            **weight_settings("embeddings", "RandomUniform"),
            "mask_zero": OFF,
            "lora_rank": ONLY_NONE,
            "quantization_config": ONLY_NONE,
        },
        weights.embedding_weights,
    ),
    "Identity": WITHOUT_SETTINGS,
    "Masking": LayerClass({"mask_value": Field(real(), 0.0)}),
    # Activations
    "Activation": LayerClass({"activation": Field(ACTIVATIONS, mutable=True)}),
    "ReLU": LayerClass(
        {
            "max_value": Field(optional(POSITIVE), mutable=True),
            "negative_slope": Field(POSITIVE, 0.0, mutable=True),
            "threshold": Field(POSITIVE, 0.0, mutable=True),
        }
    ),
    "LeakyReLU": LayerClass({"negative_slope": Field(real(), 0.3, mutable=True)}),
    "ELU": LayerClass({"alpha": Field(real(), 1.0, mutable=True)}),
    "PReLU": LayerClass(
        {
            **weight_settings("alpha", "Zeros"),
            "shared_axes": Field(optional(list_of(integer(1, MAX_DIMENSIONS), 0, MAX_DIMENSIONS))),
        },
        weights.prelu_weights,
    ),
    "Softmax": LayerClass({"axis": Field(AXES, -1)}),
    # Regularization
    "ActivityRegularization": LayerClass({"l1": Field(real(), 0.0), "l2": Field(real(), 0.0)}),
    "Dropout": LayerClass({"rate": RATE, "seed": SEED, "noise_shape": NOISE_SHAPE}, generators=SEEDED),
    "AlphaDropout": LayerClass({"rate": RATE, "seed": SEED, "noise_shape": NOISE_SHAPE}, generators=SEEDED),
    "GaussianDropout": dropout(),
    "GaussianNoise": LayerClass({"stddev": Field(POSITIVE, mutable=True), "seed": SEED}, generators=SEEDED),
    "SpatialDropout1D": dropout(),
    "SpatialDropout2D": dropout(data_format=LAST_CHANNELS),
    "SpatialDropout3D": dropout(data_format=LAST_CHANNELS),
    # Normalization
    "BatchNormalization": LayerClass(
        {
            "axis": Field(AXIS, -1),
            "momentum": Field(SHARE, 0.99, mutable=True),
            **NORMALIZATION,
            "moving_mean_initializer": initializer_setting("Zeros"),
            "moving_variance_initializer": initializer_setting("Ones"),
            "synchronized": Field(default_only(False), False),
            "renorm": Field(default_only(False), False),
        },
        weights.batch_normalization_weights,
    ),
    "GroupNormalization": LayerClass(
        {"groups": Field(integer(-1, 2**20), 32), "axis": Field(AXIS, -1), **NORMALIZATION},
        weights.layer_normalization_weights,
    ),
    "LayerNormalization": LayerClass(
        {"axis": Field(AXES, -1), **NORMALIZATION, "rms_scaling": Field(default_only(False), False)},
        weights.layer_normalization_weights,
    ),
    "RMSNormalization": LayerClass(
        {"axis": Field(AXES, -1), "epsilon": Field(POSITIVE, 1e-6, mutable=True)}, weights.scale_weights
    ),
    "UnitNormalization": LayerClass({"axis": Field(AXES, -1)}),
    "Normalization": LayerClass(
        {
            "axis": Field(optional(list_of(AXIS, 0, MAX_DIMENSIONS)), [-1]),
            "mean": Field(optional(union(real(), list_of(real(), 1, 4096))), None, "input_mean"),
            "variance": Field(optional(union(real(), list_of(real(), 1, 4096))), None, "input_variance"),
            "invert": OFF,
        },
        weights.statistics_weights,
    ),
    # Convolutions
    "Conv1D": convolution(1),
    "Conv2D": convolution(2),
    "Conv3D": convolution(3),
    "Conv1DTranspose": transposed_convolution(1),
    "Conv2DTranspose": transposed_convolution(2),
    "Conv3DTranspose": transposed_convolution(3),
    "DepthwiseConv1D": LayerClass(depthwise_settings(1), weights.depthwise_weights, computed=padded_inputs),
    "DepthwiseConv2D": LayerClass(depthwise_settings(2), weights.depthwise_weights, computed=padded_inputs),
    "SeparableConv1D": separable_convolution(1),
    "SeparableConv2D": separable_convolution(2),
    # Pooling
    **{f"{kind}Pooling{rank}D": pooling(rank) for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{f"Global{kind}Pooling{rank}D": GLOBAL_POOLING for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{
        f"Adaptive{kind}Pooling{rank}D": adaptive_pooling(rank)
        for kind in ("Max", "Average")
        for rank in (1, 2, 3)
    },
    # Shapes
    "Flatten": LayerClass(CHANNELS),
    "Reshape": LayerClass({"target_shape": Field(list_of(integer(-1, MAX_LENGTH), 0, MAX_DIMENSIONS))}),
    "Permute": LayerClass({"dims": Field(list_of(integer(1, MAX_DIMENSIONS), 1, MAX_DIMENSIONS))}),
    "RepeatVector": LayerClass({"n": Field(LENGTH)}),
    "ZeroPadding1D": LayerClass({"padding": padding_setting(1), **CHANNELS}),
    "ZeroPadding2D": LayerClass({"padding": padding_setting(2), **CHANNELS}),
    "ZeroPadding3D": LayerClass({"padding": padding_setting(3), **CHANNELS}),
    "Cropping1D": LayerClass({"cropping": padding_setting(1, 4096)}),
    "Cropping2D": LayerClass({"cropping": padding_setting(2, 4096), **CHANNELS}),
    "Cropping3D": LayerClass({"cropping": padding_setting(3, 4096), **CHANNELS}),
    "UpSampling1D": LayerClass({"size": Field(integer(1, 64), 2)}),
    "UpSampling2D": LayerClass(
        {
            "size": Field(list_of(integer(1, 64), 2, 2), [2, 2]),
            "interpolation": Field(one_of("nearest", "bilinear"), "nearest"),
            **CHANNELS,
        }
    ),
    "UpSampling3D": LayerClass({"size": Field(list_of(integer(1, 64), 3, 3), [2, 2, 2]), **CHANNELS}),
    # Merging
    "Concatenate": LayerClass({"axis": Field(AXIS, -1)}),
    "Dot": LayerClass({"axes": Field(AXES), "normalize": OFF}),
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"), WITHOUT_SETTINGS),
    # Sequences and attention
    **RECURRENT_LAYERS,
    "Bidirectional": LayerClass(
        {
            "layer": Field(recurrent_layer(), None, "forward_layer"),
            "backward_layer": Field(recurrent_layer()),
            "merge_mode": Field(optional(one_of("concat", "sum", "mul", "ave")), "concat"),
        },
        bidirectional_weights,
        tuple(f"{way}_layer.cell.seed_generator" for way in ("forward", "backward")),
    ),
    "MultiHeadAttention": LayerClass(
        {
            "num_heads": Field(integer(1, 1024)),
            "key_dim": Field(integer(1, 4096)),
            "value_dim": Field(optional(integer(1, 4096))),
            "dropout": Field(SHARE, 0.0),
            "use_bias": ON,
            "output_shape": Field(optional(list_of(LENGTH, 1, 1)), None, "_output_shape"),
            "attention_axes": Field(optional(list_of(AXIS, 0, MAX_DIMENSIONS))),
            "sliding_window": Field(optional(LENGTH), None, "_sliding_window"),
            "use_gate": Field(default_only(False), False, "_use_gate"),
            "seed": SEED,
            **{
                f"{weight}_{setting}": Field(kind, default, f"_{weight}_{setting}")
                for weight, initializer in (("kernel", "GlorotUniform"), ("bias", "Zeros"))
                for setting, kind, default in (
                    ("initializer", with_weights(INITIALIZERS), {"class": initializer}),
                    ("regularizer", optional(REGULARIZERS), None),
                    ("constraint", optional(CONSTRAINTS), None),
                )
            },
            "activity_regularizer": Field(optional(REGULARIZERS), None, "_activity_regularizer"),
        },
        weights.multi_head_attention_weights,
        ("_dropout_layer.seed_generator",),
        attention_scores,
    ),
    "Attention": LayerClass(
        {
            "use_scale": OFF,
            "score_mode": Field(one_of("dot", "concat"), "dot"),
            "dropout": Field(SHARE, 0.0),
            "seed": SEED,
        },
        weights.attention_weights,
        SEEDED,
        attention_scores,
    ),
    "AdditiveAttention": LayerClass(
        {"use_scale": ON, "dropout": Field(SHARE, 0.0), "seed": SEED},
        weights.additive_attention_weights,
        SEEDED,
        attention_scores,
    ),
    # Preprocessing
    "Rescaling": LayerClass({"scale": Field(real()), "offset": Field(real(), 0.0)}),
    "Resizing": LayerClass(
        {
            "height": Field(PIXELS),
            "width": Field(PIXELS),
            "interpolation": Field(
                one_of("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"), "bilinear"
            ),
            "crop_to_aspect_ratio": OFF,
            "pad_to_aspect_ratio": OFF,
            "fill_mode": Field(one_of("constant"), "constant"),
            "fill_value": Field(real(), 0.0),
            "antialias": OFF,
            **CHANNELS,
        }
    ),
    "CenterCrop": LayerClass({"height": Field(PIXELS), "width": Field(PIXELS), **CHANNELS}),
    "CategoryEncoding": LayerClass(
        {
            "num_tokens": Field(COUNT),
            "output_mode": Field(one_of("multi_hot", "one_hot", "count"), "multi_hot"),
            "sparse": Field(default_only(False), False),
        }
    ),
    "TextVectorization": LayerClass(
        {
            "max_tokens": Field(optional(integer(2, MAX_TOKENS)), None, "_max_tokens"),
            "standardize": Field(
                optional(one_of("lower_and_strip_punctuation", "lower", "strip_punctuation")),
                "lower_and_strip_punctuation",
                "_standardize",
            ),
            "split": Field(optional(one_of("whitespace", "character")), "whitespace", "_split"),
            "ngrams": Field(
                optional(union(integer(1, 5), list_of(integer(1, 5), 1, 5))), None, "_ngrams_arg"
            ),
            "output_mode": Field(one_of("int", "multi_hot", "count"), "int", "_output_mode"),
            "output_sequence_length": Field(optional(LENGTH), None, "_output_sequence_length"),
            "pad_to_max_tokens": Field(boolean(), False, "_lookup_layer.pad_to_max_tokens"),
            "vocabulary": Field(optional(TOKENS), None, vocabulary),
            "sparse": Field(default_only(False), False, "_lookup_layer.sparse"),
            "ragged": Field(default_only(False), False, "_ragged"),
            "encoding": Field(one_of("utf-8"), "utf-8", "_encoding"),
        }
    ),
    # Augmentation
    "RandomFlip": LayerClass(
        {
            "mode": Field(
                one_of("horizontal", "vertical", "horizontal_and_vertical"), "horizontal_and_vertical"
            ),
            "seed": SEED,
            **CHANNELS,
        },
        generators=GENERATOR,
    ),
    "RandomRotation": LayerClass({"factor": FACTOR, **FILLED}, generators=GENERATOR),
    "RandomZoom": LayerClass(
        {
            "height_factor": FACTOR,
            "width_factor": Field(optional(FACTOR.kind)),
            **FILLED,
        },
        generators=GENERATOR,
    ),
    "RandomTranslation": LayerClass(
        {"height_factor": FACTOR, "width_factor": FACTOR, **FILLED},
        generators=GENERATOR,
    ),
    "RandomContrast": LayerClass(
        {"factor": FACTOR, "value_range": VALUE_RANGE, "seed": SEED}, generators=GENERATOR
    ),
    "RandomBrightness": LayerClass(
        {"factor": FACTOR, "value_range": VALUE_RANGE, "seed": SEED}, generators=GENERATOR
    ),
    "RandomCrop": LayerClass(
        {"height": Field(PIXELS), "width": Field(PIXELS), "seed": SEED, **CHANNELS},
        generators=GENERATOR,
    ),
}

ACCEPTED = (*LAYERS, "InputLayer", *MODELS)

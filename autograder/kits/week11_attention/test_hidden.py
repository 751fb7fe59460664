"""The hidden checks of week 11: other sizes, masks and weights, compared with NumPy."""

from __future__ import annotations

from typing import Any

import attention
import lesson
import numpy as np
import support
from support import Call, assert_allclose, check, fresh_layer

MASK = np.array([[0, 0, 1, 1], [1, 1, 1, 1], [0, 1, 1, 1]])


def weigh(queries: np.ndarray, keys: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return weights of attention."""
    scores = queries @ keys.swapaxes(1, 2) / np.sqrt(queries.shape[-1])
    return support.softmax(np.where(mask[:, None, :] > 0, scores, -np.inf))


def attend(x: np.ndarray, mask: np.ndarray, matrices: list[np.ndarray]) -> np.ndarray:
    """Return the outputs of self-attention."""
    query, key, value = (x @ matrix for matrix in matrices)
    return weigh(query, key, mask) @ value


def listen(answer: object, x: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return what the one `SelfAttention` in an answer makes of x, right or wrong."""
    layers = support.find_layers(answer, "SelfAttention")
    assert_allclose("number of SelfAttention layers", len(layers), 1)
    support.assert_shape("outputs of SelfAttention", said := layers[0](x, mask=mask), x.shape)
    return np.asarray(said)


def set_matrices(call: Call, *shape: int) -> tuple[Any, list[np.ndarray], np.ndarray]:
    """Return a new layer whose matrices have this shape, the matrices, and inputs."""
    layer, x = fresh_layer(call, attention.SelfAttention, shape[1]), lesson.vectors(3, 4, shape[0])
    layer(x)
    if any(np.ptp(matrix) == 0 for matrix in layer.get_weights()):
        support.fail("random matrices", "equal numbers", "What would all units of such a layer learn?")
    layer.set_weights(matrices := lesson.arrays(shape, shape, shape))
    return layer, matrices, x


def assert_plain(layer: Any, weights: int) -> None:
    """Assert that a layer has so many weights to train, and that nothing penalizes or constrains them."""
    assert_allclose("number of trainable weights", len(layer.trainable_weights), weights)
    assert_allclose("number of penalties", len(layer.losses), 0)
    assert_allclose("number of constraints", len(support.constraints(layer)), 0)


@check(
    "attention_weights", points=8, hint="Does it hold for every mask, width and size of scores?", hidden=True
)
def test_attention_weights_of_any_sizes(call: Call) -> None:
    """Other widths, masks of whole numbers and large scores give the weights of the formula."""
    for scale, count, width in ((1, 4, 3), (5000, 2, 9)):
        queries, keys = lesson.arrays((3, count, width), (3, 4, width))
        for mask in (MASK, MASK > 0):
            weights = call(attention.attention_weights, queries, scale * keys, mask)
            assert_allclose("weights", weights, weigh(queries, scale * keys, mask), "Scale, mask, softmax.")


@check("SelfAttention", points=8, hint="Whose query meets whose key, and whose value counts?", hidden=True)
def test_self_attention_computes_the_formula(call: Call) -> None:
    """With other matrices, with and without a mask, in training too, the outputs are those of the formula."""
    for shape in ((3, 5), (6, 2)):
        layer, matrices, x = set_matrices(call, *shape)
        for mask in (MASK, None):
            outputs = layer(x, mask=mask, training=True)
            words = np.ones_like(MASK) if mask is None else mask
            assert_allclose("outputs", outputs, attend(x, words, matrices), "Query, key and value.")
        passed = layer.compute_mask(x, MASK)
        assert_allclose("mask for the next layer", passed, MASK, "What hears of the padding afterwards?")
        assert_plain(layer, 3)


@check("SelfAttention", points=8, hint="Which operations does training need a gradient of?", hidden=True)
def test_self_attention_has_gradients(call: Call) -> None:
    """The gradients of all matrices are those of the formula, and Keras knows the shape of the outputs."""
    layer, matrices, x = set_matrices(call, 3, 5)
    expected = support.numeric_gradients(lambda *arrays: attend(x, MASK, list(arrays)), matrices)
    support.assert_gradients(support.gradients(layer, x, mask=MASK), expected)
    shape = support.symbolic_shape(layer, x.shape)
    assert_allclose("output shape", shape, (*x.shape[:2], 5), "What does Keras expect?")


@check("build_block", points=5, hint="What does each layer get: x, and the mask?", hidden=True)
def test_build_block_takes_masks(call: Call) -> None:
    """With other weights, sizes and a mask, in training too, the block computes the same formula."""
    block, x, mask = fresh_layer(call, attention.build_block, 5), lesson.vectors(3, 4, 5), MASK > 0
    block(x)
    block.set_weights(drawn := lesson.arrays(*[(5, 5)] * 3, (5,), (5,)))
    expected = lesson.normalize(x + listen(block, x, mask), *drawn[3:])
    assert_allclose("outputs", block(x, mask=mask, training=True), expected)
    assert_plain(block, 5)


@check("build_block", points=3, hint="What is made in every call?", hidden=True)
def test_build_block_makes_new_layers(call: Call) -> None:
    """Two blocks have weights of their own."""
    blocks = [fresh_layer(call, attention.build_block, 4) for _ in range(2)]
    support.assert_shares_no_weights(*blocks, lesson.vectors(1, 3, 4))


@check(
    "build_reader", points=5, hint="Which sizes come from the arguments, and which word counts?", hidden=True
)
def test_build_reader_of_other_sizes(call: Call) -> None:
    """With other sizes, weights and words, in training too, it computes what its parts compute."""
    reader, x = fresh_layer(call, attention.build_reader, 40, 2, 3), np.array([[0, 5, 39, 3], [7, 1, 2, 4]])
    reader.set_weights(drawn := lesson.arrays((40, 3), *[(3, 3)] * 3, (3,), (3,), (3, 2), (2,)))
    words, (*gamma_beta, kernel, bias) = drawn[0][x], drawn[4:]
    last = lesson.normalize(words + listen(reader, words, x > 0), *gamma_beta)[:, -1]
    expected = support.softmax(last @ kernel + bias)
    assert_allclose("probabilities", reader(x, training=True), expected, rtol=1e-3)
    assert_plain(reader, 8)


@check("build_reader", points=4, hint="What does `compile` get, and what is made in every call?", hidden=True)
def test_build_reader_is_new_and_compiled(call: Call) -> None:
    """Two readers have untrained weights of their own, the rate that was asked for, and cross-entropy."""
    readers = [fresh_layer(call, attention.build_reader, 9, 3, 6, 0.002) for _ in range(2)]
    vectors = [array for array in readers[0].get_weights() if array.ndim == 1]
    assert_allclose("new scales and biases", np.concatenate([[], *vectors]), [1.0] * 6 + [0.0] * 9)
    assert_allclose("learning rate", readers[0].optimizer.learning_rate, 0.002, rtol=1e-3, atol=0)
    loss = readers[0].compute_loss(None, np.float32([[0, 1, 0]]), np.float32([[0.3, 0.2, 0.5]]))
    assert_allclose("loss where the right answer has 0.2", loss, -np.log(0.2), "Which loss is it?", atol=1e-3)
    optimizers = [reader.optimizer for reader in readers]
    config = optimizers[0].get_config()
    # Of Keras' optimizers, only those of this name know this setting.
    if "amsgrad" not in config or config["weight_decay"] or optimizers[0] is optimizers[1]:
        support.fail("an Adam of its own", "another optimizer", "What does `compile` get?")
    if not isinstance(config["learning_rate"], float):
        support.fail("a learning rate that stays", "one that changes", "What does Adam get?")
    support.assert_shares_no_weights(*readers, np.array([[1, 2]]))
    reader = fresh_layer(call, attention.build_reader, lesson.N_WORDS, lesson.N_ANSWERS)
    answered = support.accuracy(reader, *lesson.sentences(200, seed=1))
    assert_allclose("share of right answers before training", answered, 0.25, "Who trained it?", atol=0.3)

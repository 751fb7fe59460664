"""The public checks of week 11, which students run themselves."""

from __future__ import annotations

import attention
import lesson
import numpy as np
import support
from support import Call, assert_allclose, assert_shape, check, fresh_layer

PADDING = np.array([[False, True, True], [True, True, True]])
SIZES = (lesson.N_WORDS, lesson.N_ANSWERS)


@check(
    "attention_weights",
    points=4,
    hint="Does softmax come last, and over which axis does it run: queries or keys?",
)
def test_attention_weights_are_shares(call: Call) -> None:
    """For each of two queries, the weights of three keys add up to 1."""
    weights = call(attention.attention_weights, *lesson.arrays((4, 2, 5), (4, 3, 5)))
    assert_shape("weights", weights, (4, 2, 3), "Which axis of queries and keys does their product sum over?")
    assert_allclose("sums of weights", np.sum(weights, axis=-1), np.ones((4, 2)))


@check("attention_weights", points=4, hint="By what is each dot product divided?")
def test_attention_weights_follow_the_example(call: Call) -> None:
    """The key that is like the query gets 0.881 in the example, and keys that are alike get equal weights."""
    queries, keys = np.float32([[[2, 0, 0, 0]]]), np.float32([[[2, 0, 0, 0], [0, 2, 0, 0]]])
    assert_allclose("weights", call(attention.attention_weights, queries, keys), [[[0.8808, 0.1192]]])
    assert_allclose("weights", call(attention.attention_weights, queries, 0 * keys), [[[0.5, 0.5]]])


@check("attention_weights", points=4, hint="Which score gives a weight of 0 after softmax?")
def test_attention_weights_leave_padding_out(call: Call) -> None:
    """Padding gets the weight 0, and words get the weights that they have without it."""
    queries, keys = lesson.arrays((2, 2, 5), (2, 3, 5))
    masked = call(attention.attention_weights, queries, keys, PADDING)
    words = call(attention.attention_weights, queries[:1], keys[:1, 1:])
    assert_shape("weights", masked, (2, 2, 3))
    assert_allclose("weights of padding", np.asarray(masked)[0, :, 0], np.zeros(2))
    assert_allclose("weights of words", np.asarray(masked)[:1, :, 1:], words)


@check("SelfAttention", points=6, hint="What does `build` make, and of which shape?")
def test_self_attention_has_three_matrices(call: Call) -> None:
    """For words of width 5, four units have three trainable matrices (5, 4), and outputs of width 4."""
    layer = fresh_layer(call, attention.SelfAttention, 4)
    assert_shape("outputs", layer(lesson.vectors(2, 3, 5)), (2, 3, 4))
    shapes = [np.shape(weight) for weight in layer.trainable_weights]
    assert_allclose("number of trainable weights", len(shapes), 3, "Query, key and value, and no more?")
    assert_allclose("shapes of trainable weights", shapes, [(5, 4)] * 3)


@check("SelfAttention", points=6, hint="What is each word's value multiplied by, and what is added up?")
def test_self_attention_averages_values_where_queries_are_zero(call: Call) -> None:
    """With a query matrix of zeros, all weights are equal: each output is the mean of the words' values."""
    layer, x = fresh_layer(call, attention.SelfAttention, 5), lesson.vectors(2, 3, 5)
    layer(x)
    layer.set_weights([np.zeros((5, 5)), np.ones((5, 5)), np.eye(5)])
    hint = "Is the third matrix that of the values, and what is each value multiplied by?"
    assert_allclose("outputs", layer(x), np.repeat(x.mean(axis=1, keepdims=True), 3, axis=1), hint)


@check(
    "SelfAttention", points=6, hint="What does `call` do with its mask, and which layers get it afterwards?"
)
def test_self_attention_does_not_look_at_padding(call: Call) -> None:
    """The outputs for words are the same with any padding in front, and masks may pass."""
    layer, x = fresh_layer(call, attention.SelfAttention, 4), lesson.vectors(2, 3, 5)
    outputs = layer(x[:1, 1:])
    assert_allclose("outputs for words", np.asarray(layer(x, mask=PADDING))[:1, 1:], outputs)
    if not layer.supports_masking:
        support.fail(
            "a layer that sets `supports_masking`",
            "one that does not",
            "What becomes of the mask after such a layer?",
        )


@check("SelfAttention", points=6, hint="Which arguments would make an equal layer?")
def test_self_attention_is_restored_from_its_config(call: Call) -> None:
    """A layer made from `get_config` has the same units and name, and computes the same."""
    support.assert_restored(fresh_layer(call, attention.SelfAttention, 4), lesson.vectors(2, 3, 5))


@check("build_block", points=8, hint="What is added to what `SelfAttention` gives, and what is normalized?")
def test_build_block_adds_attention_to_each_word(call: Call) -> None:
    """The block normalizes the sum of the words and of what its `SelfAttention` makes of them."""
    block, x = fresh_layer(call, attention.build_block, 6), lesson.vectors(2, 3, 6)
    outputs, layers = block(x), support.find_layers(block, "SelfAttention")
    assert_allclose("number of SelfAttention layers", len(layers), 1)
    expected = lesson.normalize(x + np.asarray(layers[0](x)))
    assert_allclose("normalized sums of words and attention", outputs, expected)


@check(
    "build_reader",
    points=8,
    hint="Which layers are there, how large is each, and which get the mask of padding?",
)
def test_build_reader_gives_probabilities(call: Call) -> None:
    """It has 1,204 parameters, and gives four probabilities, whatever the padding of a sentence."""
    reader, (x, _) = fresh_layer(call, attention.build_reader, *SIZES), lesson.sentences(8, seed=1)
    assert_shape("probabilities", outputs := reader(x), (8, 4))
    hint = "Which activation gives shares of 1?"
    assert_allclose("sums of probabilities", np.sum(outputs, axis=-1), np.ones(8), hint)
    hint = "Which layers are there, and how large is each?"
    assert_allclose("number of parameters", sum(map(np.size, reader.get_weights())), 1204, hint)
    hint = "Which layers get the mask of padding, and the output of which word goes on?"
    assert_allclose("probabilities with more padding", reader(np.pad(x, ((0, 0), (3, 0)))), outputs, hint)


@check("build_reader", points=7, hint="Does it look at the words, learn, and take large enough steps?")
def test_build_reader_answers_new_questions(call: Call) -> None:
    """Trained on 512 sentences, it answers new questions correctly."""
    settings, reader = call.settings, fresh_layer(call, attention.build_reader, *SIZES)
    few = lesson.sentences(settings["sentences"], settings["seed"])
    support.fit(reader, *few, epochs=settings["epochs"], seed=settings["seed"])
    new = lesson.sentences(settings["new_sentences"], settings["new_seed"])
    support.assert_accuracy(support.accuracy(reader, *new), settings["reader_accuracy"], "on new sentences")

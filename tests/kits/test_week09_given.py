"""Facts about week 9's given code: its data, its inputs, its determinism, and how it looks at networks."""

from __future__ import annotations

import json
import math
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]
GIVEN = ROOT / "solutions" / "week09_transfer"
CHECKS = ROOT / "autograder" / "kits" / "week09_transfer"


@pytest.fixture(scope="module")
def code() -> Any:
    """The given modules and Keras; TensorFlow is imported when the first test needs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(GIVEN))
        import asking
        import expect
        import keras
        import lesson
        import networks

        lesson.INPUT_FOLDERS.append(CHECKS / "inputs")
        lesson.deterministic(1)
        yield SimpleNamespace(lesson=lesson, asking=asking, networks=networks, expect=expect, keras=keras)
        lesson.INPUT_FOLDERS.remove(CHECKS / "inputs")
        for name in ("lesson", "asking", "networks", "expect"):
            del sys.modules[name]


def test_training_does_not_depend_on_what_was_trained_before(code: Any) -> None:
    """tests/examiner/test_determinism.py has the same of processes."""

    def trained(epochs: int) -> list[Any]:
        donor = code.lesson.load("iris_donor", compiled=True)
        code.lesson.train(donor, *code.lesson.iris(), epochs=epochs, seed=7)
        weights: list[Any] = donor.get_weights()
        return weights

    before, _, after = trained(3), trained(2), trained(3)
    assert all(np.array_equal(one, other) for one, other in zip(before, after, strict=True))


def test_the_data_is_the_lessons(code: Any) -> None:
    x, y = code.lesson.iris()
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((150, 4), np.float32, (150, 3), np.float32)
    assert y.sum(axis=0).tolist() == [50, 50, 50]
    x, y = code.lesson.eight_flowers()
    assert (x.shape, x.dtype, y.dtype) == ((8, 4), np.float32, np.float32)
    assert y.argmax(axis=1).tolist() == [3, 3, 2, 2, 1, 1, 0, 0]


def test_inputs_are_networks_of_their_own_every_time(code: Any) -> None:
    """Two loads share nothing; names are none that Keras would choose."""
    one, two = code.lesson.load("iris_donor"), code.lesson.load("iris_donor")
    assert not {id(layer) for layer in one.layers} & {id(layer) for layer in two.layers}
    assert all(np.array_equal(*pair) for pair in zip(one.get_weights(), two.get_weights(), strict=True))
    assert [layer.name for layer in one.layers] == ["iris_donor_1", "iris_donor_2", "iris_donor_3"]
    assert (one.compiled, code.lesson.load("iris_donor", compiled=True).compiled) == (False, True)


def test_no_two_inputs_are_parts_of_each_other() -> None:
    """No array occurs twice, so what one task is given is no answer to another."""
    arrays = [
        array.tobytes()
        for folder in (GIVEN, CHECKS)
        for path in sorted((folder / "inputs").glob("*.npz"))
        for array in np.load(path).values()
    ]
    assert len(set(arrays)) == len(arrays)


def test_inputs_cover_depths_and_sizes() -> None:
    """One, two and four hidden layers; 4 and 7 features; 3 and 5 classes."""
    paths = [path for folder in (GIVEN, CHECKS) for path in (folder / "inputs").glob("*_donor.json")]
    donors = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    assert {len(donor["layers"]) - 1 for donor in donors} == {1, 2, 4}
    assert {donor["features"] for donor in donors} == {4, 7}
    assert {donor["layers"][-1]["units"] for donor in donors} == {3, 5}


def test_input_files_hold_no_date() -> None:
    """Made again, they are the same bytes: zip archives would otherwise remember when they were written."""
    for path in [*(GIVEN / "inputs").glob("*.npz"), *(CHECKS / "inputs").glob("*.npz")]:
        with zipfile.ZipFile(path) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}, path.name


def test_a_missing_input_is_named(code: Any) -> None:
    with pytest.raises(FileNotFoundError, match="an input tulips"):
        code.lesson.load("tulips")


def test_the_trained_donor_has_learned_iris(code: Any) -> None:
    assert code.lesson.accuracy(code.lesson.load("iris_donor"), *code.lesson.iris()) >= 0.95


def test_training_leaves_what_is_frozen_after_an_earlier_fit(code: Any) -> None:
    """The model is compiled anew, so a freeze counts although Keras has trained that layer before."""
    model = code.lesson.load("drawn_donor", compiled=True)
    code.lesson.train(model, *code.lesson.iris(), epochs=1, seed=1)
    model.layers[0].trainable = False
    before = code.networks.weights(model)
    code.lesson.train(model, *code.lesson.iris(), epochs=1, seed=1)
    moved = [
        not np.array_equal(old[0], new[0])
        for old, new in zip(before, code.networks.weights(model), strict=True)
    ]
    assert moved == [False, True, True]


def test_training_starts_the_optimizer_afresh(code: Any) -> None:
    """What was trained before leaves no trace: only weights and settings count."""
    fresh, used = (code.lesson.load("drawn_donor", compiled=True) for _ in range(2))
    start = used.get_weights()
    code.lesson.train(used, *code.lesson.iris(), epochs=2, seed=5)
    used.set_weights(start)
    stories = [code.lesson.train(model, *code.lesson.iris(), epochs=2, seed=5) for model in (fresh, used)]
    assert stories[0] == stories[1]
    assert all(np.array_equal(*pair) for pair in zip(fresh.get_weights(), used.get_weights(), strict=True))


def test_training_refuses_what_was_never_compiled(code: Any) -> None:
    with pytest.raises(ValueError, match="compiled"):
        code.lesson.train(code.lesson.load("body"), *code.lesson.iris(), epochs=1, seed=1)


@pytest.mark.parametrize("name", ["drawn_donor", "deep_donor", "mixed_body", "shallow_donor"])
def test_the_law_is_what_keras_computes(code: Any, name: str) -> None:
    """NumPy, given the weights and activations, gives what the network gives."""
    model = code.lesson.load(name)
    x = code.networks.probes(model.input_shape[-1])
    activations = [layer.activation.__name__ for layer in model.layers]
    law = code.networks.forward(code.networks.weights(model), activations, x)
    code.expect.outputs(model, x, law, "")


def test_probes_tell_activations_apart(code: Any) -> None:
    """Each other activation that a student may take for relu gives other outputs."""
    z = code.networks.probes(4)
    for name in (
        "linear",
        "gelu",
        "elu",
        "leaky_relu",
        "relu6",
        "tanh",
        "sigmoid",
        "softplus",
        "silu",
        "selu",
    ):
        other = np.asarray(code.keras.activations.get(name)(z))
        assert not np.allclose(other, np.maximum(z, 0), rtol=1e-4, atol=1e-4), name


def nested(keras: Any, layers: list[Any], cut: int) -> Any:
    """A Functional model around a Sequential one that holds the first `cut` layers."""
    body = keras.Sequential([keras.Input(layers[0].input.shape[1:]), *layers[:cut]])
    inputs = keras.Input(body.input_shape[1:])
    outputs = body(inputs)
    for layer in layers[cut:]:
        outputs = layer(outputs)
    return keras.Model(inputs, outputs)


@settings(max_examples=10, deadline=None)
@given(cut=st.integers(1, 4), frozen=st.sets(st.integers(0, 4)))
def test_nesting_changes_nothing_that_is_looked_at(code: Any, cut: int, frozen: set[int]) -> None:
    """Layers, flags and counts are those of the flat network, however it is nested and frozen."""
    flat = code.lesson.load("deep_donor")
    for index in frozen:
        flat.layers[index].trainable = False
    model = nested(code.keras, flat.layers, cut)
    assert code.networks.weighted(model) == flat.layers
    assert code.networks.flags(model) == [index not in frozen for index in range(5)]
    assert code.networks.counts(model) == code.networks.counts(flat)
    sizes = [math.prod(array.shape) for array in flat.get_weights()]
    assert code.networks.counts(model).total == sum(sizes)


def test_a_frozen_body_is_frozen_inside_a_model(code: Any) -> None:
    """Freezing a body freezes its layers in whatever model they are."""
    model = nested(code.keras, code.lesson.load("drawn_donor").layers, 2)
    model.layers[1].trainable = False
    assert code.networks.flags(model) == [False, False, True]


def custom(keras: Any) -> Any:
    class MyDense(keras.layers.Dense):
        pass

    return keras.Sequential([keras.Input((4,)), MyDense(3)])


def with_lambda(keras: Any) -> Any:
    return keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda x: x)])


def with_operation(keras: Any) -> Any:
    inputs = keras.Input((4,))
    return keras.Model(inputs, keras.ops.relu(keras.layers.Dense(3)(inputs)))


@pytest.mark.parametrize("build", [custom, with_lambda, with_operation])
def test_what_is_not_keras_own_is_refused(code: Any, build: Any) -> None:
    with pytest.raises(AssertionError, match="Custom classes, Lambda layers and bare operations"):
        code.networks.flat(build(code.keras))


@pytest.mark.parametrize(("answer", "words"), [(None, "received None"), ([], "received a list")])
def test_what_is_no_model_is_named(code: Any, answer: Any, words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        code.networks.flat(answer)


def test_what_is_not_built_is_refused(code: Any) -> None:
    with pytest.raises(AssertionError, match="Expected a built network"):
        code.networks.flat(code.keras.Sequential([code.keras.layers.Dense(3)]))


def test_losses_that_mean_the_same_are_the_same(code: Any) -> None:
    """A name, an object, a function, a class, or a list of one."""
    losses = code.keras.losses
    same = ["categorical_crossentropy", losses.CategoricalCrossentropy(), losses.categorical_crossentropy]
    for loss in [*same, losses.CategoricalCrossentropy, ["categorical_crossentropy"]]:
        model = code.lesson.load("drawn_donor")
        model.compile(loss=loss, optimizer=code.keras.optimizers.Adam(0.05))
        code.expect.compiled(model)


@pytest.mark.parametrize(
    ("loss", "optimizer", "words"),
    [
        ("mse", "adam", "received mean_squared_error"),
        ("sparse_categorical_crossentropy", "adam", "received sparse_categorical_crossentropy"),
        ("categorical_crossentropy", "sgd", "received SGD"),
        ("logits", "adam", "not logits"),
    ],
)
def test_other_losses_and_optimizers_are_named(code: Any, loss: str, optimizer: str, words: str) -> None:
    model = code.lesson.load("drawn_donor")
    logits = code.keras.losses.CategoricalCrossentropy(from_logits=True)
    model.compile(loss=logits if loss == "logits" else loss, optimizer=optimizer)
    with pytest.raises(AssertionError, match=words):
        code.expect.compiled(model)


def test_a_drawn_top_depends_on_the_seed_alone(code: Any) -> None:
    """Whatever the student's initialiser was, the grader's new weights are the same."""
    one, two = (code.lesson.load(name) for name in ("drawn_donor", "topped_donor"))
    for model in (one, two):
        code.networks.draw_top(model, 9)
    tops = [model.layers[-1].get_weights() for model in (one, two)]
    assert np.array_equal(tops[0][0], tops[1][0])
    assert not tops[0][1].any()
    code.networks.draw_top(one, 10)
    assert not np.array_equal(tops[0][0], one.layers[-1].get_weights()[0])


def test_an_argument_that_changed_is_described(code: Any) -> None:
    """Layers gone, layers frozen, weights replaced: each is said in numbers."""

    def ask(change: Any) -> Any:
        def task(base: Any) -> Any:
            change(base)
            return code.lesson.load("iris_donor")

        return code.asking.ask(task, code.lesson.load("iris_donor"), seed=1)

    code.expect.unharmed(ask(lambda base: None))
    with pytest.raises(AssertionError, match=r"keeps its 3 layers .* received 2 layers"):
        code.expect.unharmed(ask(lambda base: base.pop()))
    with pytest.raises(AssertionError, match="one with 1,603 parameters, 78 trainable and 1,525 frozen"):
        code.expect.unharmed(
            ask(lambda base: [setattr(layer, "trainable", False) for layer in base.layers[:2]])
        )
    with pytest.raises(AssertionError, match="its own weights in iris_donor_2"):
        code.expect.unharmed(
            ask(lambda base: base.layers[1].set_weights([0 * w for w in base.layers[1].get_weights()]))
        )


def test_doing_nothing_earns_nothing(code: Any) -> None:
    """A function that gives its argument back has neither kept it apart nor frozen it."""
    asked = code.asking.ask(lambda base: base, code.lesson.load("iris_donor"), seed=1)
    with pytest.raises(AssertionError, match="the very one that was passed in"):
        code.expect.unharmed(asked)
    with pytest.raises(AssertionError, match="less to train than before"):
        code.expect.froze(asked)


def test_a_question_is_asked_once_even_if_it_fails(code: Any) -> None:
    asked = []

    def question() -> None:
        asked.append(1)
        raise KeyError("no answer")

    again = code.asking.once(question)
    for _ in range(2):
        with pytest.raises(KeyError, match="no answer"):
            again()
    assert len(asked) == 1


def test_shared_layers_are_found_inside_other_models(code: Any) -> None:
    asked = code.asking.ask(
        lambda base: nested(code.keras, base.layers, 2), code.lesson.load("iris_donor"), seed=1
    )
    with pytest.raises(AssertionError, match="shares 3 layers"):
        code.expect.nothing_shared(asked)

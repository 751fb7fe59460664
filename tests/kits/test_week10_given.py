"""Facts about week 10's lesson: its pictures, its inputs, and what it says of Keras."""

from __future__ import annotations

import importlib
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit_code import ROOT, kit_code

from autograder.wire import codec as values

GIVEN = ROOT / "solutions" / "week10_parts"
CHECKS = ROOT / "autograder" / "kits" / "week10_parts"


@pytest.fixture(scope="module")
def code() -> Iterator[Any]:
    """The lesson and the library; TensorFlow is imported when the first test needs it."""
    with kit_code("week10_parts") as found:
        yield found


@pytest.fixture
def borrow(code: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The solution."""
    monkeypatch.delitem(sys.modules, "borrow", raising=False)
    return importlib.import_module("borrow")


@pytest.mark.parametrize(("name", "kinds"), [("parts", 6), ("things", 4)])
def test_pictures_follow_from_the_seed(code: Any, name: str, kinds: int) -> None:
    """Grey, 24 × 24, as many of every kind; another seed draws others."""
    draw = getattr(code.lesson, name)
    x, y = draw(3, seed=5)
    assert (x.shape, x.dtype, y.shape, y.dtype) == (
        (3 * kinds, 24, 24, 1),
        np.float32,
        (3 * kinds, kinds),
        np.float32,
    )
    assert y.sum(axis=0).tolist() == [3] * kinds
    assert np.array_equal(x, draw(3, seed=5)[0])
    assert not np.array_equal(x, draw(3, seed=6)[0])


@settings(max_examples=25, deadline=None)
@given(place=st.tuples(st.floats(0, 1), st.floats(0, 1)), size=st.floats(0, 1), number=st.integers(0, 9))
def test_what_is_drawn_stays_in_the_picture(code: Any, place: Any, size: float, number: int) -> None:
    """Wherever a part or thing is put, no more of it than a sliver of a wheel is cut off."""
    lesson = code.lesson
    if number < 6:
        kind, sizes, room = lesson.PARTS[number], lesson.PART_SIZES, lesson.PART_ROOM
    else:
        kind, sizes, room = lesson.THINGS[number - 6], lesson.THING_SIZES, lesson.THING_ROOM
    at = tuple(room + share * (lesson.SIDE - 1 - 2 * room) for share in place)
    drawing = kind, at, sizes[0] + size * (sizes[1] - sizes[0])
    picture = lesson.clean(*drawing)
    assert picture.shape == (24, 24)
    assert picture.min() == 0
    assert picture.max() == 1
    with pytest.MonkeyPatch.context() as patch:
        larger = np.meshgrid(np.arange(-8, 32), np.arange(-8, 32), indexing="ij")
        patch.setattr(lesson, "ROWS", larger[0])
        patch.setattr(lesson, "COLUMNS", larger[1])
        whole = lesson.clean(*drawing)
    assert picture.sum() > 0.95 * whole.sum()


def test_noise_is_strong(code: Any) -> None:
    x, _ = code.lesson.parts(20, seed=1)
    clean = [code.lesson.clean(code.lesson.edge, (12.0, 12.0), 4.0).sum()]
    assert 0.4 < x[:, :2].std() < 0.5
    assert clean[0] > 0


def test_inputs_are_networks_of_their_own_every_time(code: Any) -> None:
    """Two loads share nothing; names are none that Keras would choose."""
    one, two = code.support.load("parts_donor"), code.support.load("parts_donor")
    assert not {id(layer) for layer in one.layers} & {id(layer) for layer in two.layers}
    assert all(np.array_equal(*pair) for pair in zip(one.get_weights(), two.get_weights(), strict=True))
    assert one.layers[0].name == "parts_donor_1"
    assert not one.compiled


@pytest.mark.parametrize("name", ["parts_donor", "nested_body", "the public network"])
def test_the_same_network_is_called_the_same_every_time(code: Any, name: str) -> None:
    """Names that Keras makes up have numbers: a question with one in it would be another every time."""

    def told() -> Any:
        network = code.lesson.mobilenet() if name == "the public network" else code.support.load(name)
        return values.pack(network).head

    assert told() == told()


def test_the_donor_is_what_the_lesson_says(code: Any) -> None:
    """14,566 parameters, 32 features, and most parts right that it has never seen."""
    donor = code.support.load("parts_donor")
    assert donor.count_params() == 14_566
    assert code.support.accuracy(donor, *code.lesson.parts(50, seed=12345)) > 0.9


def test_flags_are_those_of_the_description(code: Any) -> None:
    """Frozen bodies are frozen, also where they are networks in a network."""
    assert code.support.count_parameters(code.support.load("parts_body")).trainable == 0
    nested = code.support.load("nested_graft")
    assert code.support.count_parameters(nested).trainable == 0
    assert [layer.name for layer in nested.layers] == ["nested_graft_1", "nested_graft_2"]


def test_input_files_are_small_and_hold_no_date() -> None:
    """Made again, they are the same bytes: zip archives would otherwise remember when they were written."""
    paths = [*(GIVEN / "inputs").glob("*"), *(CHECKS / "inputs").glob("*")]
    assert sum(path.stat().st_size for path in paths) < 200_000
    for path in paths:
        if path.suffix == ".npz":
            with zipfile.ZipFile(path) as archive:
                assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}, path.name


def test_training_false_does_not_survive_training(code: Any) -> None:
    """What the lesson says of Keras: only a frozen BatchNormalization keeps its averages in training."""
    body, x = code.support.load("loose_body"), code.support.sample_rows((24, 24, 1))
    inputs = code.keras.Input((24, 24, 1))
    model = code.keras.Model(inputs, body(inputs, training=False))
    with pytest.raises(AssertionError, match="the same outputs in training"):
        code.support.assert_same_in_training(model, x)
    body.trainable = False
    code.support.assert_same_in_training(model, x)


def test_in_a_frozen_network_nothing_trains(code: Any) -> None:
    """Whatever the flags of its layers say."""
    nested = code.support.load("nested_graft")
    for layer in code.lesson.layers(nested):
        layer.trainable = True
    assert not any(code.support.trainable_flags(nested))


def test_a_flag_that_is_set_already_reaches_no_layer(code: Any) -> None:
    """What the task says of Keras: a model passes its flag on only where that changes."""
    graft = code.support.load("things_graft")
    before = code.support.trainable_flags(graft)
    graft.trainable = True
    assert code.support.trainable_flags(graft) == before
    graft.trainable = False
    graft.trainable = True
    assert all(code.support.trainable_flags(graft))


def test_the_public_network_is_the_same_every_time(code: Any) -> None:
    """NumPy draws its weights, so no clone has them by chance."""
    one, two = code.lesson.mobilenet(), code.lesson.mobilenet(side=64)
    assert one.count_params() == 47_560
    assert all(np.array_equal(*pair) for pair in zip(one.get_weights(), two.get_weights(), strict=True))
    assert np.isfinite(code.support.predict(one, code.support.sample_rows((32, 32, 3), 2))).all()


def test_training_a_top_on_features_is_training_it_on_the_body(code: Any) -> None:
    x, y = code.lesson.things(2, seed=3)
    graft, other = (code.support.load("new_graft") for _ in range(2))
    body = code.support.layers_until(graft, graft.layers[-2].name)
    top = code.support.model_of(other.layers[-1])
    for model, rows in ((graft, x), (top, code.support.predict(body, x))):
        code.support.fit(code.support.compile_classifier(model, 0.01), rows, y, epochs=5, seed=1)
    assert np.allclose(graft.get_weights()[-2], other.get_weights()[-2], atol=1e-5)


@pytest.mark.parametrize(
    "task", ["cut_body", "freeze", "add_softmax", "take_top", "thaw_last_block", "borrow_network"]
)
def test_a_right_answer_is_drawn_like_the_expected_network(code: Any, borrow: Any, task: str) -> None:
    found = code.lesson.compared(task, borrow)
    assert not any(found.differs)
    assert found.yours.counts == found.expected.counts
    assert found.yours.shape == found.expected.shape


def test_features_are_no_network(code: Any, borrow: Any) -> None:
    assert code.lesson.compared("extract_features", borrow) is None

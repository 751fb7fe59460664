"""Facts about week 9's lesson: its data and its inputs."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from kit_code import ROOT, kit_code

GIVEN = ROOT / "solutions" / "week09_transfer"


@pytest.fixture(scope="module")
def code() -> Iterator[Any]:
    """The lesson and the library; TensorFlow is imported when the first test needs it."""
    with kit_code("week09_transfer") as found:
        yield found


def test_the_data_is_the_lessons(code: Any) -> None:
    x, y = code.lesson.iris()
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((150, 4), np.float32, (150, 3), np.float32)
    assert y.sum(axis=0).tolist() == [50, 50, 50]
    x, y = code.lesson.eight_flowers()
    assert (x.shape, x.dtype, y.dtype) == ((8, 4), np.float32, np.float32)
    assert y.argmax(axis=1).tolist() == [3, 3, 2, 2, 1, 1, 0, 0]


def test_inputs_are_networks_of_their_own_every_time(code: Any) -> None:
    """Two loads share nothing; names are none that Keras would choose."""
    one, two = code.support.load("iris_donor"), code.support.load("iris_donor")
    assert not {id(layer) for layer in one.layers} & {id(layer) for layer in two.layers}
    assert all(np.array_equal(*pair) for pair in zip(one.get_weights(), two.get_weights(), strict=True))
    assert [layer.name for layer in one.layers] == ["iris_donor_1", "iris_donor_2", "iris_donor_3"]
    assert not one.compiled


def test_no_two_inputs_are_parts_of_each_other() -> None:
    """No array occurs twice, so what one task is given is no answer to another."""
    arrays = [
        array.tobytes()
        for path in sorted((GIVEN / "inputs").glob("*.npz"))
        for array in np.load(path).values()
    ]
    assert len(set(arrays)) == len(arrays)


def test_input_files_hold_no_date() -> None:
    """Made again, they are the same bytes: zip archives would otherwise remember when they were written."""
    for path in (GIVEN / "inputs").glob("*.npz"):
        with zipfile.ZipFile(path) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}, path.name


def test_the_trained_donor_has_learned_iris(code: Any) -> None:
    assert code.support.accuracy(code.support.load("iris_donor"), *code.lesson.iris()) >= 0.95

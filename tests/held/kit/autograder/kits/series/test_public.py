"""Public checks."""

import lesson
import pytest
import series


@pytest.mark.task("Smoother", points=1, hint="What does it know before the first number?")
def test_smoother_starts_at_its_first_number():
    """The first number comes back unchanged."""
    smoother = series.Smoother(0.5)
    assert smoother.rate == 0.5, f"Expected the rate 0.5, received {smoother.rate}."
    assert smoother(4.0) == 4.0, "Expected the first number, 4.0, received another."


@pytest.mark.task("Smoother", points=1, hint="Where does it keep what it saw?")
def test_smoother_keeps_what_it_saw():
    """It has a length, items and an order, like a list."""
    smoother = series.Smoother(0.5)
    assert not smoother, "Expected a new smoother to be empty."
    for number in (4.0, 2.0, 2.0):
        smoother(number)
    assert len(smoother) == 3, f"Expected 3 numbers, received {len(smoother)}."
    assert list(smoother) == [4.0, 3.0, 2.5], f"Expected [4.0, 3.0, 2.5], received {list(smoother)}."
    assert smoother[1] == 3.0, f"Expected 3.0, received {smoother[1]}."


@pytest.mark.task("build", points=1, hint="Which rate does it get?")
def test_build_makes_a_smoother():
    """The smoother has the rate that was asked for."""
    smoother = series.build(0.25)
    assert isinstance(smoother, series.Smoother), "Expected a Smoother."
    assert smoother.inner is smoother.inner, "Expected one object behind an attribute."
    assert lesson.steps(smoother, [8.0, 0.0]) == [8.0, 6.0], "Expected [8.0, 6.0]."


@pytest.mark.task("total", points=1, hint="Add what it kept.")
def test_total_of_two_numbers():
    """The numbers are added."""
    assert series.total([1.0, 2.0]) == 3.0, "Expected 3.0."

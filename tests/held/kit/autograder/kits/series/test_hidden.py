"""Hidden checks."""

import lesson
import pytest
import series


@pytest.mark.hidden
@pytest.mark.task("Smoother", points=2, hint="Does every number count by the rate?")
def test_smoother_follows_other_numbers():
    """Other numbers are smoothed as well."""
    smoother = series.Smoother(0.1)
    outputs = [smoother(number) for number in (1.0, 11.0)]
    assert outputs == [1.0, 2.0], f"Expected [1.0, 2.0], received {outputs}."
    copy = series.Smoother.from_config(smoother.get_config())
    assert isinstance(copy, series.Smoother), "Expected a Smoother."
    assert copy(7.0) == 7.0, "Expected a copy that has seen nothing."
    with smoother.paused() as paused:
        assert paused(100.0) == 2.0, "Expected a paused smoother to stay."
    assert smoother(12.0) == 3.0, "Expected a smoother that goes on."


@pytest.mark.hidden
@pytest.mark.task("build", points=1, hint="Are two of them apart?")
def test_build_shares_nothing():
    """Two smoothers do not share what they saw."""
    first, second = series.build(0.5), series.build(0.5)
    first.rate = 0.0
    assert lesson.steps(first, [1.0, 5.0]) == [1.0, 1.0], "Expected [1.0, 1.0]."
    assert lesson.steps(second, [1.0, 5.0]) == [1.0, 3.0], "Expected [1.0, 3.0]."
    assert len(first) == 2, f"Expected 2, received {len(first)}."


@pytest.mark.hidden
@pytest.mark.task("total", points=1, hint="Does it add other numbers, too?")
def test_total_of_other_numbers():
    """Other numbers are added as well."""
    assert series.total([5.0, -2.0]) == 3.0, "Expected 3.0."

"""A threshold is as good as its calibration: the bound, the quantiles, and the worst right answer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from autograder.proof.calibration.thresholds import (
    HIGHEST_CHANCE,
    Network,
    Threshold,
    count_below,
    highest_chance,
    quantile,
)

GOOD = Network(("solution", "other"), ("harmless",), ((0.875, 2), (1.0, 998)))
SHAKY = Network(("unlucky",), (), ((0.75, 2), (0.875, 498), (1.0, 500)))
WRONG = Network((), ("wild", "wilder"), ((0.25, 750), (1.0, 250)))


def threshold(value: float, *networks: Network) -> Threshold:
    return Threshold("accuracy", value, "test_learns", "ab" * 32, networks, ("hopeless",))


@settings(deadline=None)
@given(trials=st.integers(1, 3_000), data=st.data())
def test_the_bound_is_where_so_few_failures_become_unlikely(trials: int, data: st.DataObject) -> None:
    """Were the chance the bound itself, so few failures or fewer would come in 5 % of all cases."""
    failures = data.draw(st.integers(0, trials - 1))
    bound = highest_chance(failures, trials)
    assert failures / trials < bound < 1
    assert binom.cdf(failures, trials, bound) == pytest.approx(0.05, abs=1e-6)


def test_a_thousand_trials_allow_one_failure() -> None:
    """The project's line of 0.5 % needs 598 trials without a failure; 1,000 bear one, and no second."""
    assert highest_chance(0, 597) > HIGHEST_CHANCE > highest_chance(0, 598)
    assert highest_chance(1, 1_000) < HIGHEST_CHANCE < highest_chance(2, 1_000)
    assert highest_chance(5, 5) == 1


@pytest.mark.parametrize(("failures", "trials"), [(0, 0), (-1, 5), (6, 5)])
def test_counts_that_cannot_be_are_refused(failures: int, trials: int) -> None:
    with pytest.raises(ValueError, match="Expected failures among one trial or more"):
        highest_chance(failures, trials)


@settings(deadline=None)
@given(st.lists(st.sampled_from([0.25, 0.5, 0.75, 1.0]), min_size=1), st.floats(0, 1))
def test_a_quantile_is_the_least_value_that_enough_do_not_exceed(values: list[float], share: float) -> None:
    counted = [(value, values.count(value)) for value in sorted(set(values))]
    found = quantile(counted, share)
    assert sum(value <= found for value in values) >= share * len(values)
    assert found == min(values) or sum(value < found for value in values) < share * len(values)
    assert count_below(counted, found) == sum(value < found for value in values)


def test_a_threshold_is_judged_by_the_right_answers_that_fail_most_easily() -> None:
    """An average over all right answers would hide the few that a threshold treats badly."""
    assert threshold(0.875, GOOD, WRONG).holds
    strict = threshold(0.875, GOOD, SHAKY, WRONG)
    assert strict.worst is SHAKY
    assert not strict.holds
    assert (strict.failures(SHAKY), strict.chance(SHAKY)) == (2, highest_chance(2, 1_000))
    assert threshold(0.75, GOOD, SHAKY).holds
    assert strict.highest == 0.75
    assert threshold(0.875, GOOD, WRONG).highest == 0.875
    assert threshold(0.5, Network(("solution",), (), ((0.4, 10),))).highest is None


def test_wrong_answers_that_train_like_right_ones_count_as_missed() -> None:
    """Of three wrong answers that train, two fail in three trainings of four, the third never."""
    found = threshold(0.875, GOOD, WRONG)
    assert found.wrong_trained == 3
    assert found.stopped == pytest.approx(0.5)
    assert threshold(0.875, SHAKY).stopped == 0

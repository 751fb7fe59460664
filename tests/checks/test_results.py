"""What the end of a check means for staff and student."""

from __future__ import annotations

import pytest

from autograder.checks.check_handles import ArgumentError
from autograder.checks.failures import SubmissionFailed
from autograder.checks.results import result_of
from autograder.keras_advice import NUMBER_AS_INITIALIZER
from autograder.kit import Kit


class ResourceExhaustedError(Exception):
    """Named as TensorFlow's own."""


class InternalError(Exception):
    """Named as TensorFlow's own."""


def raised(body: str, **names: object) -> BaseException:
    """The exception of code that stands in a module of Keras, such as a layer's own."""
    try:
        exec(body, {"__name__": "keras.src.layers", **names})
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def chained(error: BaseException, cause: BaseException, *, handled: bool = False) -> BaseException:
    """`error`, raised from `cause` or, where it was `handled`, while it was being handled."""
    try:
        try:
            raise cause
        except BaseException:
            if handled:
                raise error from None
            raise error from cause
    except BaseException as both:
        return both


def test_an_error_of_keras_in_a_check_is_about_the_answer_and_gets_advice(toy: Kit) -> None:
    error = raised("raise ValueError('Could not interpret initializer identifier: 4')")
    told = result_of(toy.checks[0], error, 0.0).message
    task = toy.checks[0].task
    assert told == (
        f"The check could not use what `{task}` returned: ValueError: Could not interpret initializer "
        f"identifier: 4\n{NUMBER_AS_INITIALIZER}"
    )


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, "passed"),
        (AssertionError("not five"), "failed"),
        (SubmissionFailed("timed_out", "slow"), "timed_out"),
        (MemoryError(), "crashed"),
        (RecursionError("maximum recursion depth exceeded"), "crashed"),
        (ResourceExhaustedError("OOM when allocating tensor"), "crashed"),
        (InternalError("Failed to allocate"), "crashed"),
        (chained(AssertionError("not five"), MemoryError()), "crashed"),
        (chained(AssertionError("not five"), MemoryError(), handled=True), "crashed"),
        (chained(ValueError("cannot build"), chained(TypeError(), ResourceExhaustedError())), "crashed"),
        (chained(SubmissionFailed("failed", "not accepted"), MemoryError(), handled=True), "crashed"),
        (ExceptionGroup("both", [ValueError(), MemoryError()]), "crashed"),
        (raised("raise ValueError('shapes')"), "failed"),
        (raised("raise MemoryError"), "crashed"),
        (chained(AssertionError("not five"), KeyError()), "failed"),
        (pytest.fail.Exception("DID NOT RAISE <class 'ValueError'>"), "failed"),
        (TypeError("unsupported operand"), "grader_error"),
        (KeyboardInterrupt(), "grader_error"),
    ],
)
def test_what_ends_a_check_decides_its_outcome(toy: Kit, error: BaseException | None, outcome: str) -> None:
    """An answer that eats memory or stack is at fault; for whatever else a check raises, the grader is."""
    ended = result_of(toy.checks[0], error, 0.0)
    assert ended.outcome == outcome
    assert ended.points == (toy.checks[0].points if outcome == "passed" else 0)


def test_errors_of_keras_are_told_without_its_noise(toy: Kit) -> None:
    """Keras sets its message in bold, between lines for its own developers."""
    message = (
        "Exception encountered when calling X.call().\n\n\x1b[1mNo table.\x1b[0m\n\nArguments received by X"
    )
    ended = result_of(toy.checks[0], raised("raise ValueError(text)", text=message), 0.0)
    returned = f"The check could not use what `{toy.checks[0].task}` returned"
    assert ended.message == f"{returned}: ValueError: No table."


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (TypeError("'int' object is not iterable"), "failed"),
        (KeyError("weight_decay"), "failed"),
        (ArgumentError("an open file"), "grader_error"),
        (OSError("no such file"), "grader_error"),
        (MemoryError(), "crashed"),
    ],
)
def test_what_a_handle_says_of_itself_is_not_the_graders_fault(
    toy: Kit, error: BaseException, outcome: str
) -> None:
    """A value that the check cannot use concerns the answer; whatever else happens does not."""
    assert result_of(toy.checks[0], error, 0.0, used_handles=True).outcome == outcome

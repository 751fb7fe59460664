"""The sentence about a failed call names the line that raised, unless the line is shown beside it."""

from __future__ import annotations

import pytest

from autograder.checks.failures import SubmissionFailed, call_failed
from autograder.wire.call_messages import Failed, FailureKind, TraceLine

LINE = (TraceLine(7, "mean", "return total / 0"),)


@pytest.mark.parametrize(
    ("kind", "type_name", "text", "trace", "said", "place"),
    [
        (
            FailureKind.RAISED,
            "ZeroDivisionError",
            "division by zero",
            LINE,
            "mean raised ZeroDivisionError: division by zero{place}",
            " (line 7: return total / 0)",
        ),
        (
            FailureKind.RAISED,
            "ValueError",
            "Exception encountered when calling Sequential.call().\n\nNo such shape."
            "\n\nArguments received by Sequential.call():\n  • training=False",
            LINE,
            "mean raised ValueError: No such shape.{place}",
            " (line 7: return total / 0)",
        ),
        (
            FailureKind.RAISED,
            "AssertionError",
            "",
            LINE,
            "mean raised AssertionError{place}",
            " (line 7: return total / 0)",
        ),
        (
            FailureKind.LEFTOVER_RAISE,
            "NotImplementedError",
            "mean",
            LINE,
            "The line `raise NotImplementedError` is still there in `mean`{place}.",
            " (line 7)",
        ),
        (
            FailureKind.EXITED,
            "SystemExit",
            "",
            LINE,
            "`mean` ends the program, as `exit()` or `sys.exit()` do. A function ends with `return`.",
            "",
        ),
        (
            FailureKind.ARGUMENTS,
            "TypeError",
            "mean() takes 0 positional arguments but 1 was given",
            (),
            "`mean` does not take the arguments of its task: TypeError: mean() takes 0 positional arguments "
            "but 1 was given. Keep the line `def mean(…)` as it was handed out: the checks call it that way.",
            "",
        ),
    ],
)
def test_a_failed_call_in_one_sentence(
    kind: FailureKind, type_name: str, text: str, trace: tuple[TraceLine, ...], said: str, place: str
) -> None:
    raised = Failed(kind, "mean", type_name, text, trace)
    failure = call_failed("mean", raised)
    assert str(failure) == said.replace("{place}", place)
    assert failure.cause == said.replace("{place}", "")
    assert str(call_failed("mean", raised, line=False)) == failure.cause


@pytest.mark.parametrize(
    ("kind", "similar", "said"),
    [
        (FailureKind.MISSING, "", "`mean` is not defined."),
        (FailureKind.MISSING, "mean_of", "`mean` is not defined; found `mean_of`. Did you rename it?"),
        (
            FailureKind.MISSING,
            "m\u0435an",
            "found `m\u0435an`, whose letter \u0435 (U+0435) looks like another.",
        ),
        (FailureKind.METHOD, "Answers", "found one in the class `Answers`: the checks call functions"),
        (FailureKind.NESTED, "total", "found one inside the function `total`: is its line `def` indented"),
        (FailureKind.MAIN_ONLY, "", 'found one under `if __name__ == "__main__":`. The checks import'),
    ],
)
def test_a_missing_function_is_named_with_a_similar_one(kind: FailureKind, similar: str, said: str) -> None:
    assert said in str(call_failed("mean", Failed(kind, similar)))


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        (FailureKind.RAISED, "ValueError", ValueError),
        (FailureKind.RAISED, "KeyError", LookupError),
        (FailureKind.RAISED, "ZeroDivisionError", ArithmeticError),
        (FailureKind.RAISED, "AssertionError", None),
        (FailureKind.RAISED, "MemoryError", None),
        (FailureKind.RAISED, "EmptyBasketError", None),
        (FailureKind.RAISED, "print", None),
        (FailureKind.ARGUMENTS, "TypeError", None),
        (FailureKind.STUB, "NotImplementedError", None),
    ],
)
def test_a_check_can_expect_what_a_task_raises(
    kind: FailureKind, name: str, expected: type[Exception] | None
) -> None:
    """Exceptions of Python are caught as under plain pytest; a stub or a wrong signature is never one."""
    raised = Failed(kind, "mean", name, "no numbers")
    failure = call_failed("mean", raised).in_call(3)
    assert isinstance(failure, SubmissionFailed)
    assert failure.call == 3
    builtin = {*type(failure).__mro__} - {*SubmissionFailed.__mro__, type(failure)}
    assert expected in builtin if expected else not builtin
    if kind == FailureKind.RAISED:
        assert str(failure) == f"mean raised {name}: no numbers"


@pytest.mark.parametrize(
    ("trace", "said"),
    [
        ((), "Expected a compiled model, received none: compile it."),
        (LINE, "support.fit raised ValueError: Expected a compiled model, received none: compile it."),
    ],
)
def test_what_support_code_expected_is_said_as_by_a_check(trace: tuple[TraceLine, ...], said: str) -> None:
    text = "Expected a compiled model, received none: compile it."
    raised = Failed(FailureKind.RAISED, "", "ValueError", text, trace)
    assert str(call_failed("support.fit", raised, line=False)) == said


def test_a_failure_in_a_call_keeps_its_class_advice_and_lines() -> None:
    """The call's number is all that is added."""
    raised = Failed(FailureKind.RAISED, "mean", "KeyError", "'x'", LINE)
    failure = call_failed("mean", raised, line=False, advice="Is it there?", locations=["a line"]).in_call(3)
    assert isinstance(failure, KeyError)
    assert str(failure) == "mean raised KeyError: 'x'\nIs it there?"
    assert (failure.call, failure.locations, failure.cause) == (3, ("a line",), "mean raised KeyError: 'x'")

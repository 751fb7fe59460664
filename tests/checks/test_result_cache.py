"""A submission that replies what an earlier one replied has the earlier one's results, and no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.checks.failures import SubmissionFailed
from autograder.checks.result_cache import (
    CachedCheck,
    CachedResults,
    Call,
    GeneratedNames,
    ResultCache,
    Trace,
    next_key,
    portable_digest,
)
from autograder.checks.results import make_result
from autograder.checks.training_cache import Training
from autograder.files import DiskCache
from autograder.kit import Kit
from autograder.models import Outcome, Report
from autograder.wire.call_messages import CallRequest, Returned
from autograder.wire.codec import pack

ASKED = CallRequest({"layers": [], "value": "wide"})


def layer(name: object = "dense_4") -> dict[str, object]:
    return {"class": "Dense", "name": name}


def reply(*layers: dict[str, object], blob: bytes = b"weights", value: object = None) -> Returned:
    return Returned({"layers": list(layers), "value": value}, blob)


def digest(reply: Returned | SubmissionFailed, asked: CallRequest = ASKED, mentioned: str = "") -> str | None:
    return ResultCache(GeneratedNames(frozenset({mentioned}))).digester().digest(reply, asked)


def test_names_that_keras_made_up_do_not_count() -> None:
    """Keras numbers layers through the whole process, so the number says nothing about the answer."""
    assert (
        digest(reply(layer("dense_4"))) == digest(reply(layer("dense"))) == digest(reply(layer("dense_12")))
    )
    assert list(ResultCache().generated_names(reply(layer("dense_4"), layer("top")), ASKED)) == ["dense_4"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (reply(layer()), reply(layer("top"))),
        (reply(layer()), reply(layer("dense_4x"))),
        (reply(layer()), reply(layer(), blob=b"others")),
        (reply(layer()), reply(layer(0))),
        (reply(layer()), reply({"class": "Dense"})),
        (reply(layer("dense"), layer("dense_1")), reply(layer("dense"), layer("dense"))),
        (reply(value={"dict": layer("dense_1")}), reply(value={"dict": layer("dense_2")})),
        (reply(value={"dict": {"a": 1, "b": 2}}), reply(value={"dict": {"b": 2, "a": 1}})),
        (reply(value=1), reply(value=True)),
    ],
)
def test_whatever_a_submission_chose_counts(one: Returned, other: Returned) -> None:
    """Another name, other bytes, another order, the same name twice: another reply."""
    assert digest(one) != digest(other)


def digests(*replies: Returned) -> list[str | None]:
    """The digests of the replies along one trace."""
    digester = ResultCache().digester()
    return [digester.digest(each, ASKED) for each in replies]


CHOSEN = {"class": "Conv2D", "name": "dense_1"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # A generated name may be the name that somebody chose for a layer of another kind.
        ([reply(layer("dense_1"), CHOSEN)], [reply(layer("dense_2"), CHOSEN)]),
        ([reply(layer("dense_1"), value="dense_1")], [reply(layer("dense_2"), value="dense_1")]),
        # So it may across the replies of one trace, whichever comes first.
        ([reply(layer("dense_1")), reply(CHOSEN)], [reply(layer("dense_2")), reply(CHOSEN)]),
        ([reply(CHOSEN), reply(layer("dense_1"))], [reply(CHOSEN), reply(layer("dense_2"))]),
        # And two replies may have one generated name, or two.
        ([reply(layer("dense")), reply(layer("dense"))], [reply(layer("dense")), reply(layer("dense_1"))]),
    ],
)
def test_what_a_generated_name_equals_counts(one: list[Returned], other: list[Returned]) -> None:
    """A check may compare names, so equal ones and different ones are told apart."""
    assert digests(*one) != digests(*other)


def test_generated_names_that_are_equal_alike_do_not_count_in_later_replies() -> None:
    """Only the pattern of equality counts, not the numbers."""
    one = digests(reply(layer("dense")), reply(layer("dense_1")), reply(layer("dense")))
    assert one == digests(reply(layer("dense_7")), reply(layer("dense_9")), reply(layer("dense_7")))


def test_a_name_that_was_asked_with_counts() -> None:
    """Where the check named a layer, its name may be what the task is about."""
    asked = CallRequest({"layers": [layer("dense_4")], "value": None})
    assert digest(reply(layer("dense_4")), asked) != digest(reply(layer("dense_7")), asked)


def test_a_name_that_the_kit_speaks_of_counts(toy: Kit) -> None:
    """Where a check compares with a name of the kit's own, such names are never made up."""
    assert digest(reply(layer("dense")), mentioned="dense") != digest(
        reply(layer("dense_1")), mentioned="dense"
    )
    check = b"def test_x():\n    assert build().name == 'dense_1'\n"
    kit = replace(toy, files={**toy.files, "test_hidden.py": check})
    assert list(GeneratedNames.from_files(toy.files).find(reply(layer()).value, ASKED)) == [(0, layer())]
    assert list(GeneratedNames.from_files(kit.files).find(reply(layer()).value, ASKED)) == []


@pytest.mark.parametrize("value", [None, 1, {}, {"layers": 1}, {"layers": [1, {}, {"class": 1}]}])
def test_a_reply_that_is_none_has_a_digest(value: object) -> None:
    """What came may be anything that JSON can say."""
    assert digest(Returned(value)) is not None


def test_failures_that_time_or_memory_decide_are_never_kept() -> None:
    """What timed out or crashed may come out otherwise the next time; an exception may not."""
    assert digest(SubmissionFailed("timed_out", "slow")) is None
    assert digest(SubmissionFailed("crashed", "gone")) is None
    assert digest(SubmissionFailed("failed", "a")) != digest(SubmissionFailed("failed", "b"))


@pytest.mark.parametrize("outcome", ["timed_out", "crashed", "grader_error"])
def test_a_path_that_time_or_memory_ended_is_not_repeatable(toy: Kit, outcome: Outcome) -> None:
    """An earlier task of the same submission may have used up the memory: the replies did not decide."""
    calls = ((Call.from_request("add", ASKED), "digest"),)
    assert Trace(
        "start", calls, CachedResults((CachedCheck(make_result(toy.checks[0], "failed", "")),))
    ).repeatable
    assert not Trace(
        "start", calls, CachedResults((CachedCheck(make_result(toy.checks[0], outcome, "")),))
    ).repeatable


def test_a_path_that_asks_with_megabytes_is_not_kept(toy: Kit) -> None:
    """Models of a submission's may be in what is asked; the examiner does not collect them."""
    calls = ((Call("add", "{}", bytes(2 << 20)), "digest"),)
    assert not Trace("start", calls, CachedResults(())).repeatable


def test_the_first_path_stays_where_a_later_one_contradicts_it(toy: Kit) -> None:
    """Checks that ask differently after the same replies are no pure functions: nothing is replaced."""
    cache, end = ResultCache(), CachedResults((CachedCheck(make_result(toy.checks[0], "passed", "")),))
    for name in ("add", "mean"):
        cache.store(Trace("start", ((Call.from_request(name, ASKED), "same"),), end))
    assert cache.step("start") == Call.from_request("add", ASKED)


def test_paths_that_begin_alike_part_where_their_replies_differ(toy: Kit) -> None:
    """Two submissions that agree in the first reply and not in the second each have their own end."""
    check, cache = toy.checks[0], ResultCache()
    first, second = Call("add", '{"a": 1}'), Call("mean", '{"b": 2}')
    ends = {
        name: CachedResults((CachedCheck(make_result(check, name, "")),)) for name in ("passed", "failed")
    }
    for name, digest in (("passed", "right"), ("failed", "wrong")):
        path = Trace("start", ((first, "same"), (second, digest)), ends[name])
        cache.store(msgspec.json.decode(msgspec.json.encode(path), type=Trace))
    assert cache.step("start") == first
    parting = next_key("start", "same")
    assert cache.step(parting) == second
    assert cache.step(next_key(parting, "right")) == ends["passed"]
    assert cache.step(next_key(parting, "wrong")) == ends["failed"]
    assert cache.step(next_key(parting, "new")) is None


def test_a_cache_on_disk_is_that_of_a_later_run(toy: Kit, tmp_path: Path) -> None:
    """Calls and results come back as they were stored, in the same context only."""
    call, result = Call("add", '{"a": 1}', b"\0weights"), make_result(toy.checks[0], "failed", "Expected ü.")
    end = CachedResults((CachedCheck(result, 0, (Training("key", "hash", [1.5]),)),))
    ResultCache(disk=DiskCache(tmp_path), context="one").store(Trace("start", ((call, "right"),), end))
    later = ResultCache(disk=DiskCache(tmp_path), context="one")
    assert later.step("start") == call
    assert later.step(next_key("start", "right")) == end
    assert later.step(next_key("start", "wrong")) is None
    assert ResultCache(disk=DiskCache(tmp_path), context="other").step("start") is None


def test_a_trace_on_disk_stays_where_a_later_one_contradicts_it(toy: Kit, tmp_path: Path) -> None:
    """This holds across runs, too."""
    end = CachedResults((CachedCheck(make_result(toy.checks[0], "passed", "")),))
    for name in ("add", "mean"):
        cache = ResultCache(disk=DiskCache(tmp_path))
        cache.store(Trace("start", ((Call.from_request(name, ASKED), "same"),), end))
        assert cache.step("start") == Call.from_request("add", ASKED)


def test_a_second_submission_with_the_same_replies_gets_the_same_report(
    examine: Callable[[str], Report], solved: str
) -> None:
    """Times aside, a report does not show whether its checks ran or were taken from an earlier submission."""

    def timeless(report: Report) -> Report:
        checks = tuple(replace(check, seconds=0) for check in report.checks)
        return replace(report, checks=checks, seconds=0, source="")

    wrong = solved + "\ndef mean(numbers):\n    return 2.0\n"
    assert timeless(examine(wrong)) == timeless(examine(wrong + "\n# the same in other words\n"))


def test_an_answer_that_is_right_in_public_only_is_still_found_out(
    examine: Callable[[str], Report], solved: str
) -> None:
    """Sharing the first replies with a right answer is worth nothing in the checks that follow."""
    right = examine(solved)
    lucky = examine(solved + "\ndef mean(numbers):\n    return float(numbers[:3].mean())\n")
    assert right.score == right.max_score
    assert [check.name for check in lucky.checks if check.outcome != "passed"] == [
        "test_mean_of_other_numbers"
    ]


def network(**optimizer: Any) -> Any:
    import keras

    kernels = {"kernel_initializer": "ones"}
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, **kernels), keras.layers.Softmax()])
    model.compile(optimizer=keras.optimizers.Adam(**optimizer), loss="mse")
    return model


def graph(operation: str) -> Any:
    import keras

    start = keras.Input((2,))
    return keras.Model(start, getattr(keras.ops, operation)(keras.layers.ReLU()(start)))


def own_layer() -> Any:
    import keras

    return type("Mine", (keras.layers.Layer,), {})()


def renamed() -> Any:
    model = network()
    model.layers[0].name = f"{model.layers[0].name}_copy"
    return model


def wrong_input() -> Any:
    import keras

    return keras.layers.Dense(1)(keras.Input((2,)), keras.Input((3,)))


# What a submission may answer that holds names from Keras' counters; no two of them are the same answer.
ANSWERS: dict[str, Callable[[], Any]] = {
    "a compiled network": network,
    "another rate": lambda: network(learning_rate=0.5),
    "two networks": lambda: [network(), network()],
    "an operation": lambda: graph("relu"),
    "another operation": lambda: graph("exp"),
    "a layer that is refused": own_layer,
    "a name made of another": renamed,
    "names as texts": lambda: [layer.name for layer in network().layers],
    "names as keys": lambda: {layer.name: 1 for layer in network().layers},
    "an exception": wrong_input,
}


def digest_of_answer(name: str) -> str | None:
    """The digest of what a submission replies."""
    try:
        packed = pack(ANSWERS[name]())
    except Exception as error:
        return portable_digest(SubmissionFailed("failed", f"build raised {type(error).__name__}: {error}"))
    return portable_digest(Returned(packed.head, packed.blob))


@settings(deadline=None, max_examples=10, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(list(ANSWERS)), max_size=3), st.sampled_from(list(ANSWERS)))
def test_an_answer_has_one_portable_digest_whatever_was_made_before(earlier: list[str], name: str) -> None:
    """Keras numbers layers, models, operations and optimizers through the whole process."""
    first = digest_of_answer(name)
    for other in earlier:
        digest_of_answer(other)
    assert first is not None
    assert digest_of_answer(name) == first


def test_different_answers_have_different_portable_digests() -> None:
    assert len({digest_of_answer(name) for name in ANSWERS}) == len(ANSWERS)

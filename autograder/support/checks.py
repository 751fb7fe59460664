"""Write checks: `@check` says what a check is worth, and the fixture `call` asks the student's functions.

This module is a pytest plugin; the examiner and the handout's `conftest.py` load it.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pytest

from .errors import describe, fail

if TYPE_CHECKING:
    from .changes import Snapshot

Result = TypeVar("Result")
Test = TypeVar("Test", bound=Callable[..., None])


def check(task: str, *, points: float, hint: str, hidden: bool = False) -> Callable[[Test], Test]:
    """Declare a test function as a check of `task`.

    Students see the `hint` if the check fails. Handouts do not contain hidden checks.
    """

    def declare(function: Test) -> Test:
        marked: Test = pytest.mark.task(task, points=points, hint=hint)(function)
        return pytest.mark.hidden(marked) if hidden else marked

    return declare


class Call:
    """Calls tasks in one check, each after setting the kit's seed.

    A call with equal arguments is made once for all checks of a task; later ones get the same answer, or the
    same exception. An object of a class that is a task is made for each check. Plain data is passed and
    returned as in the grader. `argument` is the first argument of the last call, and `before` its state
    before that call, if it is a model.
    """

    def __init__(self, settings: Mapping[str, Any], memory: dict[Any, _Made]) -> None:
        self.settings = settings
        self.argument: Any = None
        self._before: Snapshot | None = None
        self._memory = memory

    @property
    def before(self) -> Snapshot:
        """Return the state of `argument` before the last call."""
        if self._before is None:
            raise TypeError("Expected a call whose first argument is a model, found none: what is `before`?")
        return self._before

    def __call__(self, task: Callable[..., Any], *arguments: Any) -> Any:
        """Return the answer of `task`, made once for equal arguments; objects of a class are always new."""
        __tracebackhide__ = True
        # A task whose answers stay in the grader's sandbox has no name.
        if isinstance(task, type) or not hasattr(task, "__name__"):
            return self.fresh(task, *arguments)
        key = (task.__name__, *map(_content, arguments))
        if key not in self._memory:
            self._memory[key] = _Made(self.settings.get("seed", 0), _with_plain_data(task), arguments)
        return self._use(self._memory[key])

    def fresh(self, task: Callable[..., Any], *arguments: Any) -> Any:
        """Return an answer of `task` for this check alone, which may change it, such as by training."""
        __tracebackhide__ = True
        return self._use(_Made(self.settings.get("seed", 0), _with_plain_data(task), arguments))

    def twice(self, task: Callable[..., Any], *arguments: Any) -> list[Any]:
        """Return the answers of two calls with the very same arguments.

        The grader's tasks have `twice`, which makes both calls at once: an object that is in both answers
        there is one object here.
        """
        __tracebackhide__ = True

        def both(*same: Any) -> list[Any]:
            return list(task.twice(*same)) if hasattr(task, "twice") else [task(*same) for _ in range(2)]

        return list(self.fresh(both, *arguments))

    def raises(
        self, error: type[Exception], task: Callable[..., Any], *arguments: Any, hint: str = ""
    ) -> None:
        """Assert that `task` raises this exception of Python for these arguments."""
        __tracebackhide__ = True
        try:
            answer = self(task, *arguments)
        except NotImplementedError:  # a task that is not written yet
            raise
        except error:
            return
        fail(error.__name__, describe(answer), hint or "Which arguments does the task refuse, and how?")

    def once(self, steps: Callable[[Call], Result]) -> Result:
        """Return what `steps(call)` returned at its first run, for steps that several checks share.

        `argument` and `before` are then those of the last call that the steps made.
        """
        __tracebackhide__ = True
        if steps not in self._memory:
            inner = Call(self.settings, self._memory)
            self._memory[steps] = _Made(self.settings.get("seed", 0), steps, (inner,))
        made: _Made = self._memory[steps]
        (inner,) = made.arguments
        self.argument, self._before = inner.argument, inner._before
        result: Result = made.answer()
        return result

    def _use(self, made: _Made) -> Any:
        __tracebackhide__ = True
        self.argument = made.arguments[0] if made.arguments else None
        self._before = made.before
        return made.answer()


class _Made:
    """A call that was made: its arguments, the first one's state before, and the answer or exception."""

    def __init__(self, seed: int, task: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self.arguments = arguments
        self.before = _snapshot(arguments[0]) if arguments and _is_model(arguments[0]) else None
        self._answer: Any = None
        self._error: Exception | None = None
        _set_seed(seed)
        try:
            self._answer = task(*arguments)
        except Exception as error:
            self._error = error

    def answer(self) -> Any:
        __tracebackhide__ = True
        if self._error is not None:
            raise self._error
        return self._answer


@pytest.fixture(scope="session")
def call_memory() -> dict[str, dict[Any, Any]]:
    """Return the calls of this run, by task."""
    return {}


@pytest.fixture
def call(request: pytest.FixtureRequest, settings: Mapping[str, Any], call_memory: dict[str, Any]) -> Call:
    """Return what calls the task of a check."""
    mark = request.node.get_closest_marker("task")
    return Call(settings, call_memory.setdefault(str(mark.args[0]) if mark else "", {}))


def _with_plain_data(task: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that calls `task` as the grader does, so that a check says the same wherever it runs.

    The grader calls a student's functions in another process. Tensors arrive there and here as NumPy arrays,
    a subclass of a list or an array as the plain type, and what a function changes in an array, a list or a
    dict that it was passed stays with the function. Models are the exception: what a function does to them
    is seen.
    """

    def call_task(*arguments: Any) -> Any:
        __tracebackhide__ = True
        return plain_copy(task(*plain_copy(arguments)))

    return call_task


def _set_seed(seed: int) -> None:
    """Set the seeds of Python, NumPy and, if the kit uses it, Keras."""
    if "keras" in sys.modules:
        from .running import set_deterministic

        set_deterministic(seed)
    else:
        random.seed(seed)
        np.random.seed(seed)


def _snapshot(model: Any) -> Snapshot:
    from .changes import snapshot

    return snapshot(model)


def _is_model(value: Any) -> bool:
    return hasattr(value, "layers") and hasattr(value, "get_weights")


def _content(value: Any) -> object:
    """Return a key that is equal for equal arguments: of models and arrays, a hash of their content."""
    if _is_model(value):
        from .networks import settings

        described = settings(value)
        if compiled := described["compile settings"]:
            # Keras numbers optimizers by the order in which they are made.
            compiled["optimizer"]["config"].pop("name", None)
        digest = hashlib.sha256(json.dumps(described, sort_keys=True, default=str).encode())
        for array in value.get_weights():
            digest.update(array.tobytes())
        return digest.hexdigest()
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, (int, float, str, bytes, bool, type(None))):
        return type(value), value
    return id(value), repr(value)


def plain_copy(value: Any) -> Any:
    """Return a copy of plain data, with arrays for tensors and variables; return any other value itself."""
    array = _as_array(value)
    if array is not None:
        return array
    for kind in (list, tuple, set, frozenset):
        if isinstance(value, kind):
            return kind(map(plain_copy, value))
    # The grader's record of a training is a dict, too, and has this attribute.
    if isinstance(value, dict) and not hasattr(value, "history"):
        return {key: plain_copy(item) for key, item in value.items()}
    # A data frame or a column of one. Its library is not named here: Keras imports what a kit's code names.
    return value.copy() if hasattr(value, "iloc") else value


def _as_array(value: Any) -> np.ndarray | None:
    """Return a new array for an array, a tensor or a variable, and None for any other value."""
    if not isinstance(value, (np.ndarray, *_tensor_types())):
        return None
    try:
        array = np.asarray(value).copy()
    except Exception:  # a tensor without numbers, of a graph
        return None
    items = array.ravel().tolist() if array.dtype.kind in "OS" else []
    if items and all(isinstance(item, (str, bytes)) for item in items):
        texts = [item.decode() if isinstance(item, bytes) else item for item in items]
        return np.array(texts, dtype=str).reshape(array.shape)
    return array


def _tensor_types() -> tuple[type, ...]:
    """Return the types of tensors and variables with numbers, of the libraries that are imported."""
    tensorflow, keras = sys.modules.get("tensorflow"), sys.modules.get("keras")
    types = (tensorflow.Tensor, tensorflow.Variable) if tensorflow else ()
    return (*types, keras.Variable) if keras else types

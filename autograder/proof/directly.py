"""Puts a known answer to a kit's checks in this process, without a sandbox: it is the staff's own text."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from ..examiner.proxies import Proxies, SubmissionFailed
from .answers import Answer


def attach(proxies: Proxies, answer: Answer) -> None:
    """Load an answer and send the calls of the checks straight to its functions; raises what loading does."""
    module = ModuleType(proxies.__name__)
    module.__file__ = f"{proxies.__name__}.py"
    exec(compile(answer.text, module.__file__, "exec"), module.__dict__)  # noqa: S102 - see above
    proxies.attach(lambda function, args, kwargs: _call(module, function, args, kwargs))


def _call(module: ModuleType, function: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a function of the answer; what it raises means what it means to the examiner."""
    if not hasattr(module, function):
        raise SubmissionFailed("not_attempted", f"{function} is missing")
    try:
        return getattr(module, function)(*args, **kwargs)
    except NotImplementedError as error:
        raise SubmissionFailed("not_attempted", str(error)) from error
    except Exception as error:
        raise SubmissionFailed("failed", f"{type(error).__name__}: {error}") from error

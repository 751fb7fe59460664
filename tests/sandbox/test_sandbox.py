"""Honest submissions, and those that end, hang or answer nonsense, at the level that conftest names."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest

from autograder.models import Source
from autograder.sandbox.guest.messages import EndRequest, encode
from autograder.sandbox.policy import Isolation, Limits
from autograder.sandbox.protocol import BadReply, ChildDied, ChildTimedOut, SandboxBroken, SandboxFailure
from autograder.sandbox.sandbox import Sandbox
from autograder.wire.call_messages import FailureKind, TraceLine

pytestmark = pytest.mark.needs("bubblewrap")


def server_process(sandbox: Sandbox) -> int:
    """Return the fork server's process: bubblewrap's child, or the one that was started."""
    started = sandbox._server._process.pid
    children = Path(f"/proc/{started}/task/{started}/children").read_text().split()
    return int(children[0]) if sandbox.isolation is Isolation.BUBBLEWRAP else started


ADD = "def add(a, b=1):\n    return a + b\n"


def test_a_function_is_called_with_values_and_answers_with_one(call):
    loaded = call.load(ADD)
    assert (loaded.ok, loaded.problem) == (True, None)
    assert call("add", 2) == 3
    assert call("add", [1], b=[2]) == [1, 2]


def test_what_a_function_does_to_its_arguments_comes_back(call):
    from autograder.wire.call_messages import CallRequest, Returned
    from autograder.wire.codec import pack, unpack

    call.load("def grow(words):\n    words.append('more')\n    return words\n")
    packed = pack(((["one"],), {}))
    reply = call.sandbox.call("grow", CallRequest(packed.head, packed.blob), 10)
    assert isinstance(reply, Returned)
    value, _ = unpack(reply.value, reply.blob)
    assert value == {"answer": ["one", "more"], "args": (["one", "more"],), "kwargs": {}}


def test_given_code_and_inputs_can_be_used(call):
    call.load(
        "import lesson\ndef words():\n    return lesson.load('words.txt'), lesson.SECRET_OF_THE_LESSON\n"
    )
    assert call("words") == ("some words", 7)


def test_loading_starts_from_the_seed(call):
    text = "import random\nDRAWN = random.random()\ndef drawn():\n    return DRAWN\n"
    drawn = []
    for _ in range(2):
        call.load(text)
        drawn.append(call("drawn"))
    assert drawn[0] == drawn[1]


def test_every_call_starts_from_the_seed_even_where_the_submission_replaces_prepare(call):
    call.load("import lesson, random\nlesson.prepare = print\ndef draw():\n    return random.random()\n")
    first = call("draw")
    assert call("draw") == first
    call.load("import random\ndef draw():\n    return random.random()\n")
    assert call("draw") == first


def test_hashes_are_the_same_in_every_sandbox(call):
    call.load("def h():\n    return hash('text')\n")
    with Sandbox({}, "transfer", limits=call.sandbox.limits, isolation=call.sandbox.isolation) as other:
        again = type(call)(other)
        again.load("def h():\n    return hash('text')\n")
        assert again("h") == call("h")


def test_an_exception_comes_with_the_students_own_lines(call):
    call.load("def outer(x):\n    return inner(x)\n\ndef inner(x):\n    return 1 / x\n")
    with pytest.raises(call.Raised, match="ZeroDivisionError: division by zero") as raised:
        call("outer", 0)
    assert raised.value.trace == (
        TraceLine(2, "outer", "return inner(x)"),
        TraceLine(5, "inner", "return 1 / x"),
    )
    assert call("outer", 2) == 0.5


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("raise NotImplementedError", "NotImplementedError"),
        ("raise type('Mine', (NotImplementedError,), {})", "NotImplementedError"),
        ("raise SystemExit(0)", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("return g()", "RecursionError"),
    ],
)
def test_any_exception_is_a_reply_and_not_an_end(call, body, kind):
    call.load(f"def f():\n    {body}\n\ndef g():\n    return g()\n\n{ADD}")
    with pytest.raises(call.Raised) as raised:
        call("f")
    assert raised.value.type == kind
    assert call("add", 1) == 2


def test_an_exception_that_cannot_be_printed_is_still_a_reply(call):
    call.load(
        "class E(Exception):\n    def __str__(self):\n        raise ValueError\ndef f():\n    raise E\n"
    )
    with pytest.raises(call.Raised, match="no readable text"):
        call("f")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import subprocess; subprocess.run(['ls'])", "no program can be started here"),
        ("import os; os.popen('ls')", "no program can be started here"),
        ("import multiprocessing; multiprocessing.Pool(1)", "no program can be started here"),
        ("import urllib.request; urllib.request.urlopen('http://a.example')", "there is no network here"),
        ("import socket; socket.create_connection(('a.example', 80))", "there is no network here"),
    ],
)
def test_what_the_sandbox_refuses_is_said_in_words(call, body, said):
    call.load(f"def f():\n    {body}\n")
    with pytest.raises(call.Raised, match=said):
        call("f")


def test_python_refuses_arguments_of_a_function_of_its_own_alone(call):
    """An error of a function in C, such as a cache, says nothing about the line `def`."""
    call.load("import functools\n\ndef own(x): pass\n\n@functools.cache\ndef cached(x): pass\n")
    kinds = []
    for function, arguments in (("own", ()), ("cached", ([1],))):
        with pytest.raises(call.Raised) as raised:
            call(function, *arguments)
        kinds.append(raised.value.kind)
    assert kinds == [FailureKind.ARGUMENTS, FailureKind.RAISED]


@pytest.mark.parametrize(
    "line",
    [
        "import io, sys; sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='utf-8'); print('ä')",
        "import argparse; argparse.ArgumentParser().parse_args()",
        "import sys; assert len(sys.argv) == 1",
        "import getpass; getpass.getuser()",
        "import os; os.environ['USER'] + os.environ['LOGNAME']",
    ],
)
def test_a_submission_finds_what_programs_usually_find(call, line):
    loaded = call.load(f"{line}\n{ADD}")
    assert (loaded.ok, loaded.problem) == (True, None)
    assert call("add", 1) == 2


def test_a_missing_function_is_said_to_be_missing(call):
    call.load("def other(): pass")
    with pytest.raises(call.Raised) as raised:
        call("add")
    assert raised.value.kind == FailureKind.MISSING


def test_what_is_printed_is_kept_from_every_child_and_cut_at_the_limit(call):
    call.load(
        "import os\nprint('loading\\x1b[31m')\ndef f(n):\n    print('x' * n)\n    os.write(2, b'err\\n')\n"
    )
    call("f", 3)
    assert call.sandbox.output() == "loading[31m\nxxx\nerr\n"
    call("f", 100_000)
    assert call.sandbox.output().endswith("xx\n[cut after 4096 bytes]")
    call.sandbox.clear()
    assert call.sandbox.output() == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x = 1\nx = y\n", "transfer.py:2: NameError: name 'y' is not defined"),
        ("def f(:\n", "transfer.py:1: SyntaxError: invalid syntax"),
        ("import sys\n\nsys.exit()\n", "transfer.py:3: the code ends the program while it is loaded."),
        ("raise KeyboardInterrupt\n", "transfer.py:1: KeyboardInterrupt"),
        ("import os\nos._exit(4)\n", "transfer.py: loading it failed: it exited with status 4."),
    ],
)
def test_a_file_that_does_not_load_has_a_problem_with_its_line(call, text, sentence):
    loaded = call.load(text)
    assert (loaded.ok, loaded.problem) == (False, sentence)


def test_a_statement_that_raises_is_lost_alone(call):
    loaded = call.load("a = 1", "b = 1\nb = c", "def f():\n    return a\n", "def (", tolerant=True)
    assert loaded.ok
    assert loaded.notes == (
        "transfer.ipynb, code cell 2, line 2: NameError: name 'c' is not defined. This statement was left "
        "out.",
        "transfer.ipynb, code cell 4, line 1: SyntaxError: invalid syntax. This cell was left out.",
    )
    assert call("f") == 1


def test_a_submission_is_no_program(call):
    text = "import sys\nname = __name__\nsame = vars(sys.modules[name]) is globals()\n"
    call.load(text + "def f(): return name, same\n")
    assert call("f") == ("transfer", True)


@pytest.mark.parametrize(
    ("seconds", "text", "problem"),
    [
        (
            5,
            "while True: pass",
            "transfer.py:1: it did not end within 4.5 s: is there an endless loop?",
        ),
        (
            0.5,
            "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass",
            "transfer.py: loading it failed: it did not answer within 0.5 s.",
        ),
    ],
)
def test_loading_that_does_not_end_is_a_problem(call, seconds, text, problem):
    limits = Limits(load_seconds=seconds)
    with Sandbox({}, "transfer", limits=limits, isolation=call.sandbox.isolation) as sandbox:
        assert sandbox.load(Source("transfer.py", (text,), False)).problem == problem


@pytest.mark.parametrize("tolerant", [False, True])
def test_a_submission_finds_the_handouts_files_where_it_runs(call, tolerant):
    text = (
        "import os, pathlib\nhere = pathlib.Path(__file__).parent\n"
        "def f(): return open('inputs/words.txt').read(), (here / 'inputs' / 'words.txt').read_text(), "
        "sorted(os.listdir()), 'load' in pathlib.Path('lesson.py').read_text()\n"
    )
    assert call.load(text, tolerant=tolerant).notes == ()
    names = ["inputs", "lesson.py", *([] if tolerant else ["transfer.py"])]
    assert call("f") == ("some words", "some words", names, True)


def test_a_submission_imports_what_it_writes_and_cannot_change_what_is_given(call):
    text = (
        "open('helper.py', 'w').write('x = 7')\nimport helper\nopen('inputs/mine.txt', 'w').write('mine')\n"
        "def f(): return helper.x, open('inputs/mine.txt').read()\n"
        "def g(): return open('inputs/words.txt', 'a').write('more')\n"
    )
    assert call.load(text, tolerant=True).notes == ()
    assert call("f") == (7, "mine")
    with pytest.raises(call.Raised, match=r"PermissionError|Read-only file system"):
        call("g")


def test_a_cell_may_await(call):
    later = "async def g():\n    await asyncio.sleep(0)\n    return 3"
    loaded = call.load("import asyncio", later, "x = await g()", "def f(): return x", tolerant=True)
    assert loaded.notes == ()
    assert call("f") == 3


def test_a_statement_that_does_not_end_is_lost_alone(call):
    loaded = call.load("def f(): return 1", "while True: pass", "def g(): return f() + 1", tolerant=True)
    place = re.escape("transfer.ipynb, code cell 2, line 1: it did not end within ")
    assert re.match(rf"{place}0\.2\d* s", loaded.notes[0])
    assert call("g") == 2


HANG = """
for s in set(signal.valid_signals()) - {9, 19}:
    signal.signal(s, signal.SIG_IGN)
"""


@pytest.mark.parametrize(
    ("body", "error", "reason"),
    [
        ("os._exit(3)", ChildDied, "it exited with status 3"),
        ("os.abort()", ChildDied, "it crashed (SIGABRT)"),
        ("ctypes.string_at(0)", ChildDied, "it crashed (SIGSEGV)"),
        ("signal.pause()", ChildTimedOut, "it did not answer within 0.3 s"),
        ("[os.close(n) for n in range(64) if n > 2]", (ChildDied, ChildTimedOut), "it "),
        ("os.closerange(0, 64); signal.pause()", ChildDied, "it closed its connection"),
        ("[os.write(n, b'x' * 64) for n in range(3, 10)]", BadReply, "frame"),
        ("[os.write(n, b'\\0\\0\\0\\2\\0\\0\\0\\0{}') for n in range(3, 10)]", BadReply, "this call"),
        ("[os.write(n, b'\\0\\0\\0\\2\\0\\0\\0\\0[]') for n in range(3, 10)]", BadReply, "JSON object"),
    ],
)
def test_a_child_that_fails_costs_one_call_and_is_loaded_again(call, body, error, reason):
    call.load(f"import ctypes, os, signal\n{HANG}\ndef f():\n    {body}\n\n{ADD}")
    with pytest.raises(error) as failure:
        # Only what may not answer at all needs a short limit.
        call("f", seconds=30 if error in (ChildDied, BadReply) else 0.3)
    assert reason in str(failure.value)
    assert isinstance(failure.value, SandboxFailure)
    assert call("add", 1) == 2


def test_a_child_may_end_again_and_again(call):
    call.load("import os\ndef f():\n    os._exit(1)\n")
    with pytest.raises(ChildDied):
        call("f")
    with pytest.raises(ChildDied, match="status 1"):
        call("f")


def test_processor_time_has_an_end(call):
    call.load("def f():\n    while True: pass\n")
    with pytest.raises(ChildDied, match="more than 1 s of processor time"):
        call("f", seconds=60)


def test_output_without_end_ends_the_child(call):
    call.load(f"def f():\n    while True: print('x' * 1000)\n{ADD}")
    with pytest.raises(ChildDied, match="it printed more than 1 MB"):
        call("f")
    assert call("add", 1) == 2


def test_a_fork_of_the_owner_loads_and_calls_and_the_owner_clears(call):
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            call.load(ADD)
            os.write(writing, str(call("add", 41)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(process, 0)
    assert os.read(reading, 10) == b"42"
    os.close(reading)
    call.sandbox.clear()
    call.load(ADD)
    assert call("add", 1) == 2


def test_a_fork_that_ends_in_the_middle_leaves_the_server_usable(call):
    process = os.fork()
    if process == 0:
        try:
            call.load(ADD)
            call.sandbox._server._control.send(encode(EndRequest("never read")))
        finally:
            os._exit(0)
    os.waitpid(process, 0)
    server = call.sandbox._server
    call.sandbox.clear()
    assert call.sandbox._server is server
    call.load(ADD)
    assert call("add", 1) == 2


def test_clear_replaces_a_fork_server_that_is_gone(call):
    call.load(ADD)
    os.kill(server_process(call.sandbox), signal.SIGKILL)
    call.sandbox._server._process.wait()
    with pytest.raises(SandboxBroken):
        call.load(ADD)
    call.sandbox.clear()
    call.load(ADD)
    assert call("add", 1) == 2


@pytest.mark.parametrize(
    ("lesson", "found"),
    [
        (b"import nothing_of_that_name", "No module named 'nothing_of_that_name'"),
        (b"import threading, time\nthreading.Thread(target=time.sleep, args=(99,)).start()", "one thread"),
    ],
)
def test_given_code_that_fails_or_starts_threads_is_refused(call, lesson, found):
    given, isolation = {"lesson.py": lesson}, call.sandbox.isolation
    with (
        Sandbox(given, "transfer", ["lesson"], isolation=isolation) as sandbox,
        pytest.raises(SandboxBroken, match=found),
    ):
        sandbox.wait()

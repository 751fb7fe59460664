"""The fork server answers requests over its control socket; here it is a plain fork of the test."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from autograder.sandbox.guest.messages import (
    MAX_BYTES,
    EndRequest,
    ExitReason,
    Forked,
    ForkRequest,
    Message,
    Ready,
    RequestFailed,
    Spec,
    StartFailed,
    decode,
    encode,
)
from autograder.sandbox.guest.supervisor import serve
from autograder.wire.call_messages import CallRequest, LoadRequest, NumberedCall
from autograder.wire.codec import pack, unpack
from autograder.wire.frames import receive, send

READY = Ready({})
FORK, END = ForkRequest("1"), EndRequest("1")


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[..., socket.socket]]:
    processes = []

    def start(**wanted: Any) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(30)
        big = 1 << 40
        spec = Spec(
            "transfer",
            paths=(str(tmp_path),),
            scratch=(str(tmp_path / "scratch"),),
            scratch_bytes=big,
            scratch_inodes=big,
            resident_bytes=big,
            readable=("/",),
            owns_all_processes=False,
            **wanted,
        )
        (tmp_path / "scratch").mkdir()
        process = os.fork()
        if process == 0:
            try:
                ours.close()
                serve(theirs, spec)
            finally:
                os._exit(0)
        theirs.close()
        processes.append((ours, process))
        return ours

    yield start
    for control, process in processes:
        control.close()
        os.waitpid(process, 0)


def ask(control: socket.socket, request: Message, *descriptors: int) -> Any:
    socket.send_fds(control, [encode(request)], descriptors)
    return hear(control)


def hear(control: socket.socket) -> Any:
    return decode(control.recv(MAX_BYTES))


def test_a_child_serves_the_socket_it_was_given(start):
    control = start()
    assert hear(control) == READY
    link, theirs = socket.socketpair()
    reading, writing = os.pipe()
    assert ask(control, FORK, theirs.fileno(), writing) == Forked("1")
    theirs.close()
    os.close(writing)
    deadline = time.monotonic() + 30
    source = ["def f(x):\n    print(x)\n    return x\n"]
    send(link, LoadRequest("t.py", source, tolerant=False, seconds=60).frame, deadline)
    assert receive(link, deadline).head["loaded"]["problem"] is None
    packed = pack(((3,), {}))
    send(link, NumberedCall(8, "f", CallRequest(packed.head, packed.blob)).frame, deadline)
    reply = receive(link, deadline)
    assert reply.head.get("raised") is None
    assert reply.head["id"] == 8
    assert unpack(reply.head["value"], reply.blob)[0]["answer"] == 3
    assert os.read(reading, 100) == b"3\n"
    os.close(reading)
    link.close()
    assert ask(control, END).exit.reason in (ExitReason.EXITED, ExitReason.KILLED)


def test_a_second_child_at_once_is_refused(start):
    control = start()
    hear(control)
    link, theirs = socket.socketpair()
    with link, theirs:
        assert ask(control, FORK, theirs.fileno(), theirs.fileno()) == Forked("1")
        refused = ask(control, FORK, theirs.fileno(), theirs.fileno())
        assert isinstance(refused, RequestFailed)
        assert "Expected the last child to be ended" in refused.error
        assert ask(control, END).id == "1"


def test_given_code_is_imported_and_prepared_with_the_seed(start, tmp_path):
    (tmp_path / "given_for_the_seed.py").write_text(
        "def prepare(seed):\n    raise ValueError(f'seed {seed}')\n"
    )
    control = start(preload=("given_for_the_seed",), prepare="given_for_the_seed.prepare", seed=12)
    failed = hear(control)
    assert isinstance(failed, StartFailed)
    assert "ValueError: seed 12" in failed.traceback


def test_what_given_code_leaves_running_is_refused(start, tmp_path):
    (tmp_path / "given_with_a_thread.py").write_text(
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    )
    control = start(preload=("given_with_a_thread",))
    assert "Expected one thread before a fork, found 2" in hear(control).traceback


def test_a_shared_folder_is_swept_of_what_a_child_left(start, tmp_path):
    """What belongs to its user goes; here that is everything, as the child is no other user."""
    shared = tmp_path / "shared"
    shared.mkdir()
    control = start(shared_folders=(str(shared),), writable=(str(shared),))
    assert hear(control) == READY
    link, theirs = socket.socketpair()
    with link:
        reading, writing = os.pipe()
        with theirs:
            assert ask(control, FORK, theirs.fileno(), writing) == Forked("1")
        os.close(writing)
        source = [f"import os\nos.makedirs('{shared}/a/b')\nopen('{shared}/a/b/note', 'w').close()\n"]
        deadline = time.monotonic() + 30
        send(link, LoadRequest("t.py", source, tolerant=False, seconds=60).frame, deadline)
        assert receive(link, deadline).head["loaded"]["problem"] is None
        os.close(reading)
    assert (shared / "a" / "b" / "note").exists()
    ask(control, END)
    assert list(shared.iterdir()) == []

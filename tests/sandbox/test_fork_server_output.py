"""What a submission prints is drained, and the first part kept."""

from __future__ import annotations

import os

from autograder.sandbox.fork_server import Output

PLENTY = 1 << 20


def written(output: Output, *parts: bytes) -> Output:
    writing = output.open()
    for part in parts:
        os.write(writing, part)
    output.drain(PLENTY)
    os.close(writing)
    return output


def test_output_of_several_pipes_is_joined():
    output = written(written(Output(100), b"one\n"), b"tw", b"o\n")
    assert output.text() == "one\ntwo\n"
    assert output.count == 4
    output.close()


def test_only_the_first_part_is_kept_and_all_is_counted():
    output = written(Output(5), b"12345678")
    assert output.text() == "12345\n[cut after 5 bytes]"
    assert output.count == 8
    output.close()


def test_drained_at_the_end_of_a_pipe_it_closes():
    output = written(Output(5), b"x")
    output.drain(PLENTY)
    assert output.descriptor is None
    output.drain(PLENTY)
    assert output.text() == "x"


def test_draining_stops_at_the_cap():
    output = Output(5)
    writing = output.open()
    os.write(writing, bytes(60_000))
    output.drain(10)
    assert 10 < output.count <= 60_000
    os.close(writing)
    output.close()


def test_bytes_that_are_no_text_are_replaced():
    output = written(Output(100), b"a\xffb\x1b[0m")
    assert output.text() == "a�b[0m"
    output.close()

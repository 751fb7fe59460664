"""Recognize the platform that exported a class, and read what it says about each submission."""

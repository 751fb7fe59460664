"""Frames on a socket; values and networks as plain data, and back. The same library serves both ends."""

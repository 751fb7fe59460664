"""Measure and empty the folders that a submission may write to."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from itertools import count

# The mode of a writable folder: accessible only to its owner.
MODE = 0o700


class NotEmpty(RuntimeError):
    """A folder still has entries after its removal was attempted."""


def remove_own_entries(folder: str) -> None:
    """Remove the entries of this user from a folder shared with other users; raise OSError or NotEmpty."""
    top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        for name in os.listdir(top):  # noqa: PTH208 - a descriptor
            try:
                owner = os.stat(name, dir_fd=top, follow_symlinks=False).st_uid
            except FileNotFoundError:  # removed by its owner in the meantime
                continue
            if owner == os.geteuid() and not _unlink(name, top):
                os.chmod(name, MODE, dir_fd=top)
                wipe(f"{folder}/{name}")
                os.rmdir(name, dir_fd=top)
    finally:
        os.close(top)


def wipe(folder: str) -> None:
    """Remove everything below `folder`, at any depth, without following links; raise OSError or NotEmpty.

    The entries of a subfolder are moved up before it is removed, so only two folders are open at a time.
    """
    top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _reset_attributes(top)
        names = (f".{number:x}" for number in count())
        while entries := os.listdir(top):  # noqa: PTH208 - a descriptor
            for name in entries:
                if not _unlink(name, top):
                    _flatten(name, top, names)
    finally:
        os.close(top)


def usage(folders: Sequence[str], mounted: bool) -> tuple[int, int]:
    """Return the bytes and inodes in use below the folders; the kernel counts them if each is a mount."""
    if mounted:
        systems = [os.statvfs(folder) for folder in folders]
        size = sum((system.f_blocks - system.f_bfree) * system.f_frsize for system in systems)
        return size, sum(system.f_files - system.f_ffree for system in systems)
    size = number = 0
    waiting = list(folders)
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    number += 1
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        size += entry.stat(follow_symlinks=False).st_blocks * 512
        except OSError:
            continue  # removed or closed in the meantime
    return size, number


def _reset_attributes(top: int) -> None:
    """Reset mode, attributes and access lists of the folder itself, which the next submission could read.

    A default access list would also determine the modes of the next submission's files.
    """
    if os.fstat(top).st_uid == os.geteuid():
        os.fchmod(top, MODE)
    for name in os.listxattr(top):
        if name.startswith(("user.", "system.posix_acl_")):
            os.removexattr(top, name)


def _unlink(name: str, top: int) -> bool:
    """Remove one entry; return False if it is a folder."""
    if stat.S_ISDIR(os.stat(name, dir_fd=top, follow_symlinks=False).st_mode):
        return False
    os.unlink(name, dir_fd=top)
    return True


def _flatten(name: str, top: int, names: Iterator[str]) -> None:
    """Remove the folder `name` in `top` after moving its subfolders to `top`, under new names."""
    os.chmod(name, MODE, dir_fd=top)
    below = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
    try:
        for inner in os.listdir(below):  # noqa: PTH208 - a descriptor
            if not _unlink(inner, below):
                os.chmod(inner, MODE, dir_fd=below)
                _move_up(inner, below, top, names)
    finally:
        os.close(below)
    os.rmdir(name, dir_fd=top)


def _move_up(inner: str, below: int, top: int, names: Iterator[str]) -> None:
    """Move the folder `inner` from `below` to `top`, under the first of `names` that is unused there."""
    for unused in names:
        try:
            os.stat(unused, dir_fd=top, follow_symlinks=False)
        except FileNotFoundError:
            os.rename(inner, unused, src_dir_fd=below, dst_dir_fd=top)
            return
    raise NotEmpty(inner)

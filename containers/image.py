"""Build an OCI image with `kit grade` as its entry point, and try it: `make image`.

The image is a Debian root file system with this checkout and the locked packages for grading. It is written
to an archive that `podman load` and `docker load` read, beside a list of its Debian packages. No registry
is needed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

from root_fs import CHECKOUT, PATH, PROJECT, MissingNeed, RootFileSystem, check_needs

NAME = "weekly-kits"
USER = "grader"
# The strongest first.
LEVELS = ("bubblewrap", "user", "process")
# Where users mount their folder.
WORK = "/work"
KIT = "week09_transfer"
CLASS = f"{CHECKOUT}/tests/classes/{KIT}"
# Folders whose content only installation needs.
CACHES = ("root/.cache", "var/cache/apt", "var/lib/apt/lists", "var/log", "tmp")


def main() -> int:
    """Build the image, grade the sample class in it, write it to an archive, and print what was found."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=PROJECT / "dist", help="the folder of the archive")
    options = parser.parse_args()
    try:
        check_needs()
        if not shutil.which("buildah"):
            raise MissingNeed("buildah is missing. Install it with `apt-get install buildah`.")
    except MissingNeed as error:
        print(error, file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    archive = options.out / f"{NAME}.tar"
    container = _buildah("from", "scratch")
    try:
        packages = _fill(RootFileSystem.create(Path(_buildah("mount", container))))
        _configure(container)
        level = _strongest_level(container)
        _buildah("config", "--label", f"isolation={level}", container)
        _buildah("umount", container)
        archive.unlink(missing_ok=True)
        # The same time in every build, so that equal content has an equal digest.
        _buildah("commit", "--quiet", "--timestamp", "0", container, f"docker-archive:{archive}:{NAME}")
    finally:
        _buildah("rm", container)
    archive.with_suffix(".packages.txt").write_text(packages, encoding="utf-8")
    print(
        f"{archive}: {archive.stat().st_size / 1e9:.1f} GB. Isolation level inside, as tried here: {level}."
    )
    print(f"podman load --input {archive}")
    print(f"podman run --rm --volume FOLDER:/work {NAME} {KIT} /work/submissions --out /work/grades")
    return 0


def _fill(root: RootFileSystem) -> str:
    """Install the project and a user for it; return the names and versions of Debian's packages."""
    root.put_checkout()
    root.run(["make", ".venv/grading"])
    root.run(["useradd", "--create-home", USER], folder="/")
    root.run(["sh", "-c", "dpkg-query --show > /packages.txt"], folder="/")
    root.run(["install", "--directory", f"--owner={USER}", f"--group={USER}", WORK], folder="/")
    for cache in CACHES:
        shutil.rmtree(root.path / cache, ignore_errors=True)
        (root.path / cache).mkdir(parents=True)
    (root.path / "tmp").chmod(0o1777)
    return (root.path / "packages.txt").read_text(encoding="utf-8")


def _configure(container: str) -> None:
    revision = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=PROJECT, check=True, capture_output=True, text=True
    ).stdout.strip()
    entry_point = json.dumps([f"{CHECKOUT}/.venv/bin/kit", "grade"])
    _buildah(
        *("config", "--user", USER, "--workingdir", CHECKOUT, "--entrypoint", entry_point),
        *("--env", f"PATH={CHECKOUT}/.venv/bin:{PATH}", "--label", f"revision={revision}", container),
    )


def _strongest_level(container: str) -> str:
    """Return the strongest isolation level at which the sample class can be graded in the container.

    Where no OCI runtime can start, as inside some containers, buildah changes the root folder instead.
    """
    runtime = next((name for name in ("oci", "chroot") if _can_start(container, name)), None)
    if runtime is None:
        raise RuntimeError("Expected buildah to start a program in the container, but it cannot here.")
    run = ["buildah", "run", "--isolation", runtime, container, "--"]
    for level in LEVELS:
        print(f"== kit grade --isolation {level}, started by buildah's isolation {runtime}", flush=True)
        grade = ["kit", "grade", KIT, CLASS, "--isolation", level, "--out", f"{WORK}/grades"]
        if subprocess.run([*run, *grade], check=False).returncode == 0:
            subprocess.run([*run, "rm", "-r", f"{WORK}/grades"], check=True)
            return level
    raise RuntimeError(f"Expected one of the levels {', '.join(LEVELS)} in the container, found none.")


def _can_start(container: str, runtime: str) -> bool:
    command = ["buildah", "run", "--isolation", runtime, container, "--", "true"]
    return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0


def _buildah(*arguments: str) -> str:
    """Run buildah and return what it prints."""
    done = subprocess.run(["buildah", *arguments], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())

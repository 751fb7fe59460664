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
import tempfile
from argparse import ArgumentParser
from pathlib import Path

from root_fs import CHECKOUT, PATH, PROJECT, MissingNeed, RootFileSystem

NAME = "weekly-kits"
USER = "grader"
KIT = "week09_transfer"
CLASS = f"{CHECKOUT}/tests/classes/{KIT}"
# Folders whose content only installation needs.
CACHES = ("root/.cache", "var/cache/apt", "var/lib/apt/lists", "var/log", "tmp")


def main() -> int:
    """Build the image, write it to an archive, grade the sample class in it, and print what it found."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=PROJECT / "dist", help="the folder of the archive")
    options = parser.parse_args()
    if not shutil.which("buildah"):
        print("buildah is missing. Install it with `apt-get install buildah`.", file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    archive = options.out / f"{NAME}.tar"
    with tempfile.TemporaryDirectory(prefix="kit-image-") as folder:
        try:
            root = RootFileSystem.create(Path(folder) / "root")
        except MissingNeed as error:
            print(error, file=sys.stderr)
            return 1
        packages = _fill(root)
        archive.with_suffix(".packages.txt").write_text(packages, encoding="utf-8")
        container = _container(root)
    level = _try(container)
    _buildah("config", "--label", f"isolation={level}", container)
    archive.unlink(missing_ok=True)
    _buildah("commit", "--quiet", "--timestamp", "0", "--rm", container, f"docker-archive:{archive}:{NAME}")
    print(f"{archive}: {archive.stat().st_size / 1e9:.1f} GB. Its isolation level here was {level}.")
    print(f"podman load --input {archive}")
    print(f"podman run --rm --volume CLASS:/work {NAME} {KIT} /work/submissions --out /work/grades")
    return 0


def _fill(root: RootFileSystem) -> str:
    """Install the project for an unprivileged user; return the names and versions of Debian's packages."""
    root.put_checkout()
    root.run(["make", ".venv/grading"])
    root.run(["useradd", "--create-home", USER], folder="/")
    packages = root.path / "packages.txt"
    root.run(["sh", "-c", "dpkg-query --show > /packages.txt"], folder="/")
    for cache in CACHES:
        shutil.rmtree(root.path / cache, ignore_errors=True)
        (root.path / cache).mkdir(parents=True)
    (root.path / "tmp").chmod(0o1777)
    work = root.path / "work"
    work.mkdir()
    shutil.chown(work, 1000, 1000)
    return packages.read_text(encoding="utf-8")


def _container(root: RootFileSystem) -> str:
    """Return the name of a container with the root file system and the configuration of the image."""
    container = _buildah("from", "scratch")
    _buildah("copy", "--quiet", container, f"{root.path}/", "/")
    revision = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=PROJECT, check=True, capture_output=True, text=True
    ).stdout.strip()
    entry_point = json.dumps([f"{CHECKOUT}/.venv/bin/kit", "grade"])
    _buildah(
        *("config", "--user", USER, "--workingdir", CHECKOUT, "--entrypoint", entry_point),
        *("--env", f"PATH={CHECKOUT}/.venv/bin:{PATH}", "--label", f"revision={revision}", container),
    )
    return container


def _try(container: str) -> str:
    """Grade the sample class in the container and return the isolation level that its reports name."""
    print("== kit grade in the container", flush=True)
    # The exit status 1 says that a submission needs review.
    grade = ["kit", "grade", KIT, CLASS, "--out", "/work/grades"]
    subprocess.run(["buildah", "run", container, "--", *grade], check=False)
    show = "import json, sys; print(json.load(open(sys.argv[1]))['environment']['isolation'])"
    command = f'python3 -c "{show}" "$(ls /work/grades/*/report.json | head -1)" && rm -r /work/*'
    return _buildah("run", container, "--", "sh", "-c", command)


def _buildah(*arguments: str) -> str:
    """Run buildah and return what it prints."""
    done = subprocess.run(["buildah", *arguments], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())

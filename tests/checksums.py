"""The checksums of released files, as a manifest is to tell them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from autograder.release.bundles import MANIFEST_FILE


def checksums(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each file but the manifest itself."""
    return {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != MANIFEST_FILE
    }

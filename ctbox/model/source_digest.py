"""Tell one version of the code from another, for files that it made and keeps."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from ctbox import __version__


@functools.cache
def digest_sources(*files: Path) -> str:
    """Return a short hash of source files; of ctbox's version where they are not at hand.

    A frozen application has no sources beside it.
    """
    digest = hashlib.sha256(__version__.encode())
    for path in files:
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:8]

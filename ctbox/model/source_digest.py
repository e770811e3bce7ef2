"""Tell one version of the code from another, for files that it made and keeps."""

from __future__ import annotations

import functools
import hashlib
import re
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


def collect_sources(start: Path) -> tuple[Path, ...]:
    """Return a module's file and those of its own package that it imports, however indirectly."""
    package = start.parent.name
    pattern = re.compile(rf"^\s*from ctbox\.{package}\.(\w+) import", re.MULTILINE)
    found, waiting = {start}, [start]
    while waiting:
        path = waiting.pop()
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        for name in pattern.findall(text):
            imported = start.with_name(f"{name}.py")
            if imported not in found:
                found.add(imported)
                waiting.append(imported)
    return tuple(sorted(found))

"""How large each part of the bundle is: `python packaging/size_report.py dist/ctbox`."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

_MB = 1e6
_LEAST_SHOWN = 0.4


def find_part(place: str) -> str:
    """Return the part that a file belongs to, by its place in the bundle's inner folder."""
    first = place.split("/", 1)[0]
    if "/" not in place:
        if first.startswith("libpython") or first == "base_library.zip":
            return "Python"
        return "libraries of Python's modules" if ".so" in first else first
    if first in {"python3.11", "python3.12", "python3.13", "lib-dynload"}:
        return "Python"
    if first == "shiboken6":
        return "PySide6"
    return (
        first.removesuffix(".libs").split("-", 1)[0]
        if ".dist-info" in first
        else (first.removesuffix(".libs"))
    )


def measure_parts(bundle: Path) -> dict[str, int]:
    """Return each part's size in bytes, the largest first; links count nothing."""
    sizes: Counter[str] = Counter()
    for path in bundle.rglob("*"):
        if path.is_symlink() or not path.is_file():
            continue
        place = path.relative_to(bundle).as_posix()
        if place.startswith("_internal/"):
            part = find_part(place.removeprefix("_internal/"))
        else:
            part = "program and archived modules"
        sizes[part] += path.stat().st_size
    return dict(sizes.most_common())


def format_report(sizes: dict[str, int]) -> str:
    """Return a table in MB; what is small is added up."""
    shown = {name: size for name, size in sizes.items() if size >= _LEAST_SHOWN * _MB}
    rest = sum(sizes.values()) - sum(shown.values())
    lines = [f"{name:<32}{size / _MB:>8.1f} MB" for name, size in shown.items()]
    lines.append(f"{'the rest':<32}{rest / _MB:>8.1f} MB")
    lines.append(f"{'all':<32}{sum(sizes.values()) / _MB:>8.1f} MB")
    return "\n".join(lines)


if __name__ == "__main__":
    print(format_report(measure_parts(Path(sys.argv[1]))))

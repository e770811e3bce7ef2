"""The list of licences that is shipped, and the check that each of them may be.

    python packaging/licences.py dist/ctbox      writes _internal/licences.txt; exit code 1 if not

Code that is under the GPL or AGPL alone fails. The LGPL is allowed where it is linked
dynamically and named here; so are the exceptions of GCC's libraries and PyInstaller's bootloader.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from parts import Part, find_parts

LGPL_ALLOWED = (
    "PySide6",
    "PySide6-Essentials",
    "PySide6_Essentials",
    "shiboken6",
    "Qt (libraries)",
    "libquadmath",
)
EXCEPTIONS_ALLOWED = ("WITH Bootloader-exception", "WITH GCC-exception-3.1")
_STRONG = re.compile(r"\b(?:A?GPL)(?:v?[-\s]?\d|\b)", re.IGNORECASE)
_LESSER = re.compile(r"\bLGPL", re.IGNORECASE)
_OPERATORS = re.compile(r"([()]|\bAND\b|\bOR\b)")
_RULE = "=" * 78


def find_problem(part: Part) -> str | None:
    """Return why a part may not be shipped, or None.

    Parameters
    ----------
    part : Part
        With an SPDX expression, or the words its maker wrote instead.
    """
    if not part.licence:
        return f"{part.name}: its licence is not known."
    try:
        is_free = _is_free(_OPERATORS.split(part.licence), part.name)
    except ValueError:
        return f"{part.name}: {part.licence} is no licence that can be read."
    return None if is_free else f"{part.name}: {part.licence} is not allowed in the bundle."


def _is_free(words: list[str], name: str) -> bool:
    """Judge an SPDX expression; AND binds closer than OR (SPDX 2.3, annex D.4.5)."""
    left = [word.strip() for word in words if word.strip()]
    is_free = _take_choices(left, name)
    if left:
        raise ValueError(left[0])
    return is_free


def _take_choices(left: list[str], name: str) -> bool:
    is_free = _take_together(left, name)
    while left and left[0] == "OR":
        del left[0]
        is_free |= _take_together(left, name)
    return is_free


def _take_together(left: list[str], name: str) -> bool:
    is_free = _take_term(left, name)
    while left and left[0] == "AND":
        del left[0]
        is_free &= _take_term(left, name)
    return is_free


def _take_term(left: list[str], name: str) -> bool:
    if not left or left[0] in {"OR", "AND", ")"}:
        raise ValueError(" ".join(left))
    word = left.pop(0)
    if word != "(":
        return _is_term_free(word, name)
    is_free = _take_choices(left, name)
    if not left or left.pop(0) != ")":
        raise ValueError(word)
    return is_free


def _is_term_free(term: str, name: str) -> bool:
    if term.endswith(EXCEPTIONS_ALLOWED):
        return True
    if _LESSER.search(term):
        return name in LGPL_ALLOWED
    return not _STRONG.search(term) and "General Public" not in term


def format_list(parts: list[Part]) -> str:
    """Return the table of all parts, then the texts."""
    lines = ["ctbox is under the Apache License 2.0 (LICENSE). It brings along:", ""]
    lines += [f"{each.name} {each.version}".ljust(40) + each.licence for each in parts]
    lines += [
        "",
        "Qt and PySide6 are used under the LGPL 3: they are separate libraries in this folder,",
        "which you may replace by builds of your own. Their sources: https://download.qt.io",
    ]
    for part in parts:
        for title, text in part.texts:
            lines += ["", _RULE, f"{part.name}: {title}", _RULE, text.strip()]
    return "\n".join(lines) + "\n"


def main(bundle: Path) -> int:
    """Write the list into the bundle; return 1 if a part may not be shipped."""
    parts = find_parts(bundle)
    problems = [problem for part in parts if (problem := find_problem(part))]
    target = bundle / "_internal" / "licences.txt"
    target.write_text(format_list(parts), encoding="utf-8")
    print(f"{len(parts)} parts; licences in {target}")
    for problem in problems:
        print(f"not allowed: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))

"""The same commit is built of the same parts, whatever was released since."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.packaging.conftest import PACKAGING

ROOT = PACKAGING.parent
# Brought in by the CUDA build of torch alone, which no installer holds.
_OF_CUDA = ("nvidia-", "cuda-", "triton")


def find_pins() -> set[str]:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    return {canonicalize_name(name) for name in re.findall(r"(?m)^([\w.-]+)==\S+$", text)}


def find_parts() -> set[str]:
    """Return what ctbox needs, and what that needs in turn."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    left = [Requirement(each) for each in project["project"]["dependencies"]]
    found: set[str] = set()
    while left:
        part = left.pop()
        name = canonicalize_name(part.name)
        wanted = part.marker is None or part.marker.evaluate({"extra": ""})
        if not wanted or name in found or name.startswith(_OF_CUDA):
            continue
        found.add(name)
        left += [Requirement(each) for each in metadata.requires(name) or ()]
    return found


def test_every_part_of_the_program_is_pinned() -> None:
    parts = find_parts()

    assert {"torch", "pillow", "pydantic-core"} <= parts
    assert parts <= find_pins()


def test_what_freezes_the_program_is_pinned_and_kept_to() -> None:
    setup = (PACKAGING / "setup.sh").read_text(encoding="utf-8")
    workflow = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")

    assert {"pyinstaller", "pyinstaller-hooks-contrib", "setuptools"} <= find_pins()
    for script in (setup, workflow):
        (line,) = (each for each in script.splitlines() if each.rstrip().endswith("pyinstaller"))
        assert "-c constraints.txt" in line

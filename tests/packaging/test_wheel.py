"""`pip install .` gives the same ctbox: the wheel holds what the installed program holds."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.packaging.conftest import PACKAGING

ROOT = PACKAGING.parent
VERSION = "7.8.9"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built from a copy with a version of its own, written in one place."""
    source = tmp_path_factory.mktemp("source")
    plain = shutil.ignore_patterns("__pycache__", "adr", "*.pyc")
    for name in ("ctbox", "weights", "docs"):
        shutil.copytree(ROOT / name, source / name, ignore=plain)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    package = source / "ctbox" / "__init__.py"
    text = package.read_text(encoding="utf-8")
    package.write_text(re.sub(r'(?m)^__version__ = ".*"$', f'__version__ = "{VERSION}"', text))
    words = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    words += ["--no-index", "--wheel-dir", str(source / "wheels"), str(source)]
    subprocess.run(words, check=True, capture_output=True)
    (built,) = (source / "wheels").glob("*.whl")
    return zipfile.ZipFile(built)


def find_packed(wheel: zipfile.ZipFile, place: str) -> set[str]:
    inner = f"ctbox-{VERSION}.data/data/share/ctbox/{place}/"
    return {name.removeprefix(inner) for name in wheel.namelist() if name.startswith(inner)}


def find_files(folder: Path, *patterns: str) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for pattern in patterns
        for path in folder.glob(pattern)
        if path.is_file()
    }


def test_the_version_is_written_in_one_place(wheel: zipfile.ZipFile) -> None:
    told = wheel.read(f"ctbox-{VERSION}.dist-info/METADATA").decode()

    assert f"\nVersion: {VERSION}\n" in told


def test_it_brings_the_weights_with_their_cards(wheel: zipfile.ZipFile) -> None:
    expected = find_files(
        ROOT / "weights", "manifest.json", "*/*.json", "*/*.md", "*/*.safetensors"
    )

    assert any(name.endswith(".safetensors") for name in expected)
    assert expected <= find_packed(wheel, "weights")


def test_it_brings_the_guide_and_its_pictures(wheel: zipfile.ZipFile) -> None:
    expected = find_files(ROOT / "docs", "*.md", "images/*.png")

    assert "user-guide.md" in expected
    assert find_packed(wheel, "docs") == expected


def test_it_brings_every_module_and_translation(wheel: zipfile.ZipFile) -> None:
    package = ROOT / "ctbox"
    expected = find_files(package, "**/*.py", "gui/translations/*.qm")

    assert {f"ctbox/{name}" for name in expected} <= set(wheel.namelist())

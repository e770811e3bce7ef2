"""The macOS image, with its host's own programs replaced by ones that tell what they were given."""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ctbox import __version__
from tests.packaging.conftest import PACKAGING

sys.path.insert(0, str(PACKAGING / "macos"))
from complete_plist import complete

_MACH_O = b"\xcf\xfa\xed\xfe rest"
_TOLD = "told.txt"


def test_property_lists_are_sound() -> None:
    told = plistlib.loads(plistlib.dumps(complete({"CFBundleExecutable": "ctbox"}, "1.2.3")))

    assert told["CFBundleShortVersionString"] == "1.2.3"
    assert told["CFBundleExecutable"] == "ctbox"
    plistlib.loads((PACKAGING / "macos" / "entitlements.plist").read_bytes())


def test_the_app_has_a_menu_bar_and_a_place_in_the_dock() -> None:
    told = complete({"CFBundleExecutable": "ctbox", "LSBackgroundOnly": True}, "1.2.3")

    assert "LSBackgroundOnly" not in told


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout with a frozen app, as PyInstaller leaves it."""
    shutil.copytree(PACKAGING / "macos", tmp_path / "packaging" / "macos")
    (tmp_path / "ctbox").mkdir()
    (tmp_path / "ctbox" / "__init__.py").write_text(f'__version__ = "{__version__}"\n')
    inner = tmp_path / "dist" / "ctbox" / "_internal"
    inner.mkdir(parents=True)
    for name in ("licences.txt", "sbom.cdx.json"):
        (inner / name).write_text(name)
    contents = tmp_path / "dist" / "ctbox.app" / "Contents"
    for place in (
        "MacOS/ctbox",
        "Frameworks/libssl.3.dylib",
        "Frameworks/torch/bin/torch_shm_manager",
        "Frameworks/PySide6/Qt/lib/QtCore.framework/Versions/A/QtCore",
        "Resources/readme.txt",
    ):
        file = contents / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"text" if file.suffix == ".txt" else _MACH_O)
    (contents / "Info.plist").write_bytes(plistlib.dumps({"LSBackgroundOnly": True}))
    return tmp_path


def build(tree: Path, **environment: str) -> list[str]:
    """Run the script and return what the host's programs were given."""
    hands = tree / "hands"
    hands.mkdir()
    for name in ("codesign", "plutil", "xcrun", "shasum"):
        (hands / name).write_text(f'#!/bin/sh\necho {name} "$@" >>"{tree / _TOLD}"\n')
    (hands / "hdiutil").write_text('#!/bin/sh\nfor last; do :; done\ntouch "$last"\n')
    for hand in hands.iterdir():
        hand.chmod(0o755)
    subprocess.run(
        ["bash", str(tree / "packaging" / "macos" / "build_dmg.sh")],
        check=True, capture_output=True,
        env={
            "PATH": f"{hands}:{os.environ['PATH']}", "PYTHON": sys.executable, **environment,
            "PYTHONPATH": str(tree),
        },
    )  # fmt: skip
    return (tree / _TOLD).read_text().splitlines()


def test_every_inner_program_is_signed_as_apple_asks(tree: Path) -> None:
    told = build(tree, CODESIGN_IDENTITY="Someone")
    signed = [line for line in told if line.startswith("codesign --force")]

    for name in ("libssl.3.dylib", "torch_shm_manager", "Versions/A/QtCore", "QtCore.framework"):
        (line,) = (each for each in signed if each.endswith(name))
        assert "--options runtime --timestamp" in line
        assert "--entitlements" not in line
    assert signed[-1].endswith("--entitlements packaging/macos/entitlements.plist dist/ctbox.app")
    assert not any("readme.txt" in line for line in signed)


def test_about_finds_the_licences_beside_the_code(tree: Path) -> None:
    build(tree)
    contents = tree / "dist" / "ctbox.app" / "Contents"

    assert (contents / "Frameworks" / "licences.txt").read_text() == "licences.txt"
    assert not (contents / "Resources" / "licences.txt").is_symlink()
    assert "LSBackgroundOnly" not in plistlib.loads((contents / "Info.plist").read_bytes())

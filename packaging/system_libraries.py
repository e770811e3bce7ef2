"""Which Debian packages a folder of programs needs: what its files link to and do not bring."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_NEEDED = re.compile(r"^\s*NEEDED\s+(\S+)", re.MULTILINE)
_GLIBC = re.compile(r"\(GLIBC_(\d+)\.(\d+)(?:\.\d+)?\)|\bGLIBC_(\d+)\.(\d+)(?:\.\d+)?\b")
_ELF = b"\x7fELF"
# Opened by name at run time, so that no file says it links to them.
OPENED_BY_NAME = ("libgl1", "libegl1", "libxkbcommon-x11-0", "libxcb-cursor0", "libfontconfig1")
# A library that came with the time-64 transition keeps its old name as a provided one.
_TIME_64 = re.compile(r"t64$")


@dataclass(frozen=True)
class Needs:
    """What a folder asks of its system.

    Parameters
    ----------
    libraries : dict of str to list of str
        Name of a library that is not in the folder, to the files that link to it.
    glibc : tuple of int
        Least version of the C library.
    """

    libraries: dict[str, list[str]] = field(default_factory=dict)
    glibc: tuple[int, int] = (0, 0)


def parse_objdump(text: str) -> tuple[list[str], tuple[int, int]]:
    """Return the libraries that ``objdump -p`` lists as needed, and the least glibc."""
    versions = [
        (int(major or major_2), int(minor or minor_2))
        for major, minor, major_2, minor_2 in _GLIBC.findall(text)
    ]
    return _NEEDED.findall(text), max(versions, default=(0, 0))


def find_elf_files(folder: Path) -> list[Path]:
    """Return programs and libraries below a folder, links left out."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == _ELF:
                    found.append(path)
    return found


def find_needs(folder: Path) -> Needs:
    """Read every program and library below a folder.

    Raises
    ------
    subprocess.CalledProcessError
        If `objdump` cannot read one of them.
    """
    carried = {path.name for path in folder.rglob("*.so*") if path.exists()}
    libraries: dict[str, list[str]] = {}
    glibc = (0, 0)
    for path in find_elf_files(folder):
        words = ["objdump", "-p", str(path)]
        told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        needed, least = parse_objdump(told)
        glibc = max(glibc, least)
        for name in needed:
            if name not in carried and not name.startswith("ld-linux"):
                libraries.setdefault(name, []).append(str(path.relative_to(folder)))
    return Needs(libraries, glibc)


def find_packages(libraries: Iterable[str]) -> dict[str, str]:
    """Return the Debian package of each library, asked of this machine's dpkg.

    Raises
    ------
    LookupError
        If a library belongs to no installed package: the folder would not start elsewhere.
    """
    packages = {}
    for name in sorted(set(libraries)):
        ended = subprocess.run(
            ["dpkg", "-S", f"*/{name}"], capture_output=True, text=True, check=False
        )
        owners = sorted({line.split(":", 1)[0] for line in ended.stdout.splitlines()})
        owners = [each for each in owners if not each.endswith(("-dev", "-cross", "-dbg"))]
        if not owners:
            raise LookupError(f"{name} is not in the bundle and in no package of this machine.")
        packages[name] = owners[0]
    return packages


def format_depends(packages: Mapping[str, str], glibc: tuple[int, int]) -> str:
    """Return the ``Depends`` field: the C library with its version, then the others by name."""
    names = {_TIME_64.sub("", each) for each in (*packages.values(), *OPENED_BY_NAME)}
    names -= {"libc6"}
    return ", ".join((f"libc6 (>= {glibc[0]}.{glibc[1]})", *sorted(names)))

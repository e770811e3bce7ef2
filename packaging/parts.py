"""The parts of a bundle: which distributions and libraries lie in it, under which licences."""

from __future__ import annotations

import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

_TEXT = re.compile(r"(?i)^(licen[cs]e|copying|notice|copyright|authors)")
_TEXT_FOLDER = re.compile(r"(?i)(^|/)licen[cs]es?/")
# Not in the wheel's data, or there only in words that no machine reads.
_STATED = {
    "pyinstaller": "GPL-2.0-or-later WITH Bootloader-exception",
    "PySide6-Essentials": "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only",
    "PySide6": "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only",
    "shiboken6": "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only",
}
_CLASSIFIERS = {
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "ISC License (ISCL)": "ISC",
    "Historical Permission Notice and Disclaimer (HPND)": "HPND",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
    "GNU General Public License v2 (GPLv2)": "GPL-2.0-only",
    "GNU Affero General Public License v3": "AGPL-3.0-only",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
}
_BRACKETS = re.compile(r"\(.*?\)")
_GCC = "GPL-3.0-or-later WITH GCC-exception-3.1"
# Libraries that wheels bring beside their modules, and those of the system that go along.
_LIBRARIES = {
    "libgomp": _GCC, "libgfortran": _GCC, "libquadmath": "LGPL-2.1-or-later",
    "libgcc_s": _GCC, "libstdc++": _GCC,
    "libscipy_openblas": "BSD-3-Clause", "libjpeg": "IJG AND BSD-3-Clause AND Zlib",
    "libcharls": "BSD-3-Clause", "libopenjp2": "BSD-2-Clause", "libavif": "BSD-2-Clause",
    "libbrotlicommon": "MIT", "libbrotlidec": "MIT", "libfreetype": "FTL OR GPL-2.0-only",
    "libharfbuzz": "MIT-Modern-Variant", "liblcms2": "MIT", "liblzma": "0BSD",
    "libpng16": "libpng-2.0", "libsharpyuv": "BSD-3-Clause", "libtiff": "libtiff",
    "libwebp": "BSD-3-Clause", "libwebpdemux": "BSD-3-Clause", "libwebpmux": "BSD-3-Clause",
    "libxcb": "MIT", "libXau": "MIT", "libzstd": "BSD-3-Clause OR GPL-2.0-only",
    "libssl": "Apache-2.0", "libcrypto": "Apache-2.0", "libsqlite3": "blessing",
    "libffi": "MIT", "libbz2": "bzip2-1.0.6", "libz": "Zlib", "libuuid": "BSD-3-Clause",
    "libomp": "Apache-2.0 WITH LLVM-exception", "libmpdec": "BSD-2-Clause",
    "libexpat": "MIT", "libpython3": "PSF-2.0", "libicudata": "Unicode-3.0",
    "libicui18n": "Unicode-3.0", "libicuuc": "Unicode-3.0",
}  # fmt: skip
# Of Windows' Python and of its wheels, which name them without "lib".
_MICROSOFT = "LicenseRef-Microsoft-Visual-C-Runtime"
_WINDOWS = {
    "python3": "PSF-2.0", "sqlite3": "blessing", "zlib": "Zlib",
    "vcruntime140": _MICROSOFT, "msvcp140": _MICROSOFT, "concrt140": _MICROSOFT,
    "ucrtbase": _MICROSOFT, "api": _MICROSOFT,
}  # fmt: skip
# The system's own libraries that go along: Debian keeps their makers' words with the package.
_NOTES = Path("/usr/share/doc")
_DEBIAN = {
    "libssl": "libssl3", "libcrypto": "libssl3", "libsqlite3": "libsqlite3-0",
    "libffi": "libffi8", "libbz2": "libbz2-1.0", "liblzma": "liblzma5", "libz": "zlib1g",
    "libuuid": "libuuid1", "libexpat": "libexpat1",
}  # fmt: skip
_LIBRARY_FILE = re.compile(r"\.(so(\.[\d.]+)?|dylib|dll)$", re.IGNORECASE)
_OF_WHEELS = ("libtorch", "libc10", "libshm", "libQt6", "libpyside6", "libshiboken6", "libq")


@dataclass(frozen=True)
class Part:
    """Something with a licence of its own.

    Parameters
    ----------
    name, version : str
        Of the distribution or library; the version may be empty.
    licence : str
        An SPDX expression; empty where none is known.
    texts : tuple of (str, str)
        Titles and texts of its licences.
    is_distribution : bool
        Whether pip knows it by this name.
    """

    name: str
    version: str
    licence: str
    texts: tuple[tuple[str, str], ...] = ()
    is_distribution: bool = True


def find_module_names(bundle: Path) -> set[str]:
    """Return the top-level names of every module in a bundle, archived or lying open."""
    from PyInstaller.archive.readers import CArchiveReader

    program = next(bundle / n for n in ("ctbox", "ctbox.exe") if (bundle / n).is_file())
    archive = CArchiveReader(str(program)).open_embedded_archive("PYZ.pyz")
    names = {name.split(".", 1)[0] for name in archive.toc}
    inner = bundle / "_internal"
    return names | {each.name.split(".", 1)[0] for each in inner.iterdir()}


def find_distributions(modules: Iterable[str]) -> list[Part]:
    """Return the distributions that these modules come from, and PyInstaller's bootloader."""
    owners = metadata.packages_distributions()
    names = {owner for module in modules for owner in owners.get(module, ())}
    names |= {"pyinstaller"}
    names -= {"ctbox", "pyinstaller-hooks-contrib"}
    unique = {re.sub(r"[-_.]+", "-", name).lower(): name for name in names}
    return [_describe(metadata.distribution(name)) for _, name in sorted(unique.items())]


def find_libraries(bundle: Path) -> list[Part]:
    """Return libraries in the bundle that no distribution is named after."""
    found = {}
    for path in sorted((bundle / "_internal").rglob("*")):
        if not _LIBRARY_FILE.search(path.name) or not _is_library(path, bundle):
            continue
        name = re.split(r"[-.]", path.name.removesuffix(".so"))[0]
        key = next((k for k in ("libpython3", *_WINDOWS) if name.lower().startswith(k)), "")
        key = key or (name if name in _LIBRARIES else name.rstrip("64_"))
        licence = {**_LIBRARIES, **_WINDOWS}.get(key, "")
        found[key] = Part(key, "", licence, tuple(_find_debian_texts(key)), is_distribution=False)
    return [found[key] for key in sorted(found)]


def _is_library(path: Path, bundle: Path) -> bool:
    """Tell whether a file is no wheel's own: beside the program, or among what wheels bring."""
    if path.name.startswith(_OF_WHEELS):
        return False
    beside = path.parent.name.endswith((".libs", ".dylibs")) or path.parent == bundle / "_internal"
    if path.suffix.lower() == ".dll":
        return beside
    common = ("libgomp", "libicu", "libomp", "libiomp")
    return path.name.startswith("lib") and (beside or path.name.startswith(common))


def _find_debian_texts(library: str) -> Iterator[tuple[str, str]]:
    path = _NOTES / _DEBIAN.get(library, "no package") / "copyright"
    if path.is_file():
        yield "copyright", path.read_text("utf-8", errors="replace")


def describe_python() -> Part:
    """Return the interpreter with its licence."""
    text = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    texts = (("Python", text.read_text("utf-8")),) if text.is_file() else ()
    return Part("Python", sys.version.split()[0], "PSF-2.0", texts, is_distribution=False)


def describe_gnu_texts() -> Part:
    """Return the texts that Qt's and GCC's licences refer to."""
    folder = Path(__file__).resolve().parent / "licences"
    texts = tuple((path.stem, path.read_text("utf-8")) for path in sorted(folder.glob("*.txt")))
    return Part("Qt (libraries)", "", "LGPL-3.0-only", texts, is_distribution=False)


def find_parts(bundle: Path) -> list[Part]:
    """Return all parts of a bundle that have a licence of their own."""
    distributions = find_distributions(find_module_names(bundle))
    return [describe_python(), describe_gnu_texts(), *distributions, *find_libraries(bundle)]


def _describe(distribution: metadata.Distribution) -> Part:
    name = str(distribution.metadata["Name"])
    return Part(
        name, distribution.version, find_licence(name, distribution.metadata),
        tuple(_find_texts(distribution)),
    )  # fmt: skip


def find_licence(name: str, fields: metadata.PackageMetadata) -> str:
    """Return a distribution's licence: by name, by expression, by classifier, by its word."""
    stated = _STATED.get(name)
    if stated:
        return stated
    if fields.get("License-Expression"):
        return str(fields["License-Expression"])
    prefix = "License :: OSI Approved :: "
    told = [c.removeprefix(prefix) for c in fields.get_all("Classifier") or () if prefix in c]
    # Nothing says whether several are a choice; a General Public License is never passed over.
    known = {
        _CLASSIFIERS.get(each, _BRACKETS.sub("", each).strip())
        for each in told
        if each in _CLASSIFIERS or "General Public" in each
    }
    if known:
        return " AND ".join(sorted(known))
    word = str(fields.get("License") or "").strip()
    return word if "\n" not in word and len(word) < 60 else ""


def _find_texts(distribution: metadata.Distribution) -> Iterator[tuple[str, str]]:
    for file in distribution.files or ():
        place = file.as_posix()
        if ".dist-info/" in place and (_TEXT.match(file.name) or _TEXT_FOLDER.search(place)):
            path = Path(str(file.locate()))
            if path.is_file():
                yield file.name, path.read_text("utf-8", errors="replace")

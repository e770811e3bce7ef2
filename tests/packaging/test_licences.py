"""Which licences may be shipped, and the lists that are made of them."""

from __future__ import annotations

import json
from email.message import Message
from importlib.metadata import PackageMetadata
from pathlib import Path
from typing import cast

import pytest
from licences import find_problem, format_list
from parts import Part, find_libraries, find_licence
from sbom import build_document


@pytest.mark.parametrize(
    ("name", "licence"),
    [
        ("numpy", "BSD-3-Clause AND 0BSD AND MIT"),
        ("PySide6_Essentials", "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only"),
        ("pyinstaller", "GPL-2.0-or-later WITH Bootloader-exception"),
        ("libgomp", "GPL-3.0-or-later WITH GCC-exception-3.1"),
        ("libfreetype", "FTL OR GPL-2.0-only"),
        ("libzstd", "(BSD-3-Clause OR GPL-2.0-only)"),
        ("nested", "MIT AND (GPL-2.0-only OR (Apache-2.0 AND ISC))"),
        ("closer", "GPL-2.0-only AND MIT OR BSD-2-Clause"),
    ],
)
def test_allowed(name: str, licence: str) -> None:
    assert find_problem(Part(name, "1", licence)) is None


@pytest.mark.parametrize(
    ("name", "licence"),
    [
        ("pylibjpeg-libjpeg", "GPL-3.0-only"),
        ("ultralytics", "AGPL-3.0"),
        ("readline", "GNU General Public License v3"),
        ("old", "GPLv2"),
        ("both", "MIT AND GPL-2.0-or-later"),
        ("unnamed-lgpl", "LGPL-2.1-only"),
        ("unknown", ""),
        ("choice", "GPL-2.0-only OR AGPL-3.0-only"),
        ("inner-choice", "GPL-3.0-only AND (MIT OR Apache-2.0)"),
        ("outer", "(MIT OR ISC) AND AGPL-3.0-or-later"),
        ("unclosed", "(MIT OR GPL-2.0-only"),
        ("affero", "GNU Affero General Public License v3 or later"),
    ],
)
def test_refused_by_name(name: str, licence: str) -> None:
    problem = find_problem(Part(name, "1", licence))

    assert problem is not None
    assert name in problem


@pytest.mark.parametrize(
    "classifiers",
    [
        ["GNU General Public License v3 or later (GPLv3+)", "MIT License"],
        ["GNU General Public License v3 (GPLv3)", "MIT License"],
        ["GNU Affero General Public License v3 or later (AGPLv3+)"],
        ["GNU General Public License (GPL)"],
    ],
)
def test_classifiers_hide_no_gpl(classifiers: list[str]) -> None:
    fields = Message()
    for each in classifiers:
        fields["Classifier"] = f"License :: OSI Approved :: {each}"

    licence = find_licence("some-part", cast("PackageMetadata", fields))

    assert find_problem(Part("some-part", "1", licence)) is not None


def test_several_free_classifiers_are_free() -> None:
    fields = Message()
    for each in ("Apache Software License", "BSD License"):
        fields["Classifier"] = f"License :: OSI Approved :: {each}"

    licence = find_licence("python-dateutil", cast("PackageMetadata", fields))

    assert licence == "Apache-2.0 AND BSD-3-Clause"
    assert find_problem(Part("python-dateutil", "1", licence)) is None


@pytest.mark.parametrize(
    ("place", "licence"),
    [
        ("libssl.so.3", "Apache-2.0"),
        ("numpy.libs/libscipy_openblas64_-32a4b2a6.so", "BSD-3-Clause"),
        ("libcrypto-3.dll", "Apache-2.0"),
        ("VCRUNTIME140_1.dll", "LicenseRef-Microsoft-Visual-C-Runtime"),
        ("numpy.libs/msvcp140-8021418012832a07a8ca5105a33b1086.dll",
         "LicenseRef-Microsoft-Visual-C-Runtime"),
        ("python311.dll", "PSF-2.0"),
        ("PIL/.dylibs/libpng16.16.dylib", "libpng-2.0"),
        ("libssl.3.dylib", "Apache-2.0"),
        ("torch/lib/libomp.dylib", "Apache-2.0 WITH LLVM-exception"),
    ],
)  # fmt: skip
def test_libraries_of_every_system_are_found(place: str, licence: str, tmp_path: Path) -> None:
    file = tmp_path / "_internal" / place
    file.parent.mkdir(parents=True)
    file.touch()

    (part,) = find_libraries(tmp_path)

    assert part.licence == licence
    assert find_problem(part) is None


@pytest.mark.parametrize("name", ["libreadline.so.8", "libreadline.8.dylib", "libgsl-28.dll"])
def test_a_library_that_nobody_vouched_for_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "_internal").mkdir()
    (tmp_path / "_internal" / name).touch()

    (part,) = find_libraries(tmp_path)

    assert find_problem(part) is not None


def test_the_list_names_parts_and_quotes_their_texts() -> None:
    told = format_list([Part("numpy", "2.4", "BSD-3-Clause", (("LICENSE", "Redistribution…"),))])

    assert "numpy 2.4" in told
    assert "Redistribution…" in told


def test_the_sbom_is_the_same_for_the_same_parts() -> None:
    parts = [Part("numpy", "2.4", "BSD-3-Clause"), Part("libz", "", "Zlib", is_distribution=False)]

    one, two = (build_document(parts, "0.1.0", 1_700_000_000) for _ in range(2))

    assert json.dumps(one) == json.dumps(two)
    assert one["bomFormat"] == "CycloneDX"
    assert one["components"][0]["purl"] == "pkg:pypi/numpy@2.4"
    assert "purl" not in one["components"][1]
    assert one["metadata"]["timestamp"] == "2023-11-14T22:13:20Z"


def test_a_local_version_is_quoted_in_the_sbom() -> None:
    document = build_document([Part("torch", "2.13.0+cpu", "BSD-3-Clause")], "0.1.0", 1)

    assert document["components"][0]["purl"] == "pkg:pypi/torch@2.13.0%2Bcpu"
    assert document["components"][0]["version"] == "2.13.0+cpu"


def test_libraries_of_the_system_come_with_their_makers_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parts._NOTES", tmp_path / "doc")
    (tmp_path / "doc" / "libffi8").mkdir(parents=True)
    (tmp_path / "doc" / "libffi8" / "copyright").write_text("Copyright: Anthony Green")
    (tmp_path / "_internal").mkdir()
    (tmp_path / "_internal" / "libffi.so.8").touch()

    assert "Copyright: Anthony Green" in format_list(find_libraries(tmp_path))

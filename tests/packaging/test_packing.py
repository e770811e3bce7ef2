"""Packing: the same files give the same bytes, and the package says what it needs."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from deb import Release, build_deb, format_control
from file_lists import remove_dead_links, stamp_tree, write_file_list, write_sums, write_tar_gz
from size_report import format_report, measure_parts
from system_libraries import find_packages, format_depends, parse_objdump

from ctbox import __version__
from tests.packaging.conftest import PACKAGING

SECONDS = 1_700_000_000
needs_dpkg = pytest.mark.xfail(
    shutil.which("dpkg-deb") is None, reason="no Debian", raises=FileNotFoundError, strict=True
)
needs_makensis = pytest.mark.xfail(
    shutil.which("makensis") is None, reason="no NSIS", raises=FileNotFoundError, strict=True
)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    (folder / "_internal" / "torch" / "lib").mkdir(parents=True)
    (folder / "ctbox").write_text("#!/bin/sh\n")
    (folder / "ctbox").chmod(0o755)
    (folder / "_internal" / "torch" / "lib" / "libtorch_cpu.so").write_bytes(b"x" * 2_000_000)
    (folder / "_internal" / "libtorch_cpu.so").symlink_to("torch/lib/libtorch_cpu.so")
    (folder / "_internal" / "LICENSE").write_text("Apache")
    (folder / "_internal" / "licences.txt").write_text("all licences")
    return folder


def test_an_archive_of_the_same_files_has_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(bundle, copy, symlinks=True)
    for name, folder in (("one", bundle), ("two", copy)):
        stamp_tree(folder, SECONDS)
        write_tar_gz(folder, tmp_path / f"{name}.tar.gz", SECONDS, top="ctbox-1")
        write_file_list(folder, tmp_path / f"{name}.txt")

    assert (tmp_path / "one.tar.gz").read_bytes() == (tmp_path / "two.tar.gz").read_bytes()
    assert (tmp_path / "one.txt").read_text() == (tmp_path / "two.txt").read_text()
    assert "-> torch/lib/libtorch_cpu.so" in (tmp_path / "one.txt").read_text()


def test_links_to_what_is_left_out_go_too(bundle: Path) -> None:
    (bundle / "_internal" / "libgone.so").symlink_to("imagecodecs.libs/libgone.so")

    remove_dead_links(bundle)

    names = {path.name for path in (bundle / "_internal").iterdir()}
    assert "libgone.so" not in names
    assert "libtorch_cpu.so" in names


def test_times_are_set_on_windows_too(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = os.utime

    def utime_of_windows(
        path: Path, times: tuple[int, int], *, follow_symlinks: bool = True
    ) -> None:
        if not follow_symlinks:
            raise NotImplementedError("utime: follow_symlinks unavailable on this platform")
        plain(path, times)

    monkeypatch.setattr(os, "utime", utime_of_windows)
    stamp_tree(bundle, SECONDS)

    assert (bundle / "ctbox").stat().st_mtime == SECONDS
    assert (bundle / "_internal").stat().st_mtime == SECONDS


def test_sums_are_read_by_sha256sum(tmp_path: Path) -> None:
    (tmp_path / "a.deb").write_bytes(b"a")
    write_sums([tmp_path / "a.deb"], tmp_path / "SHA256SUMS")

    expected = f"{hashlib.sha256(b'a').hexdigest()}  a.deb\n"
    assert (tmp_path / "SHA256SUMS").read_text() == expected


@needs_dpkg
def test_a_package_is_packed_twice_alike(bundle: Path, tmp_path: Path) -> None:
    release = Release(bundle, "1.2.3", SECONDS, "libc6 (>= 2.36)")
    packed = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        deb = build_deb(release, tmp_path / "stage", tmp_path / name, "xz-1")
        packed.append(deb.read_bytes())

    assert packed[0] == packed[1]
    listed = subprocess.run(
        ["dpkg-deb", "--contents", str(deb)], check=True, capture_output=True, text=True
    ).stdout
    assert deb.name == "ctbox_1.2.3_amd64.deb"
    for place in ("usr/bin/ctbox -> /opt/ctbox/ctbox", "ctbox.1.gz", "ctbox.desktop", "ctbox.xml"):
        assert place in listed
    assert "root/root" in listed


@needs_dpkg
def test_a_package_can_be_verified_after_it_is_installed(bundle: Path, tmp_path: Path) -> None:
    deb = build_deb(
        Release(bundle, "1.2.3", SECONDS, "libc6"), tmp_path / "stage", tmp_path, "xz-0"
    )
    unpacked = tmp_path / "unpacked"
    subprocess.run(["dpkg-deb", "--raw-extract", str(deb), str(unpacked)], check=True)

    checked = subprocess.run(
        ["md5sum", "--strict", "--check", "DEBIAN/md5sums"],
        cwd=unpacked, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip

    files = {
        path.relative_to(unpacked).as_posix()
        for path in unpacked.rglob("*")
        if path.is_file() and not path.is_symlink() and "DEBIAN" not in path.parts
    }
    assert {line.rsplit(":", 1)[0] for line in checked.splitlines()} == files
    notes = unpacked / "usr/share/doc/ctbox"
    assert not (notes / "copyright").is_symlink()
    assert (notes / "copyright").read_text() == "all licences"
    assert gzip.decompress((notes / "CHANGELOG.md.gz").read_bytes()).startswith(b"# Change")
    assert gzip.decompress((notes / "changelog.gz").read_bytes()).startswith(b"ctbox (1.2.3) ")


def test_the_control_file_names_what_is_needed(bundle: Path) -> None:
    told = format_control(Release(bundle, "1.2.3", SECONDS, "libc6 (>= 2.36)"), 900_000)

    assert "Version: 1.2.3\n" in told
    assert "Depends: libc6 (>= 2.36)\n" in told


def test_what_a_program_links_to_is_read_from_objdump() -> None:
    text = (
        "  NEEDED               libm.so.6\n  NEEDED               libX11.so.6\n"
        "    0x09691a75 0x00 05 GLIBC_2.2.5\n    0x0 0x00 04 GLIBC_2.34\n"
    )

    assert parse_objdump(text) == (["libm.so.6", "libX11.so.6"], (2, 34))


def test_depends_have_the_names_from_before_the_time_64_transition() -> None:
    told = format_depends({"libglib-2.0.so.0": "libglib2.0-0t64", "libc.so.6": "libc6"}, (2, 36))

    assert told.startswith("libc6 (>= 2.36), ")
    assert "libglib2.0-0," in told
    assert "t64" not in told


@needs_dpkg
def test_a_library_of_no_package_is_refused() -> None:
    with pytest.raises(LookupError, match=r"libnever-there\.so\.9"):
        find_packages(["libnever-there.so.9"])


def test_sizes_are_told_by_part(bundle: Path) -> None:
    sizes = measure_parts(bundle)

    assert sizes["torch"] == 2_000_000
    assert "torch                                2.0 MB" in format_report(sizes)


@needs_makensis
def test_the_windows_installer_compiles(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    (folder / "_internal").mkdir(parents=True)
    (folder / "_internal" / "LICENSE").write_text("Apache")
    for name in ("ctbox.exe", "ctbox-window.exe"):
        (folder / name).write_bytes(b"MZ")
    output = tmp_path / "ctbox-0.1.0-setup.exe"
    words = ["makensis", "-V2", "-WX", f"-DVERSION={__version__}", f"-DBUNDLE={folder}"]

    subprocess.run(
        [*words, f"-DOUTPUT={output}", str(PACKAGING / "windows" / "ctbox.nsi")],
        check=True,
        capture_output=True,
    )

    assert output.read_bytes()[:2] == b"MZ"


def test_scripts_are_sound_shell() -> None:
    for name in ("linux/postinst", "linux/prerm", "linux/postrm", "macos/build_dmg.sh"):
        subprocess.run(["bash", "-n", str(PACKAGING / name)], check=True)

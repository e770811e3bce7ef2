"""ZIP archives: what is read, what is refused, and that nothing grows beyond its word."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

from ctbox.dicom import archives
from ctbox.dicom.archives import (
    MemberSpan,
    count_members,
    find_member,
    list_members,
    read_member,
)
from ctbox.dicom.pixels import read_hu
from ctbox.dicom.reading import read_series
from ctbox.errors import ArchiveError, DicomReadError
from tests.builders import write_series, zip_folder


def make_archive(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return path


def patch_directory(path: Path, offset: int, value: bytes) -> None:
    """Overwrite bytes of the first entry of the archive's central directory."""
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02") + offset
    data[at : at + len(value)] = value
    path.write_bytes(data)


@pytest.fixture
def payload() -> bytes:
    return bytes(range(256)) * 300


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
@pytest.mark.parametrize("limit", [None, 1, 132, 70_000, 10**9])
def test_members_are_read_whole_or_by_their_head(
    tmp_path: Path, payload: bytes, method: int, limit: int | None
) -> None:
    path = make_archive(tmp_path / "a.zip", {"first": b"x", "dir/second": payload}, method)
    span = find_member(path, "dir/second")
    assert read_member(path, "dir/second", span, limit) == payload[:limit]


def test_archive_with_bytes_before_it_is_read(tmp_path: Path, payload: bytes) -> None:
    path = make_archive(tmp_path / "a.zip", {"member": payload})
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
    assert read_member(path, "member", find_member(path, "member")) == payload


@pytest.mark.parametrize(
    "name",
    [
        "../up.dcm",
        "a/../../up.dcm",
        "/etc/passwd",
        "C:\\up.dcm",
        "..\\up.dcm",
        "\\\\host\\up",
        "..",
    ],
)
def test_unsafe_names_are_refused_and_the_rest_is_listed(tmp_path: Path, name: str) -> None:
    path = make_archive(tmp_path / "a.zip", {name: b"evil", "good.dcm": b"good"})
    listing = list_members(path)
    assert [member for member, _ in listing.members] == ["good.dcm"]
    ((_, reason),) = listing.refused
    assert "outside the archive" in reason


def test_names_with_harmless_dots_are_read(tmp_path: Path) -> None:
    names = ["..hidden/x", "a..b", "1.000000-5mm..", "a/.../b"]
    path = make_archive(tmp_path / "a.zip", dict.fromkeys(names, b"x"))
    assert sorted(name for name, _ in list_members(path).members) == sorted(names)


def test_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.zip", {"secret.dcm": b"secret"})
    patch_directory(path, 8, b"\x01\x00")
    assert "Encrypted" in list_members(path).refused[0][1]
    with pytest.raises(ArchiveError, match="Encrypted"):
        find_member(path, "secret.dcm")


def test_other_compression_is_refused(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.zip", {"x.dcm": b"x" * 99}, zipfile.ZIP_LZMA)
    assert "unknown method" in list_members(path).refused[0][1]


def test_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.zip", {"bomb": bytes(archives.RATIO_FLOOR_BYTES + 1)})
    assert "bomb" in list_members(path).refused[0][1]


def test_much_air_is_no_bomb(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.zip", {"air.dcm": bytes(512 * 512 * 2)})
    assert len(list_members(path).members) == 1


def test_member_beyond_the_size_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBER_BYTES", 10)
    path = make_archive(tmp_path / "a.zip", {"big": b"x" * 11, "small": b"x" * 10})
    listing = list_members(path)
    assert [name for name, _ in listing.members] == ["small"]
    assert "11 bytes" in listing.refused[0][1]


def test_member_larger_than_declared_is_stopped_at_its_word(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.zip", {"liar": bytes(30 * 1024**2)})
    patch_directory(path, 24, struct.pack("<L", 1000))
    span = find_member(path, "liar")
    assert span.size_bytes == 1000
    with pytest.raises(ArchiveError, match="1000 bytes were declared"):
        read_member(path, "liar", span)


def test_member_smaller_than_declared_is_damaged(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.zip", {"liar": b"x" * 500})
    patch_directory(path, 24, struct.pack("<L", 1000))
    with pytest.raises(ArchiveError, match="damaged"):
        read_member(path, "liar", find_member(path, "liar"))


def test_damage_found_while_reading_pixels_is_one_sentence(tmp_path: Path) -> None:
    write_series(tmp_path / "case", 1)
    (series,) = read_series(zip_folder(tmp_path / "case")).series
    archive = series.slices[0].source.path
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 0xFF
    archive.write_bytes(data)
    with pytest.raises(DicomReadError, match="damaged in its archive") as caught:
        read_hu(series.slices[0])
    assert ".." not in str(caught.value)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_flipped_bits_are_noticed(tmp_path: Path, payload: bytes, method: int) -> None:
    path = make_archive(tmp_path / "a.zip", {"member": payload}, method)
    span = find_member(path, "member")
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match="damaged"):
        read_member(path, "member", span)


def test_archive_that_changed_under_our_hands_is_noticed(tmp_path: Path, payload: bytes) -> None:
    path = make_archive(tmp_path / "a.zip", {"member": payload})
    gone = MemberSpan(header_offset=7, stored_bytes=9, size_bytes=9, is_deflated=True, crc32=0)
    with pytest.raises(ArchiveError, match="not where"):
        read_member(path, "member", gone)


def test_missing_member_is_named(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.zip", {"member": b""})
    with pytest.raises(ArchiveError, match=r"other\.dcm"):
        find_member(path, "other.dcm")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_cut_archive_is_one_sentence(tmp_path: Path, payload: bytes, share: float) -> None:
    path = make_archive(tmp_path / "a.zip", {"member": payload})
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    told = "that was cut off" if 0.1 < share < 0.99 else "a readable ZIP archive|cut off"
    with pytest.raises(ArchiveError, match=told) as caught:
        list_members(path)
    assert str(path) in str(caught.value)
    assert caught.value.hint


def write_zip64(path: Path, count: int, offset: int | None = None) -> None:
    """Write the end of an archive with more members than its 16 bits can tell."""
    record = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, 0, 0)
    where = 100 * 46 if offset is None else offset
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, where, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0, 0, 0)
    path.write_bytes(bytes(100 * 46) + record + locator + end)


def test_members_are_counted_by_the_last_record(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        for number in range(7):
            file.writestr(f"{number}.txt", "text")
        file.comment = b"a comment"
    assert count_members(path) == 7
    write_zip64(path, 90)
    assert count_members(path) == 90


def test_a_count_that_makes_no_sense_is_one(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    assert count_members(path) == 1
    for data in (b"", b"PK\x05\x06", bytes(1000), b"PK\x05\x06" + b"\x07" * 18):
        path.write_bytes(data)
        assert count_members(path) == 1
    write_zip64(path, 2**40)
    assert count_members(path) == 1
    for offset in (0, 2**62, 2**64 - 1):
        write_zip64(path, 90, offset)
        assert count_members(path) == 1
    with zipfile.ZipFile(path, "w"):
        pass
    assert count_members(path) == 1

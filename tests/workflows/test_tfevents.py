"""Event files, read back by a reader of their own; TensorBoard 2.20 read the same bytes."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from ctbox.workflows.tfevents import EventWriter, compute_crc32c, encode_scalar, frame_record

GOLDEN = "1b000000000000001a0d9e1309000000000000004010ac022a0d0a0b0a046c6f7373150000003fdfc52b60"


def parse_fields(data: bytes) -> list[tuple[int, bytes | int]]:
    """Return (number, value) of a protocol buffer message."""
    fields: list[tuple[int, bytes | int]] = []
    place = 0

    def take_varint() -> int:
        nonlocal place
        value = shift = 0
        while True:
            byte = data[place]
            place += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while place < len(data):
        number, kind = divmod(take_varint(), 8)
        if kind == 0:
            fields.append((number, take_varint()))
            continue
        length = {1: 8, 5: 4}.get(kind) or take_varint()
        fields.append((number, data[place : place + length]))
        place += length
    return fields


def read_records(path: Path) -> list[bytes]:
    data, place, records = path.read_bytes(), 0, []
    while place < len(data):
        (length,) = struct.unpack_from("<Q", data, place)
        body = data[place + 12 : place + 12 + length]
        assert frame_record(body) == data[place : place + 16 + length]
        records.append(body)
        place += 16 + length
    return records


@pytest.mark.parametrize(
    ("data", "crc"),
    [(b"", 0), (b"123456789", 0xE3069283), (b"\0" * 32, 0x8A9136AA), (b"\xff" * 32, 0x62A8AB43)],
)
def test_checksums_of_rfc_3720(data: bytes, crc: int) -> None:
    assert compute_crc32c(data) == crc


def test_a_record_has_the_bytes_that_tensorboard_reads() -> None:
    record = frame_record(encode_scalar("loss", 0.5, 300, 2.0))
    assert record.hex() == GOLDEN


def test_points_come_back_as_they_went_in(tmp_path: Path) -> None:
    writer = EventWriter(tmp_path)
    writer.write_scalar("loss/step", 1.25, 1)
    writer.write_scalar("IoU/stopping patients", 0.5, 200)
    (path,) = tmp_path.glob("*tfevents*")
    first, *points = read_records(path)
    assert dict(parse_fields(first))[3] == b"brain.Event:2"
    found = []
    for point in points:
        event = dict(parse_fields(point))
        ((_, value),) = parse_fields(bytes(event[5]))  # type: ignore[arg-type]
        scalar = dict(parse_fields(bytes(value)))  # type: ignore[arg-type]
        found.append((scalar[1], struct.unpack("<f", bytes(scalar[2]))[0], event[2]))  # type: ignore[arg-type]
    assert found == [(b"loss/step", 1.25, 1), (b"IoU/stopping patients", 0.5, 200)]

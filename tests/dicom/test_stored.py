"""How much of a file is read for one slice of it."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from ctbox.dicom.pixels import read_hu
from ctbox.dicom.reading import read_series
from ctbox.dicom.series import InstanceSource, Slice
from ctbox.errors import DicomReadError
from tests.builders import save_dataset
from tests.dicom.test_frames import make_enhanced, make_volume


@pytest.fixture
def frames(tmp_path: Path) -> tuple[Path, dict[int, Slice]]:
    """Return a file of four frames and the slice of each."""
    path = save_dataset(make_enhanced(make_volume()), tmp_path / "a.dcm")
    (series,) = read_series(path).series
    return path, {slice_.frame or 0: slice_ for slice_ in series.slices}


def test_a_frame_is_read_without_the_others(
    frames: tuple[Path, dict[int, Slice]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bytes:
        raise AssertionError("the whole file was read")

    monkeypatch.setattr(InstanceSource, "read", refuse)
    for number, hu in enumerate(make_volume()):
        assert (read_hu(frames[1][number]) == hu).all()


def test_a_file_that_changed_is_read_anew(frames: tuple[Path, dict[int, Slice]]) -> None:
    path, slices = frames
    before = read_hu(slices[2])
    changed = make_volume()
    changed[2] += 7
    save_dataset(make_enhanced(changed), path)
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 10**9))
    assert np.array_equal(read_hu(slices[2]), before + 7)


def test_a_file_that_was_cut_off_or_went_is_named(frames: tuple[Path, dict[int, Slice]]) -> None:
    path, slices = frames
    read_hu(slices[3])
    data = path.read_bytes()
    path.write_bytes(data[:-100])
    with pytest.raises(DicomReadError, match="Truncated pixel data"):
        read_hu(slices[3])
    path.write_bytes(b"rubbish" * 99)
    with pytest.raises(DicomReadError, match="not a DICOM file"):
        read_hu(slices[3])
    path.unlink()
    with pytest.raises(DicomReadError, match="cannot be read"):
        read_hu(slices[3])


def test_a_file_that_shrinks_while_it_is_read_is_named(
    frames: tuple[Path, dict[int, Slice]], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, slices = frames
    size = path.stat()
    read_hu(slices[3])
    os.truncate(path, size.st_size - 100)
    # As if it had been cut after its size was asked for.
    monkeypatch.setattr(Path, "stat", lambda *_, **__: size)
    with pytest.raises(DicomReadError, match="became shorter"):
        read_hu(slices[3])

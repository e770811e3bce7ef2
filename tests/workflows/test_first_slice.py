"""One slice of a place is read ahead of its headers, or none where it is not clear which."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from ctbox.dicom.pixels import read_hu
from ctbox.progress import TaskContext
from ctbox.workflows import open_case
from ctbox.workflows.first_slice import FirstSlice, read_first_slice
from tests import builders


def assert_is_first(found: FirstSlice | None, place: Path) -> None:
    series = open_case.open_series(place, TaskContext()).series[0]
    assert found is not None
    assert found.sop_instance_uid == series.slices[0].sop_instance_uid
    assert found.series.key == series.key
    np.testing.assert_array_equal(found.pixels, read_hu(series.slices[0]))


def test_a_folder_gives_its_most_cranial_slice(tmp_path: Path) -> None:
    builders.write_series(tmp_path / "patient" / "study" / "series", 12)
    assert_is_first(read_first_slice(tmp_path), tmp_path)


def test_files_that_count_upwards_give_it_too(tmp_path: Path) -> None:
    paths = builders.write_series(tmp_path / "series", 12)
    for number, path in enumerate(reversed(paths)):
        path.rename(path.with_name(f"{number + 1}.dcm"))  # 10.dcm would come before 2.dcm
    assert_is_first(read_first_slice(tmp_path), tmp_path)


def test_an_archive_gives_it_where_its_members_lie_together(tmp_path: Path) -> None:
    builders.write_series(tmp_path / "series", 4)
    archive = Path(shutil.make_archive(str(tmp_path / "case"), "zip", tmp_path / "series"))
    assert_is_first(read_first_slice(archive), archive)


def test_annotations_beside_the_images_do_not_matter(tmp_path: Path) -> None:
    builders.write_series(tmp_path, 3)
    (tmp_path / "1.2.3.xml").write_text("<annotation/>")
    assert read_first_slice(tmp_path) is not None


@pytest.mark.parametrize("kind", ["two folders", "no images", "nothing", "one file", "damaged"])
def test_no_slice_where_it_is_not_clear_or_cannot_be_read(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "case"
    place.mkdir()
    if kind == "two folders":
        builders.write_series(place / "a", 2, series_instance_uid="1.2.3")
        builders.write_series(place / "b", 2, series_instance_uid="1.2.4")
    elif kind == "no images":
        (place / "notes.txt").write_text("not an image")
    elif kind == "one file":
        place = builders.write_series(place, 1)[0]
    elif kind == "damaged":
        for path in builders.write_series(place, 2):
            path.write_bytes(path.read_bytes()[:-100])
    assert read_first_slice(place) is None
    assert read_first_slice(tmp_path / "gone.zip") is None

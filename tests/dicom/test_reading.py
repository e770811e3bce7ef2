"""What is found at a place, what is skipped and why, and what ends in an error."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydicom
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ctbox.dicom.pixels import read_hu
from ctbox.dicom.reading import SeriesScan, read_series
from ctbox.dicom.scanning import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN
from ctbox.errors import ArchiveError, CtboxError, DicomReadError
from ctbox.progress import Progress, TaskCancelledError, TaskContext
from tests.builders import (
    AXIAL,
    CORONAL,
    SAGITTAL,
    make_dataset,
    save_dataset,
    write_rgb,
    write_series,
    write_slice,
    write_smart_prep,
    zip_folder,
)


def reasons(scan: SeriesScan) -> dict[str, str]:
    return {Path(file.path).name: file.reason for file in scan.skipped}


def the_reason(path: Path) -> str:
    """Return the reason of the only skipped file."""
    scan = read_series(path)
    ((name, reason),) = reasons(scan).items()
    assert name == path.name or path.is_dir()
    return reason


@pytest.mark.parametrize("syntax", [IMPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN])
def test_series_values(tmp_path: Path, syntax: str) -> None:
    write_series(
        tmp_path / "deep" / "er",
        4,
        spacing=(0.8, 0.7),
        slice_spacing_mm=2.5,
        acquisition_number=3,
        patient_id="Lung_Dx-G0007",
        transfer_syntax=syntax,
        tags={"WindowCenter": ["-0600", "40"], "WindowWidth": ["01600", "350"]},
    )
    (series,) = read_series(tmp_path).series
    assert len(series.slices) == 4
    assert (series.rows, series.columns) == (32, 40)
    assert series.pixel_spacing_mm == (0.8, 0.7)
    assert series.slice_spacing_mm == 2.5
    assert series.slice_thickness_mm == 5.0
    assert (series.patient_id, series.subtype) == ("Lung_Dx-G0007", "G")
    assert (series.modality, series.sop_class_uid) == ("CT", "1.2.840.10008.5.1.4.1.1.2")
    assert (series.description, series.series_number) == ("5mm", 2)
    assert (series.study_description, series.study_date) == ("Chest", "20090201")
    assert (series.patient_sex, series.patient_age) == ("F", "061Y")
    assert (series.manufacturer, series.convolution_kernel) == ("ctbox tests", "STANDARD")
    assert series.acquisition_number == 3
    assert series.problems == ()
    assert series.skip_detection_reason is None
    assert [slice_.position_along_normal_mm for slice_ in series.slices] == [100, 97.5, 95, 92.5]
    assert [(w.center, w.width) for w in series.slices[0].windows] == [(-600, 1600), (40, 350)]
    assert series.slices[0].transfer_syntax_uid == syntax


def test_folder_zip_and_file_agree(tmp_path: Path) -> None:
    paths = write_series(tmp_path / "case", 3)
    archive = zip_folder(tmp_path / "case")
    (from_folder,) = read_series(tmp_path / "case").series
    (from_archive,) = read_series(archive).series
    (from_file,) = read_series(paths[1]).series
    assert [s.sop_instance_uid for s in from_archive.slices] == [
        s.sop_instance_uid for s in from_folder.slices
    ]
    assert from_file.slices == from_folder.slices[1:2]
    for a, b in zip(from_folder.slices, from_archive.slices, strict=True):
        assert (read_hu(a) == read_hu(b)).all()
    # Nothing was unpacked.
    assert {path.name for path in tmp_path.iterdir()} == {"case", "case.zip"}


def test_bolus_tracking_and_phases_on_disk(tmp_path: Path) -> None:
    write_smart_prep(tmp_path / "prep")
    for acquisition in (1, 2, 3):
        write_series(tmp_path / "phases", 3, acquisition_number=acquisition)
    scan = read_series(tmp_path)
    assert [(s.acquisition_number, len(s.slices), s.not_a_volume) for s in scan.series] == [
        (1, 3, False),
        (2, 3, False),
        (3, 3, False),
        (None, 6, True),
    ]


@pytest.mark.parametrize(
    ("rescale", "is_hu"),
    [
        ({"RescaleSlope": None, "RescaleIntercept": None}, False),
        ({"RescaleSlope": 0}, False),
        ({"RescaleSlope": None}, True),
        ({"RescaleIntercept": None}, True),
    ],
)
def test_ct_without_rescale_says_that_it_holds_no_hu(
    tmp_path: Path, rescale: dict[str, Any], is_hu: bool
) -> None:
    write_series(tmp_path, 3, tags=rescale)
    (series,) = read_series(tmp_path).series
    assert [slice_.has_rescale for slice_ in series.slices] == [is_hu] * 3
    told = [problem for problem in series.problems if "not HU" in problem]
    assert len(told) == (0 if is_hu else 1)
    assert (series.skip_detection_reason is None) == is_hu
    if not is_hu:
        assert told[0].startswith("No rescale slope and intercept in 3 of 3 images")
        assert "not HU" in (series.skip_detection_reason or "")


def test_one_slice_without_rescale_keeps_the_detector_off_the_series(tmp_path: Path) -> None:
    paths = write_series(tmp_path, 3)
    dataset = pydicom.dcmread(paths[1])
    del dataset.RescaleSlope, dataset.RescaleIntercept
    dataset.save_as(paths[1])
    (series,) = read_series(tmp_path).series
    assert any("in 1 of 3 images" in problem for problem in series.problems)
    assert series.skip_detection_reason is not None


@pytest.mark.parametrize(
    ("orientation", "told"),
    [
        (CORONAL, "coronal"),
        (SAGITTAL, "sagittal"),
        (AXIAL, None),
        (None, None),
        ((1.0, 0.0, 0.0, 0.0, 0.9397, -0.342), None),
    ],
)
def test_reformats_are_kept_from_the_detector_and_a_tilted_gantry_is_not(
    tmp_path: Path, orientation: tuple[float, ...] | None, told: str | None
) -> None:
    for number in range(3):
        ds = make_dataset(
            instance_number=number + 1,
            orientation=orientation,
            position=(-100.0, 5.0 * number, 5.0 * number),
        )
        if orientation == SAGITTAL:
            ds.ImagePositionPatient = [5.0 * number, -100.0, 0.0]
        save_dataset(ds, tmp_path / f"{number}.dcm")
    (series,) = read_series(tmp_path).series
    reason = series.skip_detection_reason
    if told is None:
        assert reason is None or "position" in reason
    else:
        assert told in (reason or "")


def test_other_modalities_need_no_hu(tmp_path: Path) -> None:
    none = {"RescaleSlope": None, "RescaleIntercept": None, "Modality": "MR"}
    write_series(tmp_path, 3, tags={**none, "SOPClassUID": "1.2.840.10008.5.1.4.1.1.4"})
    (series,) = read_series(tmp_path).series
    assert not any("HU" in problem for problem in series.problems)
    assert "MR" in (series.skip_detection_reason or "")


def test_capture_is_read_and_told_by_its_class(tmp_path: Path) -> None:
    write_rgb(tmp_path)
    (series,) = read_series(tmp_path).series
    assert series.modality == "CT"
    assert series.is_secondary_capture
    assert "Secondary capture" in (series.skip_detection_reason or "")


def test_other_files_are_listed_and_annotations_passed_over(tmp_path: Path) -> None:
    write_series(tmp_path / "images", 2)
    for name in ("Annotation/A0001/1.2.3.xml", "DICOMDIR", "LICENSE", ".DS_Store", "notes.pdf"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"some other bytes " * 20)
    (tmp_path / "empty.dcm").touch()
    (tmp_path / "inner.zip").write_bytes(b"PK\x03\x04")
    scan = read_series(tmp_path)
    assert len(scan.series) == 1
    assert reasons(scan) == {
        "LICENSE": "Not a DICOM file.",
        ".DS_Store": "Not a DICOM file.",
        "notes.pdf": "Not a DICOM file.",
        "empty.dcm": "The file is empty (0 bytes).",
        "inner.zip": reasons(scan)["inner.zip"],
    }
    assert "that was cut off" in reasons(scan)["inner.zip"]
    assert list(scan.skipped) == sorted(scan.skipped, key=lambda file: file.path)


def test_folder_of_archives_reads_as_all_of_them(tmp_path: Path) -> None:
    place = tmp_path / "download"
    loose = write_slice(place, sop_instance_uid="1.2.1", series_instance_uid="1.2")
    for name in ("one", "two"):
        write_series(tmp_path / name, 3, series_instance_uid=f"1.{len(name)}.{ord(name[0])}")
    (tmp_path / "one" / "notes.txt").write_bytes(b"x")
    (tmp_path / "one" / "1.2.3.xml").write_bytes(b"<annotation/>")
    (tmp_path / "one" / "inner.zip").write_bytes(b"PK\x03\x04")
    one = zip_folder(tmp_path / "one", place / "one.ZIP")
    two = zip_folder(tmp_path / "two", place / "deeper" / "two.zip")
    (place / "broken.zip").write_bytes(one.read_bytes()[:-40])
    scan = read_series(place)
    found = {s.source.path: len(series.slices) for series in scan.series for s in series.slices}
    assert found == {loose: 1, one: 3, two: 3}
    for series in scan.series:
        assert read_hu(series.slices[0]).shape == (32, 40)
    assert {file.path: file.reason.split(" ", 6)[:4] for file in scan.skipped} == {
        str(place / "broken.zip"): [str(place / "broken.zip"), "is", "a", "ZIP"],
        f"{one}!/inner.zip": ["A", "ZIP", "archive", "inside"],
        f"{one}!/notes.txt": ["Not", "a", "DICOM", "file."],
    }


def test_archive_of_something_else_in_a_folder_is_named_once(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "code.zip", "w") as archive:
        for index in range(50):
            archive.writestr(f"src/{index}.py", "print()")
        archive.writestr("../evil.py", "print()")
    with zipfile.ZipFile(tmp_path / "boxes.zip", "w") as archive:
        archive.writestr("Annotation/A0001/1.2.3.xml", "<annotation/>")
    scan = read_series(tmp_path)
    found = {file.path: file.reason for file in scan.skipped}
    code = tmp_path / "code.zip"
    assert list(found) == [str(code), f"{code}!/../evil.py"]
    assert found[str(code)].startswith("A ZIP archive without DICOM files")
    assert found[str(code)].endswith(": 50.")
    # Opened by itself, it tells of every file.
    assert len(read_series(code).skipped) == 51


def test_damaged_dicom_in_an_archive_is_named_by_member(tmp_path: Path) -> None:
    path = write_slice(tmp_path / "case")
    path.write_bytes(path.read_bytes()[:700])
    (tmp_path / "case" / "a.txt").write_bytes(b"x")
    archive = zip_folder(tmp_path / "case", tmp_path / "place" / "case.zip")
    found = [file.path for file in read_series(tmp_path / "place").skipped]
    assert found == [f"{archive}!/{path.name}", f"{archive}!/a.txt"]


def test_slice_that_lies_loose_and_in_an_archive_is_read_once(tmp_path: Path) -> None:
    path = write_slice(tmp_path / "case")
    archive = zip_folder(tmp_path / "case", tmp_path / "case.zip")
    scan = read_series(tmp_path)
    assert [s.source.path for series in scan.series for s in series.slices] == [path]
    ((skipped, reason),) = [(file.path, file.reason) for file in scan.skipped]
    assert skipped == f"{archive}!/{path.name}"
    assert reason.startswith(f"Duplicate of {path}")


def test_listing_of_archives_hears_cancel(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write_slice(tmp_path / name)
        zip_folder(tmp_path / name, tmp_path / "zips" / f"{name}.zip")
    asked: list[bool] = []
    ctx = TaskContext(is_cancelled=lambda: asked.append(True) or len(asked) > 2)
    with pytest.raises(TaskCancelledError):
        read_series(tmp_path / "zips", ctx)
    assert len(asked) == 3


def test_file_without_preamble_is_read(tmp_path: Path) -> None:
    path = write_slice(tmp_path)
    expected = read_hu(read_series(path).series[0].slices[0])
    path.write_bytes(path.read_bytes()[132:])
    (series,) = read_series(path).series
    assert (read_hu(series.slices[0]) == expected).all()


def test_text_that_begins_like_a_bare_dataset_is_not_dicom(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\x08\x00\x05\x00 and then something else" * 50)
    assert the_reason(tmp_path) == "Not a DICOM file."


@pytest.mark.parametrize(
    ("uid", "name"),
    [
        ("1.2.840.10008.1.2.4.55", "JPEG Full Progression"),
        ("1.2.840.10008.1.2.4.92", "JPEG 2000 Part 2"),
        ("1.2.840.10008.1.2.4.102", "MPEG-4"),
        ("1.2.840.10008.1.2.4.110", "JPEG XL"),
        ("1.2.840.113619.5.2", "GE Private"),
        ("1.2.3.4.5", "unknown, 1.2.3.4.5"),
    ],
)
def test_other_transfer_syntaxes_are_named(tmp_path: Path, uid: str, name: str) -> None:
    path = write_slice(tmp_path)
    data = path.read_bytes()
    old = b"UI\x14\x001.2.840.10008.1.2.1\0"
    new = uid.encode() + b"\0" * (len(uid) % 2)
    assert data.count(old) == 1
    path.write_bytes(data.replace(old, b"UI" + len(new).to_bytes(2, "little") + new))
    reason = the_reason(path)
    assert reason.startswith("Transfer syntax not supported")
    assert name in reason


BAD_TAGS: list[tuple[dict[str, Any], str]] = [
    ({"PixelData": None}, "No pixel data"),
    ({"Rows": None}, "Rows or Columns is missing"),
    ({"Columns": 0}, "Rows or Columns is missing"),
    ({"NumberOfFrames": 3}, "in 3 frames, 2560 found"),
    ({"PhotometricInterpretation": "PALETTE COLOR"}, "Its colour palette is missing"),
    ({"PhotometricInterpretation": "XYZ"}, "Photometric interpretation XYZ is not supported"),
    ({"SamplesPerPixel": 3, "PhotometricInterpretation": "YBR_FULL"}, "3 samples of 16 bits"),
    ({"Rows": 60_000, "Columns": 60_000}, "more than can be shown"),
    ({"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0}, "Pixel layout not supported"),
    ({"HighBit": 16}, "Pixel layout not supported"),
    ({"SeriesInstanceUID": None}, "no Series Instance UID"),
    ({"SOPInstanceUID": None}, "no SOP Instance UID"),
    ({"Rows": 64}, "Truncated pixel data: 5120 bytes expected for 64 × 40 pixels, 2560 found"),
]


@pytest.mark.parametrize(("tags", "reason"), BAD_TAGS, ids=[reason for _, reason in BAD_TAGS])
def test_instances_that_cannot_be_read_are_skipped_with_the_reason(
    tmp_path: Path, tags: dict[str, Any], reason: str
) -> None:
    import pydicom

    write_slice(tmp_path, name="good.dcm", instance_number=7)
    path = write_slice(tmp_path, name="bad.dcm")
    dataset = pydicom.dcmread(path)
    for keyword, value in tags.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    dataset.save_as(path)
    scan = read_series(tmp_path)
    assert len(scan.series) == 1
    assert reason in reasons(scan)["bad.dcm"]


@pytest.mark.parametrize("in_archive", [False, True])
def test_truncated_pixel_data_name_expected_and_actual_bytes(
    tmp_path: Path, in_archive: bool
) -> None:
    path = write_slice(tmp_path / "case")
    path.write_bytes(path.read_bytes()[:-100])
    place = zip_folder(tmp_path / "case") if in_archive else path
    ((_, reason),) = reasons(read_series(place)).items()
    assert reason.startswith(
        "Truncated pixel data: 2560 bytes expected for 32 × 40 pixels, 2460 found."
    )


def test_cut_header_is_damaged(tmp_path: Path) -> None:
    path = write_slice(tmp_path)
    path.write_bytes(path.read_bytes()[:700])
    assert "damaged or cut off" in the_reason(path)


def test_repeated_uid_keeps_the_first_and_names_it(tmp_path: Path) -> None:
    first = write_slice(tmp_path, name="1.dcm")
    shutil.copy(first, tmp_path / "2.dcm")
    scan = read_series(tmp_path)
    assert [s.source.path.name for s in scan.series[0].slices] == ["1.dcm"]
    assert reasons(scan) == {"2.dcm": f"Duplicate of {first}: same SOP Instance UID."}


def test_missing_geometry_still_opens(tmp_path: Path) -> None:
    write_series(tmp_path, 3, position=None, spacing=None, orientation=None, thickness=None)
    (series,) = read_series(tmp_path).series
    assert series.not_a_volume
    assert series.slice_spacing_mm is None
    assert series.slice_thickness_mm is None
    assert series.pixel_spacing_mm is None
    assert [s.instance_number for s in series.slices] == [1, 2, 3]
    assert len(series.problems) == 2


@pytest.mark.parametrize(
    "tags",
    [
        {"PixelSpacing": [0.0, 0.7]},
        {"ImageOrientationPatient": [0, 0, 0, 0, 0, 0]},
        {"ImageOrientationPatient": [1, 0, 0, 1, 0, 0]},
    ],
)
def test_senseless_geometry_counts_as_missing(tmp_path: Path, tags: dict[str, Any]) -> None:
    write_series(tmp_path, 2, tags=tags)
    (series,) = read_series(tmp_path).series
    assert "missing or invalid" in series.problems[0]


def test_long_header_is_read_to_its_pixels(tmp_path: Path) -> None:
    dataset = make_dataset(tags={"ImageComments": "x" * 9000})
    block = dataset.private_block(0x0009, "TESTS", create=True)
    block.add_new(1, "OB", bytes(900_000))
    save_dataset(dataset, tmp_path / "case" / "a.dcm")
    assert len(read_series(tmp_path / "case").series) == 1
    assert len(read_series(zip_folder(tmp_path / "case")).series) == 1


def make_missing(tmp_path: Path) -> Path:
    return tmp_path / "nowhere"


def make_empty_folder(tmp_path: Path) -> Path:
    return tmp_path


def make_folder_of_annotations(tmp_path: Path) -> Path:
    (tmp_path / "1.2.xml").write_bytes(b"<annotation/>")
    return tmp_path


def make_empty_archive(tmp_path: Path) -> Path:
    with zipfile.ZipFile(tmp_path / "a.zip", "w"):
        pass
    return tmp_path / "a.zip"


def make_pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (make_missing, "does not exist"),
        (make_empty_folder, "holds no DICOM files"),
        (make_folder_of_annotations, "holds no DICOM files"),
        (make_empty_archive, "holds no DICOM files"),
        pytest.param(
            make_pipe,
            "neither a file nor a folder",
            marks=pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on Windows"),
        ),
    ],
)
def test_places_without_files_are_errors_with_a_hint(
    tmp_path: Path, make: Callable[[Path], Path], sentence: str
) -> None:
    path = make(tmp_path)
    with pytest.raises(DicomReadError, match=sentence) as caught:
        read_series(path)
    assert str(path) in str(caught.value)
    assert caught.value.hint


def test_damaged_archive_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 and nothing more")
    with pytest.raises(ArchiveError, match="that was cut off"):
        read_series(tmp_path / "a.zip")


def test_archive_is_known_by_its_content_too(tmp_path: Path) -> None:
    write_slice(tmp_path / "case")
    archive = zip_folder(tmp_path / "case", tmp_path / "download")
    assert len(read_series(archive).series) == 1


def test_refused_and_damaged_members_leave_the_rest(tmp_path: Path) -> None:
    path = write_slice(tmp_path / "case")
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as target:
        target.write(path, "good.dcm")
        target.writestr("../evil.dcm", path.read_bytes())
        target.writestr("bomb.dcm", bytes(60 * 1024**2), zipfile.ZIP_DEFLATED)
        target.writestr("damaged.dcm", b"x" * 1000)
    data = bytearray(archive.read_bytes())
    data[data.index(b"x" * 1000) : data.index(b"x" * 1000) + 8] = b"changed!"
    archive.write_bytes(data)
    scan = read_series(archive)
    assert len(scan.series) == 1
    found = {name.rsplit("/", 1)[-1]: reason for name, reason in reasons(scan).items()}
    assert "outside the archive" in found["evil.dcm"]
    assert "bomb" in found["bomb.dcm"]
    assert "checksum" in found["damaged.dcm"]
    assert not (tmp_path.parent / "evil.dcm").exists()


def test_unreadable_files_are_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = write_series(tmp_path, 2)
    plain_open = Path.open

    def deny(path: Path, *args: Any, **kwargs: Any) -> Any:
        if path == bad:
            raise PermissionError(13, "Permission denied", str(path))
        return plain_open(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", deny)
    scan = read_series(tmp_path)
    assert [s.source.path for s in scan.series[0].slices] == [good]
    assert reasons(scan) == {bad.name: "No permission to read it."}
    with pytest.raises(DicomReadError, match="No permission"):
        read_series(bad)


def test_unreadable_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_slice(tmp_path)
    locked = tmp_path / "locked"
    locked.mkdir()
    plain_scandir = os.scandir

    def deny(path: Any) -> Any:
        if str(path) == str(locked):
            raise PermissionError(13, "Permission denied", str(path))
        return plain_scandir(path)

    monkeypatch.setattr(os, "scandir", deny)
    assert reasons(read_series(tmp_path)) == {"locked": "No permission to read it."}
    with pytest.raises(DicomReadError, match="No permission"):
        read_series(locked)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on Windows")
def test_pipes_and_links_are_not_followed(tmp_path: Path) -> None:
    write_slice(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    found = reasons(read_series(tmp_path))
    assert found["pipe"] == "Not a regular file."
    assert "not followed" in found["loop"]
    assert "cannot be read" in found["broken"]


def test_progress_is_told_and_cancel_heard(tmp_path: Path) -> None:
    write_series(tmp_path, 4)
    heard: list[object] = []
    read_series(tmp_path, TaskContext(heard.append))
    assert [update.done for update in heard if isinstance(update, Progress)] == [0, 1, 2, 3, 4]
    assert {update.total for update in heard if isinstance(update, Progress)} == {4}

    def stop_soon(update: object) -> None:
        assert isinstance(update, Progress)
        if update.done == 2:
            ctx.cancel()

    ctx = TaskContext(stop_soon)
    with pytest.raises(TaskCancelledError):
        read_series(tmp_path, ctx)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a good slice."""
    return write_slice(tmp_path_factory.mktemp("original")).read_bytes()


class TestDamage:
    """Bytes cut or flipped anywhere give a series, a reason or a sentence, never a crash."""

    def check(self, path: Path) -> None:
        outcome = ""
        try:
            scan = read_series(path)
            outcome = f"{len(scan.series)} series, {len(scan.skipped)} skipped"
            for series in scan.series:
                for slice_ in series.slices:
                    read_hu(slice_)
        except CtboxError as error:
            outcome = str(error)
        assert outcome not in ("", "0 series, 0 skipped")

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
    @given(share=st.floats(0, 1))
    @example(share=1.0)
    def test_cut_anywhere(self, tmp_path: Path, original: bytes, share: float) -> None:
        path = tmp_path / "cut.dcm"
        path.write_bytes(original[: int(share * len(original))])
        self.check(path)

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
    @given(st.lists(st.tuples(st.integers(0, 1100), st.integers(0, 255)), min_size=1, max_size=4))
    def test_changed_anywhere(
        self, tmp_path: Path, original: bytes, changes: list[tuple[int, int]]
    ) -> None:
        data = bytearray(original)
        for offset, value in changes:
            data[offset] = value
        path = tmp_path / "changed.dcm"
        path.write_bytes(data)
        self.check(path)

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
    @given(
        st.lists(st.tuples(st.floats(0, 0.9999), st.integers(0, 255)), min_size=1, max_size=3),
        st.floats(0.5, 1),
    )
    def test_archive_changed_anywhere(
        self, tmp_path: Path, original: bytes, changes: list[tuple[float, int]], share: float
    ) -> None:
        path = tmp_path / "changed.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.dcm", original)
            archive.writestr("b.dcm", original.replace(b"2.25.", b"2.26."))
        data = bytearray(path.read_bytes())
        for place, value in changes:
            data[int(place * len(data))] = value
        path.write_bytes(data[: int(len(data) * share)] if share < 0.7 else data)
        self.check(path)

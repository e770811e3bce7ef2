"""De-identified images: nothing of the person, everything of the picture."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import FileDataset

from ctbox.dicom.deid_attributes import DATE_TIMES, EMPTIED, KEPT, KEPT_MOMENTS, LONE_TIMES
from ctbox.dicom.deidentify import Deidentifier
from ctbox.dicom.pixels import read_hu
from ctbox.dicom.reading import read_series
from ctbox.dicom.transfer_syntax import find_coding
from ctbox.errors import DicomReadError
from tests.builders import make_dataset, make_uid, save_dataset, set_tags, write_rgb
from tests.dicom.identity_scene import TEXTS, list_identifiers, make_telling
from tests.dicom.test_sr import strict_pydicom  # noqa: F401  # a fixture

KEY = bytes(range(32))


def encode(dataset: FileDataset, folder: Path, syntax: str = "1.2.840.10008.1.2.1") -> bytes:
    return save_dataset(dataset, folder / "in.dcm", syntax).read_bytes()


def copy(data: bytes, key: bytes = KEY) -> FileDataset:
    return pydicom.dcmread(io.BytesIO(Deidentifier(key).deidentify(data, "in.dcm").data))


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"])
def test_no_identifier_of_the_input_is_in_the_output(tmp_path: Path, syntax: str) -> None:
    dataset = make_telling()
    data = encode(dataset, tmp_path, syntax)
    copied = Deidentifier().deidentify(data, "in.dcm").data
    for text in sorted(list_identifiers(dataset)):
        assert text.encode() in data, f"{text} was not even in the input"
        assert text.encode() not in copied, text
        assert text.lower().encode() not in copied.lower(), text


def test_the_picture_and_its_place_stay(tmp_path: Path) -> None:
    dataset = make_telling()
    (tmp_path / "out").mkdir()
    data = encode(dataset, tmp_path / "in")
    copied = Deidentifier(KEY).deidentify(data, "in.dcm")
    (tmp_path / "out" / "x.dcm").write_bytes(copied.data)
    (before,), (after,) = (read_series(tmp_path / name).series for name in ("in", "out"))
    assert np.array_equal(read_hu(before.slices[0]), read_hu(after.slices[0]))
    for name in ("image_position_mm", "image_orientation", "pixel_spacing_mm", "windows", "rows"):
        left, right = (getattr(each.slices[0], name) for each in (before, after))
        if name == "windows":  # their names are free text
            left, right = ([(w.center, w.width) for w in each] for each in (left, right))
        assert left == right
    assert after.convolution_kernel == before.convolution_kernel == "STANDARD"
    assert (after.modality, after.sop_class_uid) == (before.modality, before.sop_class_uid)
    assert (after.description, after.patient_sex, after.patient_age) == (None, None, None)
    assert after.patient_id == copied.patient_id
    assert after.slices[0].sop_instance_uid == copied.sop_instance_uid
    assert after.frame_of_reference_uid not in (None, before.frame_of_reference_uid)


@pytest.mark.usefixtures("strict_pydicom")
def test_the_copy_is_valid_and_says_what_was_done(tmp_path: Path) -> None:
    copied = copy(encode(make_telling(), tmp_path))
    assert sum(1 for _ in copied.iterall()) > 40
    assert copied.PatientIdentityRemoved == "YES"
    assert copied.LongitudinalTemporalInformationModified == "MODIFIED"
    assert "Research use only, not for diagnosis." in copied.DeidentificationMethod
    codes = [item.CodeValue for item in copied.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113107"]
    assert copied.file_meta.MediaStorageSOPInstanceUID == copied.SOPInstanceUID
    assert all(copied[keyword].is_empty for keyword in EMPTIED)
    assert copied.AnatomicRegionSequence[0].CodeMeaning == "Lung"
    assert "OperatorsName" not in copied.AnatomicRegionSequence[0]
    assert "Manufacturer" not in copied  # it repeated the hospital's name
    assert not any(element.tag.is_private for element in copied.iterall())


def test_a_list_of_what_stays_holds_no_text_that_could_name_anyone() -> None:
    from pydicom.datadict import dictionary_VR, tag_for_keyword

    known = {*KEPT, *EMPTIED, *LONE_TIMES, *KEPT_MOMENTS, *(n for pair in DATE_TIMES for n in pair)}
    tags = {keyword: tag_for_keyword(keyword) for keyword in known}
    assert all(tag is not None for tag in tags.values())
    kinds = {keyword: dictionary_VR(tags[keyword] or 0) for keyword in KEPT}
    assert not {"PN", "LT", "ST", "UT", "UC", "AE", "DA", "DT", "TM", "UN"} & set(kinds.values())
    assert not KEPT & set(TEXTS) - {"Manufacturer", "ReconstructionMethod"}


def test_patients_uids_and_dates_map_consistently(tmp_path: Path) -> None:
    first, second, other = (
        copy(encode(make_telling(patient, number), tmp_path))
        for patient, number in (("MRN-1111", 1), ("MRN-1111", 2), ("MRN-2222", 1))
    )
    assert first.PatientID == second.PatientID != other.PatientID
    assert first.StudyInstanceUID == second.StudyInstanceUID != other.StudyInstanceUID
    assert first.SeriesInstanceUID == second.SeriesInstanceUID
    assert first.SOPInstanceUID != second.SOPInstanceUID
    assert first.StudyDate == second.StudyDate != other.StudyDate
    assert first.SOPInstanceUID == Deidentifier(KEY).map_uid(
        str(make_telling("MRN-1111", 1).SOPInstanceUID)
    )
    another = copy(encode(make_telling("MRN-1111", 1), tmp_path), bytes(32))
    assert another.PatientID != first.PatientID
    assert another.SOPInstanceUID != first.SOPInstanceUID


def test_intervals_between_dates_stay(tmp_path: Path) -> None:
    dataset = make_telling()
    copied = copy(encode(dataset, tmp_path))

    def measure(each: FileDataset) -> list[timedelta]:
        from pydicom.valuerep import DA, TM

        def moment(date: str, time: str) -> timedelta:
            day, clock = DA(each[date].value), TM(each[time].value)
            assert day is not None
            assert clock is not None
            seconds = clock.hour * 3600 + clock.minute * 60 + clock.second
            return timedelta(days=day.toordinal(), seconds=seconds)

        moments = [moment(*pair) for pair in DATE_TIMES]
        return [later - moments[0] for later in moments[1:]]

    assert measure(copied) == measure(dataset)


uids = st.lists(st.integers(0, 10**12), min_size=2, max_size=6).map(
    lambda parts: "1." + ".".join(map(str, parts))
)


@given(uids, uids)
def test_new_uids_are_valid_and_told_apart(first: str, second: str) -> None:
    mapper = Deidentifier(KEY)
    mapped = mapper.map_uid(first)
    assert pydicom.uid.UID(mapped).is_valid
    assert mapped.startswith("2.25.")
    assert (mapper.map_uid(second) == mapped) == (first == second)
    assert mapper.map_uid(f"{first}#7") == f"{mapped}#7"


def test_uids_of_the_standard_stay_and_nothing_that_only_looks_like_one() -> None:
    mapper = Deidentifier(KEY)
    assert mapper.map_uid("1.2.840.10008.5.1.4.1.1.2") == "1.2.840.10008.5.1.4.1.1.2"
    for uid in ("1.2.840.10008.../../x", "1.2.840.10008.MRN-7", "1.2.840.10008.19470311.1"):
        assert mapper.map_uid(uid).startswith("2.25.")
    with pytest.raises(ValueError, match="32 bytes"):
        Deidentifier(b"short")


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"BurnedInAnnotation": "YES"}, "burned"),
        ({"BurnedInAnnotation": "NO"}, ""),
        ({}, ""),
    ],
)
def test_burned_in_text_is_warned_about(
    tmp_path: Path, tags: dict[str, str], expected: str
) -> None:
    data = encode(make_dataset(tags=tags), tmp_path)
    warning = Deidentifier(KEY).deidentify(data, "x").burned_in
    assert expected in warning
    assert bool(warning) == bool(expected)


@pytest.mark.parametrize("tags", [{}, {"BurnedInAnnotation": "NO"}])
def test_a_secondary_capture_is_warned_about(tmp_path: Path, tags: dict[str, str]) -> None:
    data = write_rgb(tmp_path, tags=tags).read_bytes()
    assert "secondary capture" in Deidentifier(KEY).deidentify(data, "x").burned_in


def test_values_that_make_no_sense_are_dropped_and_the_rest_stays(tmp_path: Path) -> None:
    dataset = make_dataset(tags={"ImageType": ["ORIGINAL", "PRIMARY"]})
    with pytest.warns(UserWarning, match="Invalid value"):
        set_tags(dataset, {"StudyDate": "spring", "KVP": "12"})
    data = encode(dataset, tmp_path).replace(b"DS\x02\x0012", b"DS\x02\x00xx")
    assert b"DS\x02\x00xx" in data
    copied = copy(data.replace(b"ORIGINAL", b"Mrs Quin"))
    assert "KVP" not in copied
    assert "ImageType" not in copied
    assert copied.StudyDate == ""
    assert copied.PixelData == dataset.PixelData


def test_a_text_in_a_numbers_place_is_dropped(tmp_path: Path) -> None:
    dataset = make_dataset()
    dataset.add_new("KVP", "LT", "Mrs Quillfeather, aged 61")
    dataset.add_new("Exposure", "PN", "Quillfeather^Ottoline")
    dataset.add_new("Manufacturer", "UT", "Quillfeather's own")
    dataset.add_new("FilterType", "UN", b"Quillfeather")
    dataset.add_new("PixelSpacing", "OB", b"Quillfeather")
    dataset.add_new("AnatomicRegionSequence", "LO", "Quillfeather")
    data = encode(dataset, tmp_path)
    assert data.count(b"Quillfeather") == 6
    assert b"Quillfeather" not in Deidentifier(KEY).deidentify(data, "x").data


@pytest.mark.parametrize("data", [b"", b"rubbish" * 99, b"\0" * 128 + b"DICM"])
def test_what_is_no_image_is_refused(data: bytes) -> None:
    with pytest.raises(DicomReadError, match="could not be de-identified"):
        Deidentifier(KEY).deidentify(data, "x.dcm")


def test_every_codec_comes_through(codec_zoo: Path, tmp_path: Path) -> None:
    mapper = Deidentifier(KEY)
    copied = 0
    for path in sorted(codec_zoo.glob("CT*.dcm")):
        before = pydicom.dcmread(path, force=True)
        if before.file_meta.TransferSyntaxUID.is_private or "PixelData" not in before:
            continue
        if find_coding(before.file_meta.TransferSyntaxUID) is None:
            # 12 of 16 bits in a codec that nobody can decode: what else they hold is not known.
            with pytest.raises(DicomReadError, match="cannot be looked into"):
                mapper.deidentify(path.read_bytes(), "x")
            continue
        data = mapper.deidentify(path.read_bytes(), "x").data
        after = pydicom.dcmread(io.BytesIO(data))
        # Of JPEG 2000 only the comment with the encoder's name is blank.
        assert len(after.PixelData) == len(before.PixelData), path.name
        if b"OpenJPEG" not in before.PixelData:
            assert after.PixelData == before.PixelData, path.name
        (tmp_path / path.name).write_bytes(data)
        slices = [read_series(file).series[0].slices[0] for file in (path, tmp_path / path.name)]
        assert np.array_equal(*map(read_hu, slices)), path.name
        assert after.file_meta.TransferSyntaxUID == before.file_meta.TransferSyntaxUID
        assert (after.Rows, after.Columns) == (before.Rows, before.Columns)
        copied += 1
    assert copied >= 10


def test_a_series_without_patient_id_is_one_patient(tmp_path: Path) -> None:
    copies = [
        copy(
            encode(
                make_dataset(
                    instance_number=n, study_instance_uid=make_uid(s), tags={"PatientID": None}
                ),
                tmp_path,
            )
        )
        for n, s in ((1, "a"), (2, "a"), (1, "b"))
    ]
    assert copies[0].PatientID == copies[1].PatientID != copies[2].PatientID

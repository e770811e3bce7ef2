"""Structured reports: written by TID 1500, valid, read back by highdicom and by ctbox."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import config
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from ctbox.boxes import BoundingBox
from ctbox.dicom.lesion_marks import ImageSize, MarkedBox, MarkedLesion, Observer, split_frame
from ctbox.dicom.reading import read_series
from ctbox.dicom.series import Series
from ctbox.dicom.sr import build_sr
from ctbox.dicom.sr_reading import parse_sr
from ctbox.errors import DicomReadError
from tests.builders import make_uid, write_rgb, write_series

MODEL = Observer(is_device=True, name="detector-s", serial_number="0123456789abcdef")
READER = Observer(is_device=False, name="Expert")


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Series:
    folder = tmp_path_factory.mktemp("series")
    write_series(
        folder,
        4,
        tags={
            "StudyTime": "101112",
            "PatientBirthDate": "19470102",
            "AccessionNumber": "ACC4711",
            "ReferringPhysicianName": "Doctor^Secret",
            "OtherPatientIDs": "OTHER-1",
        },
    )
    return read_series(folder).series[0]


@pytest.fixture
def strict_pydicom() -> Iterator[None]:
    """pydicom raises for every value that breaks PS3.5, reading and writing."""
    before = config.settings.reading_validation_mode, config.settings.writing_validation_mode
    config.settings.reading_validation_mode = config.RAISE
    config.settings.writing_validation_mode = config.RAISE
    yield
    config.settings.reading_validation_mode, config.settings.writing_validation_mode = before


def mark(
    series: Series, *numbers: tuple[float, ...], score: float | None = None
) -> list[MarkedBox]:
    return [
        MarkedBox(series.slices[i].sop_instance_uid, BoundingBox(*box), score)
        for i, box in enumerate(numbers)
    ]


def lesion(boxes: list[MarkedBox], label: str = "A", number: int = 1) -> MarkedLesion:
    return MarkedLesion(make_uid("lesion", number), f"Lesion {number}", label, tuple(boxes))


def walk(item: Dataset) -> Iterator[Dataset]:
    for child in item.get("ContentSequence") or ():
        yield child
        yield from walk(child)


def test_highdicom_reads_lesions_regions_site_and_subtype(series: Series, tmp_path: Path) -> None:
    first = lesion(mark(series, (1, 2, 11, 22), (2, 3, 12, 23)), "G")
    second = lesion(mark(series, (5.25, 6.5, 7.75, 9.125)), "B", 2)
    (tmp_path / "x.dcm").write_bytes(build_sr(series, [first, second], READER))
    report = hd.sr.srread(str(tmp_path / "x.dcm"))
    assert report.SOPClassUID == pydicom.uid.Comprehensive3DSRStorage
    groups = report.content.get_planar_roi_measurement_groups()
    assert len(groups) == 3
    # One tracking UID a lesion, one closed polyline a slice.
    assert [group.tracking_uid for group in groups] == [first.tracking_uid] * 2 + [
        second.tracking_uid
    ]
    assert [group.tracking_identifier for group in groups] == ["Lesion 1", "Lesion 1", "Lesion 2"]
    region = groups[0].roi
    assert region.graphic_type is hd.sr.GraphicTypeValues.POLYLINE
    assert region.value.tolist() == [[1, 2], [11, 2], [11, 22], [1, 22], [1, 2]]
    assert groups[0].finding_type == codes.SCT.SquamousCellCarcinomaOfLung
    assert groups[2].finding_type == codes.SCT.SmallCellCarcinoma
    assert groups[0].finding_sites[0].value == codes.SCT.Lung
    assert groups[0].finding_category == codes.SCT.MorphologicallyAbnormalStructure
    assert report.content.get_planar_roi_measurement_groups(tracking_uid=second.tracking_uid)[
        0
    ].roi.value[0].tolist() == [5.25, 6.5]


def test_a_model_is_a_device_and_a_reader_a_person(series: Series, tmp_path: Path) -> None:
    marked = [lesion(mark(series, (1, 2, 11, 22), score=0.871234), "?")]
    for observer in (MODEL, READER):
        path = tmp_path / f"{observer.name}.dcm"
        path.write_bytes(build_sr(series, marked, observer))
        (context,) = hd.sr.srread(str(path)).content.get_observer_contexts()
        expected = codes.DCM.Device if observer.is_device else codes.DCM.Person
        assert context.observer_type == expected
        attributes = context.observer_identifying_attributes
        if observer.is_device:
            assert attributes.model_name == "detector-s"
            assert attributes.serial_number == MODEL.serial_number
            assert attributes.manufacturer_name == "ctbox"
        else:
            assert attributes.name == "Reader^Expert"
    back = parse_sr((tmp_path / "detector-s.dcm").read_bytes(), "x")
    assert (back.is_device, back.observer_name) == (True, "detector-s")
    assert back.lesions[0].boxes[0].score == 0.871234
    back = parse_sr((tmp_path / "Expert.dcm").read_bytes(), "x")
    assert (back.is_device, back.observer_name) == (False, "")


def test_the_file_is_valid_by_pydicoms_own_rules(
    series: Series, strict_pydicom: None, tmp_path: Path
) -> None:
    marked = [
        lesion(mark(series, (0.1, 2 / 3, 39.99999, 31), score=1 / 3), label, n)
        for n, label in enumerate(("A", "B", "E", "G", "?", "a label longer than sixteen"), 1)
    ]
    data = build_sr(series, marked, MODEL)
    document = pydicom.dcmread(io.BytesIO(data))
    values = [element for element in document.iterall() if element.value is not None]
    assert len(values) > 300
    again = io.BytesIO()
    document.save_as(again, enforce_file_format=True)
    assert again.getvalue() == data
    assert document.file_meta.TransferSyntaxUID == pydicom.uid.ExplicitVRLittleEndian


def test_it_belongs_to_the_study_and_tells_no_more_of_the_patient_than_the_id(
    series: Series,
) -> None:
    data = build_sr(series, [lesion(mark(series, (1, 2, 3, 4)))], READER)
    document = pydicom.dcmread(io.BytesIO(data))
    assert document.StudyInstanceUID == series.study_instance_uid
    assert document.PatientID == "Lung_Dx-A0001"
    assert document.StudyDate == "20090201"
    assert "Research use only, not for diagnosis." in document.SeriesDescription
    for secret in (b"Nobody", b"19470102", b"ACC4711", b"Secret", b"OTHER-1"):
        assert secret not in data
    (study,) = document.CurrentRequestedProcedureEvidenceSequence
    (referenced,) = study.ReferencedSeriesSequence
    assert referenced.SeriesInstanceUID == series.series_instance_uid


boxes = st.tuples(*[st.floats(0, 512) for _ in range(4)]).map(
    lambda v: BoundingBox(min(v[0], v[2]), min(v[1], v[3]), max(v[0], v[2]), max(v[1], v[3]))
)
scores = st.none() | st.floats(0, 1).map(lambda value: round(value, 6))
labels = st.sampled_from(["A", "B", "E", "G", "?", "other", "Ünbekannt"])


@settings(
    max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.lists(
        st.tuples(labels, st.lists(st.tuples(st.integers(0, 3), boxes, scores), min_size=1)),
        min_size=1,
        max_size=4,
    ),
    st.booleans(),
)
def test_boxes_come_back(
    series: Series, drawn: list[tuple[str, list[tuple[int, BoundingBox, float | None]]]], ai: bool
) -> None:
    marked = [
        MarkedLesion(
            make_uid("lesion", number),
            f"Lesion {number}",
            label,
            tuple(MarkedBox(series.slices[i].sop_instance_uid, box, s) for i, box, s in found),
        )
        for number, (label, found) in enumerate(drawn, 1)
    ]
    back = parse_sr(build_sr(series, marked, MODEL if ai else READER), "x.dcm")
    assert back.left_out == 0
    assert [(each.tracking_uid, each.name, each.label) for each in back.lesions] == [
        (each.tracking_uid, each.name, each.label) for each in marked
    ]
    for before, after in zip(marked, back.lesions, strict=True):
        for one, other in zip(before.boxes, after.boxes, strict=True):
            assert (one.sop_instance_uid, one.score) == (other.sop_instance_uid, other.score)
            edges = zip(one.box.as_tuple(), other.box.as_tuple(), strict=True)
            assert max(abs(a - b) for a, b in edges) < 0.01
    used = {box.sop_instance_uid for each in marked for box in each.boxes}
    assert back.image_sizes == dict.fromkeys(used, ImageSize(40, 32))
    assert set(back.series_of_image.values()) == {
        (series.study_instance_uid, series.series_instance_uid)
    }
    assert back.patient_id == "Lung_Dx-A0001"


def test_a_secondary_capture_has_a_report_too(tmp_path: Path) -> None:
    write_rgb(tmp_path)
    series = read_series(tmp_path).series[0]
    back = parse_sr(build_sr(series, [lesion(mark(series, (1, 2, 3, 4)), "B")], READER), "x")
    assert back.lesions[0].boxes[0].box == BoundingBox(1, 2, 3, 4)
    assert list(back.image_sizes.values()) == [ImageSize(30, 24)]


@pytest.mark.parametrize("missing", ["spacing", "position", "thickness"])
def test_images_without_geometry_have_a_report_too(tmp_path: Path, missing: str) -> None:
    write_series(tmp_path, 2, **{missing: None})
    series = read_series(tmp_path).series[0]
    back = parse_sr(build_sr(series, [lesion(mark(series, (1, 2, 3, 4)))], READER), "x")
    assert list(back.image_sizes.values()) == [ImageSize(40, 32)]


def test_odd_study_values_do_not_stop_it(tmp_path: Path) -> None:
    tags = {"StudyDate": "unknown", "StudyTime": "noon", "PatientSex": "female"}
    with pytest.warns(UserWarning, match="Invalid value"):
        write_series(tmp_path, 2, tags=tags)
    series = read_series(tmp_path).series[0]
    data = build_sr(series, [lesion(mark(series, (1, 2, 3, 4)))], READER)
    document = pydicom.dcmread(io.BytesIO(data))
    assert (document.StudyDate, document.StudyTime, document.PatientSex) == ("", "", "")


def test_boxes_must_lie_on_the_series(series: Series) -> None:
    with pytest.raises(ValueError, match="0 slices are marked"):
        build_sr(series, [], READER)
    stranger = MarkedBox(make_uid("elsewhere"), BoundingBox(1, 2, 3, 4))
    with pytest.raises(ValueError, match="1 slices are marked, 0"):
        build_sr(series, [lesion([stranger])], READER)


def test_frames() -> None:
    assert split_frame("1.2.3") == ("1.2.3", None)
    assert split_frame("1.2.3#7") == ("1.2.3", 7)


def make_foreign(series: Series, folder: Path) -> bytes:
    """A report by other software: volumetric groups, polygons, an ellipse, a circle, a point."""
    evidence = [pydicom.dcmread(each.source.path) for each in series.slices]
    for each in evidence:
        each.PatientBirthDate = each.AccessionNumber = each.StudyID = each.StudyTime = ""

    def region(number: int, kind: str, points: list[list[float]]) -> hd.sr.ImageRegion:
        image = evidence[number]
        source = hd.sr.SourceImageForRegion(image.SOPClassUID, image.SOPInstanceUID)
        return hd.sr.ImageRegion(hd.sr.GraphicTypeValues[kind], np.array(points, float), source)

    diamond = [[10, 5], [15, 10], [10, 15], [5, 10], [10, 5]]
    volumetric = hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(make_uid("their lesion"), "Theirs"),
        referenced_regions=[
            region(0, "POLYLINE", diamond),
            region(1, "POLYLINE", diamond),
        ],
        finding_type=codes.SCT.LargeCellCarcinoma,
    )
    shapes = (
        ("ELLIPSE", [[0.0, 10.0], [20.0, 10.0], [10.0, 5.0], [10.0, 15.0]]),
        ("CIRCLE", [[10.0, 10.0], [13.0, 14.0]]),
        ("POINT", [[3.0, 3.0]]),
    )
    planar = [
        hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
            tracking_identifier=hd.sr.TrackingIdentifier(make_uid(kind), kind),
            referenced_region=region(2, kind, points),
            finding_type=codes.SCT.Nodule,
        )
        for kind, points in shapes
    ]
    person = hd.sr.PersonObserverIdentifyingAttributes(name="Doe^Jane")
    context = hd.sr.ObservationContext(
        observer_person_context=hd.sr.ObserverContext(codes.DCM.Person, person)
    )
    report = hd.sr.MeasurementReport(
        context, codes.LN.CTUnspecifiedBodyRegion, [volumetric, *planar]
    )
    document = hd.sr.ComprehensiveSR(
        evidence, report, hd.UID(), 1, hd.UID(), 1, manufacturer="Other"
    )
    document.save_as(folder / "foreign.dcm", enforce_file_format=True)
    return (folder / "foreign.dcm").read_bytes()


def test_reports_of_other_software_are_read(series: Series, tmp_path: Path) -> None:
    back = parse_sr(make_foreign(series, tmp_path), "x")
    found = {each.name: each for each in back.lesions}
    assert set(found) == {"Theirs", "ELLIPSE", "CIRCLE"}
    assert found["Theirs"].label == "E"
    assert [box.box for box in found["Theirs"].boxes] == [BoundingBox(5, 5, 15, 15)] * 2
    assert found["ELLIPSE"].boxes[0].box == BoundingBox(0, 5, 20, 15)
    assert found["CIRCLE"].boxes[0].box == BoundingBox(5, 5, 15, 15)
    assert found["CIRCLE"].label == "?"
    assert back.left_out == 1
    assert (back.observer_name, back.image_sizes) == ("", {})


def test_what_is_no_report_is_refused(series: Series) -> None:
    image = series.slices[0].source.read()
    report = build_sr(series, [lesion(mark(series, (1, 2, 3, 4)))], READER)
    for data in (b"", b"rubbish" * 100, image, report[:200], report.replace(b"125007", b"125008")):
        with pytest.raises(DicomReadError):
            parse_sr(data, "x.dcm")


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_damaged_report_is_read_or_refused(series: Series, data: st.DataObject) -> None:
    report = bytearray(build_sr_once(series))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(132, len(report) - 1))
        report[place] = data.draw(st.integers(0, 255))
    try:
        back = parse_sr(bytes(report), "x.dcm")
    except DicomReadError:
        return
    assert all(isinstance(box.box, BoundingBox) for each in back.lesions for box in each.boxes)


_BUILT: dict[str, bytes] = {}


def build_sr_once(series: Series) -> bytes:
    key = series.series_instance_uid
    if key not in _BUILT:
        _BUILT[key] = build_sr(series, [lesion(mark(series, (1, 2, 3, 4), score=0.5))], MODEL)
    return _BUILT[key]

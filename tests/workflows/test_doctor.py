"""The dataset doctor finds each defect, tells it apart from its neighbours, and counts right."""

from __future__ import annotations

import csv
import json
import os
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest

from ctbox.errors import CtboxError
from ctbox.progress import TaskCancelledError, TaskContext
from ctbox.workflows.doctor import examine_dataset
from ctbox.workflows.doctor_checks import ALL_CHECKS, ANNOTATION_CHECKS
from ctbox.workflows.doctor_documents import describe_report
from ctbox.workflows.doctor_inputs import DoctorRequest, RelativePaths
from ctbox.workflows.doctor_report import DoctorReport, Item, Severity
from tests.annotations.samples import put
from tests.builders import make_uid
from tests.workflows.doctor_scenes import box, uid_of, voc, write_broken, write_clean, write_plain


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_broken(tmp_path_factory.mktemp("broken"))


@pytest.fixture(scope="module")
def report(broken: Path) -> DoctorReport:
    return examine_dataset(DoctorRequest(broken), TaskContext())


def items(report: DoctorReport, check_id: str) -> tuple[Item, ...]:
    (finding,) = [f for f in report.findings if f.check.check_id == check_id]
    return finding.items


def test_every_check_has_its_own_name_and_words() -> None:
    assert len({check.check_id for check in ALL_CHECKS}) == len(ALL_CHECKS)
    assert all(check.title and check.explanation and check.action for check in ALL_CHECKS)


def test_a_clean_set_has_no_finding(tmp_path: Path) -> None:
    report = examine_dataset(DoctorRequest(write_clean(tmp_path)), TaskContext())
    assert report.findings == ()
    assert not report.needs_person
    assert {each.check.check_id for each in report.not_checked} == {"incomplete-series"}
    assert len(report.passed) == len(ALL_CHECKS) - 1
    counted = report.examined
    assert (counted.annotation_files, counted.boxes, counted.annotation_folders) == (4, 4, 2)
    assert (counted.patients, counted.series, counted.images) == (2, 2, 12)


@pytest.mark.parametrize(
    ("check_id", "count"),
    [
        ("not-xml", 1),
        ("unusable-box", 1),
        ("label-mismatch", 1),
        ("unresolved-label", 1),
        ("zero-area", 1),
        ("uid-conflict", 1),
        ("same-uid-other-boxes", 1),
        ("same-uid-same-boxes", 1),
        ("linked-patients", 1),
        ("unknown-label", 2),
        ("lower-case-label", 1),
        ("swapped-corners", 1),
        ("outside-image", 1),
        ("empty-annotation", 1),
        ("annotated-secondary-capture", 1),
        ("folder-without-subject", 2),
        ("subject-without-folder", 6),
        ("orphan-annotation", 2),
        ("foreign-folder", 2),
        ("size-mismatch", 2),
        ("twin-series-other-boxes", 1),
        ("unannotated-twin", 2),
        ("annotation-hole", 1),
        ("unreadable-image", 1),
        ("duplicate-image", 1),
        ("other-file", 1),
        ("missing-position", 1),
        ("missing-spacing", 1),
        ("slice-gap", 1),
        ("duplicate-position", 1),
        ("uneven-spacing", 1),
        ("not-a-volume", 1),
        ("several-acquisitions", 1),
    ],
)
def test_each_defect_is_found_and_counted(report: DoctorReport, check_id: str, count: int) -> None:
    found = items(report, check_id)
    assert len(found) == count, found


def test_all_checks_but_the_tables_were_made(report: DoctorReport) -> None:
    assert [each.check.check_id for each in report.not_checked] == ["incomplete-series"]
    assert "metadata.csv" in report.not_checked[0].reason
    assert {check.check_id for check in report.passed} == {
        "unreadable-folder",
        "unreadable-image-folder",
        "ambiguous-annotation",
    }


def test_findings_come_most_pressing_first(report: DoctorReport) -> None:
    order = [finding.check.severity for finding in report.findings]
    assert order == sorted(order, key=[Severity.PERSON, Severity.WARNING, Severity.INFO].index)
    assert report.needs_person


def test_places_are_relative_and_hold_no_path_of_this_machine(
    report: DoctorReport, broken: Path
) -> None:
    text = json.dumps(describe_report(report))
    assert str(broken) not in text
    assert "Secret Reader" not in text
    assert "Test^Nobody" not in text
    (mismatch,) = items(report, "label-mismatch")
    assert mismatch.path == f"Annotation/A0001/{uid_of('A0001', 's', 1)}.xml"
    assert "G" in mismatch.detail
    (gap,) = items(report, "slice-gap")
    assert gap.path == "images/Lung_Dx-E0001/study/gap"
    assert "20.0 mm" in gap.detail
    (duplicate,) = items(report, "duplicate-image")
    assert {duplicate.path, duplicate.detail.rpartition(" ")[2]} == {
        "images/copy.dcm",
        "images/Lung_Dx-B0040/capture.dcm",
    }


def test_sentences_hold_no_path_of_this_machine(tmp_path: Path) -> None:
    relate = RelativePaths(tmp_path, None)
    assert relate.scrub(f"Same as {tmp_path / 'a' / 'b.dcm'}.") == "Same as a/b.dcm."


def test_linked_patients_and_duplicates(report: DoctorReport) -> None:
    assert [item.path for item in items(report, "linked-patients")] == ["A0001 + A0009"]
    (same,) = items(report, "same-uid-same-boxes")
    (other,) = items(report, "same-uid-other-boxes")
    # The slice is A0001's, so A0009's files are the ones not used.
    assert same.path == f"Annotation/A0009/{uid_of('A0001', 's', 2)}.xml"
    assert other.path == f"Annotation/A0009/{uid_of('A0001', 's', 6)}.xml"
    assert [item.path for item in items(report, "folder-without-subject")] == ["A0009", "readers"]


def test_a_copy_is_compared_with_the_boxes_that_are_used(tmp_path: Path) -> None:
    uid = make_uid("slice")
    for folder, x1 in (("A0001", 8), ("A0002", 8), ("A0003", 9)):
        put(tmp_path, folder, uid, voc(box(x1)))
    report = examine_dataset(DoctorRequest(None, tmp_path), TaskContext())
    (same,) = items(report, "same-uid-same-boxes")
    (other,) = items(report, "same-uid-other-boxes")
    assert ("A0002" in same.path, "A0003" in other.path) == (True, True)


def test_twins_are_compared_in_millimetres(report: DoctorReport) -> None:
    (twins,) = items(report, "twin-series-other-boxes")
    # 12 × 10 against 12 × 8 px of the same spacing.
    assert "1 places with boxes in both, mean IoU 0.80" in twins.detail
    assert "alone" in twins.detail
    bare = {item.path.rpartition("/")[2] for item in items(report, "unannotated-twin")}
    assert bare == {"third"}


def test_twins_of_another_field_of_view_with_the_same_box_are_no_finding(tmp_path: Path) -> None:
    # Half the pixel size and another origin: the same box in mm has other pixels.
    write_plain(tmp_path / "images", "A0001", "wide", spacing=(0.8, 0.8))
    fine = write_plain(tmp_path / "images", "A0001", "fine", spacing=(0.4, 0.4))
    assert len(list(fine.iterdir())) == 6
    notes = tmp_path / "Annotation" / "A0001"
    notes.mkdir(parents=True)
    # Centres of the first pixels coincide, so edges differ by half the difference in size.
    (notes / f"{uid_of('A0001', 'wide', 3)}.xml").write_bytes(voc(box(4, 4, 10, 8)))
    fine_box = box(7.5, 7.5, 19.5, 15.5)  # type: ignore[arg-type]
    (notes / f"{uid_of('A0001', 'fine', 3)}.xml").write_bytes(voc(fine_box))
    report = examine_dataset(DoctorRequest(tmp_path), TaskContext())
    assert "twin-series-other-boxes" not in {f.check.check_id for f in report.findings}
    (notes / f"{uid_of('A0001', 'fine', 3)}.xml").write_bytes(voc(box(4, 4, 10, 8)))
    report = examine_dataset(DoctorRequest(tmp_path), TaskContext())
    assert len(items(report, "twin-series-other-boxes")) == 1


def test_annotations_alone_leave_the_rest_unchecked(broken: Path) -> None:
    request = DoctorRequest(None, broken / "Annotation")
    report = examine_dataset(request, TaskContext())
    unchecked = {each.check.check_id for each in report.not_checked}
    assert unchecked == {c.check_id for c in ALL_CHECKS} - {c.check_id for c in ANNOTATION_CHECKS}
    assert len(items(report, "label-mismatch")) == 1
    # Known by the file's three channels alone.
    assert len(items(report, "annotated-secondary-capture")) == 1
    assert examine_dataset(DoctorRequest(broken / "Annotation"), TaskContext()).findings


def test_images_alone_leave_the_rest_unchecked(broken: Path, tmp_path: Path) -> None:
    shutil.copytree(broken / "images", tmp_path / "deep" / "er" / "images")
    report = examine_dataset(DoctorRequest(tmp_path / "deep" / "er" / "images"), TaskContext())
    assert report.examined.annotation_files == 0
    assert "label-mismatch" in {each.check.check_id for each in report.not_checked}
    assert len(items(report, "slice-gap")) == 1


@pytest.mark.parametrize(
    ("locked", "check_id"),
    [
        ("images/Lung_Dx-B0002/study", "unreadable-image-folder"),
        ("Annotation/A0001", "unreadable-folder"),
    ],
)
def test_a_locked_folder_needs_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locked: str, check_id: str
) -> None:
    write_clean(tmp_path)
    scandir = os.scandir

    def refuse(path: str) -> object:
        if Path(path) == tmp_path / locked:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    (tmp_path / "images" / "circle").symlink_to(tmp_path / "images")
    report = examine_dataset(DoctorRequest(tmp_path), TaskContext())
    assert report.needs_person
    (place,) = items(report, check_id)
    assert place.path == locked
    (link,) = items(report, "unreadable-image")
    assert link.path == "images/circle"


def test_the_downloads_table_tells_what_is_missing(tmp_path: Path) -> None:
    write_clean(tmp_path)
    with (tmp_path / "metadata.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["Series UID", "Subject ID", "Number of Images"])
        table.writerow([make_uid("A0001", "s"), "Lung_Dx-A0001", "9"])
        # More images than listed, in one folder from two downloads, are not too few.
        table.writerow([make_uid("B0002", "s"), "Lung_Dx-B0002", "5"])
        table.writerow([make_uid("G0003", "s"), "Lung_Dx-G0003", "6"])
    report = examine_dataset(DoctorRequest(tmp_path), TaskContext())
    assert not report.not_checked
    (series,) = items(report, "incomplete-series")
    assert (series.path, series.detail) == ("images/Lung_Dx-A0001/study/s", "6 of 9 images")
    assert report.examined.subjects_listed == 3
    # A patient that was not downloaded is not accused of lacking annotations.
    assert "subject-without-folder" not in {f.check.check_id for f in report.findings}


@pytest.mark.parametrize("give", ["missing", "empty", "nothing"])
def test_nothing_to_read_is_an_error(tmp_path: Path, give: str) -> None:
    (tmp_path / "empty").mkdir()
    request = DoctorRequest(None if give == "nothing" else tmp_path / give)
    with pytest.raises(CtboxError):
        examine_dataset(request, TaskContext())


def test_cancel_stops_it(broken: Path) -> None:
    ctx = TaskContext()
    ctx.cancel()
    with pytest.raises(TaskCancelledError):
        examine_dataset(DoctorRequest(broken), ctx)


@pytest.fixture(scope="module")
def whole_collection(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> DoctorReport:
    """All annotation files; as one ZIP, since 31,562 small files take minutes on a slow disk."""
    root = tmp_path_factory.mktemp("collection")
    with (
        tarfile.open(real_data / "Annotation.tar.xz") as archive,
        zipfile.ZipFile(root / "Annotation.zip", "w") as target,
    ):
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None:
                target.writestr(member.name, file.read())
    shutil.copy(real_data / "metadata.csv", root)
    return examine_dataset(DoctorRequest(None, root / "Annotation.zip"), TaskContext())


def test_the_collections_annotations(whole_collection: DoctorReport) -> None:
    counts = {f.check.check_id: f.count for f in whole_collection.findings}
    assert counts == {
        "not-xml": 1,
        "label-mismatch": 58,
        "zero-area": 1,
        "same-uid-other-boxes": 79,
        "same-uid-same-boxes": 83,
        "linked-patients": 5,
        "unknown-label": 19,
        "lower-case-label": 10_860,
        "annotated-secondary-capture": 10_592,
        "folder-without-subject": 4,
        "subject-without-folder": 2,
    }
    assert whole_collection.examined.annotation_files == 31_562
    assert whole_collection.examined.boxes == 31_659
    assert whole_collection.needs_person
    folders = [item.path for item in items(whole_collection, "folder-without-subject")]
    assert folders == ["A0060", "A0067", "A0076", "A0266"]
    missing = [item.path for item in items(whole_collection, "subject-without-folder")]
    assert missing == ["Lung_Dx-A0058", "Lung_Dx-A0251"]
    assert {each.check.check_id for each in whole_collection.not_checked} >= {"slice-gap"}


def test_the_real_patients(real_data: Path) -> None:
    report = examine_dataset(DoctorRequest(real_data), TaskContext())
    assert (report.examined.images, report.examined.annotation_files) == (607, 230)
    assert not report.needs_person
    assert len(items(report, "orphan-annotation")) == 101
    (hole,) = items(report, "annotation-hole")
    assert "Lung_Dx-G0001" in hole.path
    (phases,) = items(report, "several-acquisitions")
    assert phases.detail == "56 + 56 + 56 images"
    (capture,) = items(report, "annotated-secondary-capture")
    assert "SOP Class" in capture.detail
    # The two kernels of A0001 were read by two readers: DATA.md's 0.78.
    kernels = [i for i in items(report, "twin-series-other-boxes") if "A0001" in i.path]
    assert "mean IoU 0.78" in kernels[0].detail
    assert all(".zip!/" in item.path and not item.path.startswith("/") for item in kernels)

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QPushButton

from ctbox.gui.browser.model import SeriesTreeModel
from ctbox.gui.browser.panel import BrowserPanel
from ctbox.gui.browser.problems import (
    ProblemsDialog,
    describe_problems,
    group_problems,
    list_problems,
)
from ctbox.gui.browser.rows import build_rows
from ctbox.gui.browser.thumbnails import (
    ThumbnailRequest,
    choose_slice,
    read_thumbnails,
)
from ctbox.progress import TaskContext
from ctbox.workflows.open_case import AnnotationSummary, Case, FileProblem
from tests import builders as files
from tests.gui.builders import build_case, build_series, build_series_case


def test_rows_say_what_a_reader_chooses_by() -> None:
    first, second = build_rows(build_case())
    assert (first.patient_id, first.alias, first.subtype) == (
        "Lung_Dx-A0001",
        "Patient 1",
        "A · Adenocarcinoma",
    )
    (row,) = first.series
    assert (row.title, row.facts, row.marks, row.trouble) == (
        "Chest 1",
        "12 slices · 5 × 0.80 mm",
        "2 annotated",
        "",
    )
    assert second.series[0].trouble == "One gap of 15 mm."


def test_equal_titles_are_told_apart_by_kernel_and_acquisition() -> None:
    plain = build_series("1")
    soft = replace(plain, convolution_kernel="B")
    hard = replace(plain, convolution_kernel="L", was_split=True, acquisition_number=2)
    case = Case("/x", tuple(build_series_case(each, {}) for each in (soft, hard)))
    (patient,) = build_rows(case)
    assert [row.title for row in patient.series] == ["Chest 1 · B", "Chest 1 · L"]
    assert patient.series[1].facts.startswith("acq. 2 · 12 slices")


def test_series_of_two_studies_say_their_date() -> None:
    now = replace(build_series("1"), study_date="20091102")
    prior = replace(build_series("2"), study_date="20070312", patient_id=now.patient_id)
    (patient,) = build_rows(Case("/x", tuple(build_series_case(s, {}) for s in (now, prior))))
    assert [row.facts.split(" · ")[0] for row in patient.series] == ["2009-11-02", "2007-03-12"]
    (patient,) = build_rows(Case("/x", (build_series_case(now, {}),)))
    assert not patient.series[0].facts.startswith("2009")


def test_unknown_facts_are_left_out() -> None:
    bare = replace(
        build_series("1", count=1),
        patient_id=None,
        subtype=None,
        description=None,
        slice_spacing_mm=None,
        modality="PT",
        slices=(replace(build_series("1", 1).slices[0], pixel_spacing_mm=None),),
    )
    (patient,) = build_rows(Case("/x", (build_series_case(bare, {}),)))
    assert (patient.patient_id, patient.subtype) == ("Unknown patient", "")
    assert (patient.series[0].title, patient.series[0].facts) == ("No description", "1 slice · PT")


def test_model_obeys_qt(qapp: object) -> None:
    model = SeriesTreeModel()
    fatal = QAbstractItemModelTester.FailureReportingMode.Fatal
    tester = QAbstractItemModelTester(model, fatal)
    model.set_case(build_case())
    child = model.find_index("1.2.2")
    assert model.get_series_case(child).series.key == "1.2.2"
    assert model.get_series_case(child.parent()) is None
    assert "One gap" in child.data(Qt.ItemDataRole.AccessibleTextRole)
    assert not model.find_index("none").isValid()
    model.set_case(None)
    assert model.rowCount() == 0
    del tester


@pytest.fixture
def case_with_problems() -> Case:
    summary = AnnotationSummary(
        files=3,
        matched=1,
        orphans=(FileProblem("1.2.3.xml", "No slice has this UID."),),
        unparsable=(FileProblem("4.xml", "Zero bytes."),),
    )
    skipped = tuple(FileProblem(f"/data/{n}.txt", "Not DICOM.") for n in range(3))
    return replace(build_case(), skipped=skipped, annotation_summary=summary)


def test_problems_are_counted_in_a_sentence_and_listed(case_with_problems: Case) -> None:
    assert describe_problems(case_with_problems) == "3 files were skipped, 2 annotation notices…"
    assert describe_problems(replace(build_case(), skipped=())) == ""
    rows = list_problems(case_with_problems)
    assert [row.what for row in rows] == [
        "Skipped file",
        "Skipped file",
        "Skipped file",
        "Annotation not readable",
        "Annotation without a slice",
    ]


def test_problems_name_nobody_while_the_patient_is_hidden(qtbot) -> None:
    skipped = (
        FileProblem("/data/Lung_Dx-A0001/Doe^Jane.txt", "Not DICOM."),
        FileProblem("/data/Lung_Dx-B0002.zip!/B0002/1.2.3.dcm", "Folder B0002 says B."),
        FileProblem("/data/Lung_Dx-G0003.zip", "/data/Lung_Dx-G0003.zip was cut off."),
    )
    dialog = ProblemsDialog(replace(build_case(), skipped=skipped), shows_identity=False)
    qtbot.addWidget(dialog)
    (copy,) = [b for b in dialog.findChildren(QPushButton) if "Copy" in b.text()]
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    shown = QGuiApplication.clipboard().text()
    assert not any(name in shown for name in ("A0001", "Doe", "B0002", "G0003", "data"))
    assert "1.2.3.dcm" in shown


def test_problems_are_gathered_by_folder_with_counts(qtbot, case_with_problems: Case) -> None:
    orphans = tuple(
        FileProblem(
            f"/x/Annotation.zip!/Annotation/A000{i % 2}/1.{i}.xml", "No slice has this UID."
        )
        for i in range(2500)
    )
    summary = replace(case_with_problems.annotation_summary, orphans=orphans)
    dialog = ProblemsDialog(replace(case_with_problems, annotation_summary=summary))
    qtbot.addWidget(dialog)
    dialog.show()
    tree = dialog.tree
    lines = [
        tuple(tree.topLevelItem(i).text(column) for column in range(3))
        for i in range(tree.topLevelItemCount())
    ]
    assert lines == [
        ("Skipped file", "3 files in data", "Not DICOM."),
        ("Annotation not readable", "4.xml", "Zero bytes."),
        (
            "Annotation without a slice",
            "1 250 files in Annotation/A0000",
            "No slice has this UID.",
        ),
        (
            "Annotation without a slice",
            "1 250 files in Annotation/A0001",
            "No slice has this UID.",
        ),
    ]
    # Files are listed when the folder is unfolded, by key as by mouse.
    tree.setFocus()
    tree.setCurrentItem(tree.topLevelItem(0))
    assert tree.topLevelItem(0).childCount() == 0
    qtbot.keyClick(tree, Qt.Key.Key_Right)
    first = tree.topLevelItem(0)
    assert [first.child(i).text(1) for i in range(first.childCount())] == [
        "0.txt",
        "1.txt",
        "2.txt",
    ]
    assert first.child(0).toolTip(1) == "/data/0.txt"
    copy = next(b for b in dialog.findChildren(QPushButton) if "Copy" in b.text())
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text().splitlines()
    assert len(copied) == 2504
    assert copied[0] == "Skipped file\t/data/0.txt\tNot DICOM."
    folders = [group.folder for group in group_problems(list_problems(case_with_problems))]
    assert folders == ["data", "", ""]


def test_the_link_to_them_is_never_cut_off(qtbot, case_with_problems: Case) -> None:
    panel = BrowserPanel()
    qtbot.addWidget(panel)
    panel.resize(panel.minimumWidth(), 400)
    many = tuple(FileProblem(f"/data/{n}", "Not DICOM.") for n in range(12345))
    panel.show_case(replace(case_with_problems, skipped=many))
    panel.show()
    link = panel._problems
    assert "12345 files were skipped" in panel.problems_text
    widest = max(link.fontMetrics().horizontalAdvance(line) for line in link.text().splitlines())
    assert widest <= link.width()
    assert link.height() >= 2 * link.fontMetrics().height()


def test_panel_chooses_and_paints(qtbot, case_with_problems: Case) -> None:
    panel = BrowserPanel()
    qtbot.addWidget(panel)
    panel.resize(290, 500)
    panel.show_case(case_with_problems)
    panel.show()
    with qtbot.waitSignal(panel.series_chosen) as caught:
        panel.choose("1.2.2")
    assert caught.args[0].series.key == "1.2.2"
    with qtbot.assertNotEmitted(panel.series_chosen):
        panel.choose("1.2.2")
    before = panel.grab().toImage()
    panel.set_identity_shown(False)
    assert panel.grab().toImage() != before


def test_small_pictures_leave_out_what_cannot_be_read(tmp_path) -> None:
    from ctbox.workflows.open_case import open_case

    files.write_series(tmp_path / "grey", 3, series_instance_uid="1.2.1")
    files.write_rgb(tmp_path / "colour", series_instance_uid="1.2.2")
    case = open_case(tmp_path, None, TaskContext())
    slices = {each.series.series_instance_uid: choose_slice(each) for each in case.series}
    broken = slices["1.2.1"].source.path
    pictures = read_thumbnails(ThumbnailRequest(tuple(slices.items())), TaskContext())
    assert pictures["1.2.1"].shape == (32, 40)
    assert pictures["1.2.2"].shape == (24, 30, 3)
    broken.write_bytes(b"")
    pictures = read_thumbnails(ThumbnailRequest(tuple(slices.items())), TaskContext())
    assert set(pictures) == {"1.2.2"}


def test_the_middle_annotated_slice_stands_for_a_series() -> None:
    series = build_series("1")
    chosen = choose_slice(build_series_case(series, {2: [(0, 0, 1, 1)], 7: [(0, 0, 1, 1)]}))
    assert chosen is series.slices[7]
    assert choose_slice(build_series_case(series, {})) is series.slices[6]

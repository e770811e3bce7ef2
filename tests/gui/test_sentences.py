"""Sentences from below the window are said in German, and the list keeps to the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel

import ctbox
from ctbox.errors import TrainingDataError, WorkerError
from ctbox.gui.banner import Banner
from ctbox.gui.error_dialogs import ErrorDialog
from ctbox.gui.sentences import FRAGMENTS, SENTENCES, say, say_both
from ctbox.gui.training.page import make_notice, show_notice
from ctbox.gui.training.plan_page import describe_estimate
from ctbox.gui.translation import install_language
from ctbox.workflows.fine_tune_data import describe_amount
from ctbox.workflows.fine_tune_estimate import Estimate
from ctbox.workflows.fine_tune_plan import choose_plan
from ctbox.workflows.fine_tune_split import Division, PatientRow, Side
from ctbox.workflows.fine_tune_updates import STAGES
from tests.gui.builders import build_series

ROOT = Path(ctbox.__file__).parent
FIELD = re.compile(r"\{[^}]*\}")


@pytest.fixture
def german(qapp: object) -> Iterator[None]:
    application = QCoreApplication.instance()
    assert application is not None
    install_language(application, "de")
    yield
    install_language(application, "en")


def list_strings(path: Path) -> Iterator[str]:
    """Yield a module's strings, what is filled in as {}."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_sentence_stands_in_the_code_below() -> None:
    modules = [path for path in ROOT.rglob("*.py") if "gui" not in path.relative_to(ROOT).parts]
    there = {FIELD.sub("{}", text) for path in modules for text in list_strings(path)}
    gone = [one for one in SENTENCES if FIELD.sub("{}", one) not in there]
    assert not gone, "the code says something else now"
    assert len(set(SENTENCES)) == len(SENTENCES)


def test_english_stays_as_it_is(qapp: object) -> None:
    for one in (*SENTENCES, *FRAGMENTS, "What nobody ever listed.", ""):
        assert say(one) == one


def make_division(*sides: Side, seen: bool = False) -> Division:
    return Division(
        tuple(
            PatientRow(f"Lung_Dx-A000{number}", "A", 9, number, side, seen)
            for number, side in enumerate(sides, start=1)
        )
    )


@pytest.mark.usefixtures("german")
def test_all_that_the_split_warns_of_is_german() -> None:
    teach, stop, judge = Side.TRAINING, Side.STOPPING, Side.TEST
    divisions = (
        make_division(teach),
        make_division(teach, judge, seen=True),
        make_division(teach, stop, judge),
        make_division(judge),
    )
    told = [one for each in divisions for one in (*each.warnings, each.problem or "") if one]
    assert len(set(told)) >= 6
    for one in told:
        assert say(one) != one, one
    assert "A0002" in say(make_division(teach, judge, seen=True).warnings[-1])
    twins = replace(divisions[2], rows=tuple(replace(r, group=1) for r in divisions[2].rows))
    assert twins.problem is not None
    assert say(twins.problem) != twins.problem


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(("patients", "boxes"), [(1, 1), (1, 8), (1, 500), (2, 500)])
def test_too_little_data_is_told_in_german(patients: int, boxes: int) -> None:
    told = describe_amount(patients, boxes)
    assert told is not None
    assert say(told) != told
    assert not re.search(r"\b(the|would|tumours?)\b", say(told))
    assert (str(boxes) in say(told)) == (boxes == 8)


@pytest.mark.usefixtures("german")
def test_stages_reasons_and_geometry_are_german() -> None:
    for stage in STAGES:
        assert stage == "Training" or say(stage) != stage
    reason = replace(build_series(), modality="MR").skip_detection_reason
    assert reason is not None
    assert say(reason).startswith("Modalität MR")
    tilted = "Its slices are coronal: the detector knows only axial ones."
    assert "koronal" in say(tilted)
    lossy = "Compressed with loss in 1 of 3 images: HU are approximate there."
    assert "1 von 3 Bildern" in say(lossy)
    assert say(f"{lossy}\n{tilted}") == f"{say(lossy)}\n{say(tilted)}"


@pytest.mark.usefixtures("german")
def test_plan_and_estimate_are_german() -> None:
    for boxes in (20, 5000):
        told = say(choose_plan(boxes).sentence)
        assert "Schritte" in told
        assert not re.search(r"\b(layers|steps|images|boxes)\b", told)
    told = describe_estimate(Estimate(200.0, 0.1, 1.0, 1.0, 2 * 1024**3, "CPU"))
    assert "Minuten" in told
    assert not re.search(r"\b(about|memory)\b", told)


@pytest.mark.usefixtures("german")
def test_names_of_files_are_never_translated() -> None:
    assert "„left“" in say("left does not exist.") or say("left does not exist.").startswith("left")
    assert "C:/{x}/folder" in say("C:/{x}/folder does not exist.")


@pytest.mark.usefixtures("german")
def test_dialog_banner_and_notice_speak_german(qtbot) -> None:
    error = WorkerError(
        "The predicting worker stopped unexpectedly (exit code 9).",
        "Often the memory ran out: close other programs and try again; a fresh worker starts by "
        "itself.",
    )
    dialog = ErrorDialog(None, error)
    qtbot.addWidget(dialog)
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    assert not any("memory" in text or "stopped" in text for text in texts)
    assert any("Speicher" in text for text in texts)
    assert error.message in dialog.compose_report()  # what is sent to us stays searchable
    banner = Banner()
    qtbot.addWidget(banner)
    banner.show_problems(("Oblique: planes are tilted 12° from axial.",))
    assert banner.text == say("Oblique: planes are tilted 12° from axial.") != ""
    assert "planes" not in banner.text
    frame, label = make_notice()
    qtbot.addWidget(frame)
    refused = TrainingDataError(
        "No box is left to learn from.", "Tick a series, or move a patient to training."
    )
    show_notice(frame, label, refused.message)
    assert label.text() == say(refused.message) != refused.message
    assert say_both(refused.message, refused.hint) == f"{label.text()} {say(refused.hint)}"

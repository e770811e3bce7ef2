"""The user guide in the window, and bug reports that hold nobody's data."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from ctbox.dicom.series import InstanceSource
from ctbox.errors import CtboxError
from ctbox.gui.app import App, build_app
from ctbox.gui.bug_report import ReportSource, compose_report, redact
from ctbox.gui.bug_report_dialog import BugReportDialog, save_report
from ctbox.gui.case_controller import OpenRequest
from ctbox.gui.help_window import HelpWindow
from ctbox.paths import guide_path
from ctbox.settings import Settings
from ctbox.workflows.open_case import Case, SeriesCase
from tests import builders
from tests.gui.builders import build_series

UID = "1.3.6.1.4.1.14519.5.2.1.6655.2359.241073611031000247506142606387"
LOG = """2026-01-01 10:00:00,000 INFO ctbox.gui.app (Main): Opened /data/Müller Anna/CT/scan 1.dcm
WARNING x (t): Mueller^Anna could not be read: '/data/Müller Anna/CT/scan 1.dcm'
WARNING x (t): File C:\\Users\\anna\\Desktop\\MUELLER_ANNA.zip is damaged
WARNING x (t): Skipped scan7.dcm of patient Lung_Dx-A0001, slice {uid}
ERROR x (t): Traceback (most recent call last):
  File "/opt/secret place/venv/lib/python3.11/site-packages/ctbox/gui/app.py", line 12, in run
ValueError: A0001 in MUELLER_ANNA has no slices; Patient's Name: Mueller Anna
"""


@pytest.fixture
def app(qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    app = build_app(Settings())
    qtbot.addWidget(app.window)
    app.window.show()
    yield app
    app.close()


class TestGuide:
    def test_key_opens_it_once(self, qtbot, app: App) -> None:
        with qtbot.waitActive(app.window):
            app.window.activateWindow()
        for _ in range(2):
            qtbot.keyClick(app.window, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
            with qtbot.waitActive(app.window):
                app.window.activateWindow()
        (guide,) = app.window.findChildren(HelpWindow)
        assert "Research use only" in guide.browser.toPlainText()
        guide.close()
        qtbot.waitUntil(lambda: not app.window.findChildren(HelpWindow))
        app.window.commands["user_guide"].trigger()
        assert len(app.window.findChildren(HelpWindow)) == 1

    def test_all_of_the_page_is_laid_out_with_its_pictures(self, qtbot) -> None:
        guide = HelpWindow(guide_path())
        qtbot.addWidget(guide)
        guide.show()
        document = guide.browser.document()
        block = document.begin()
        heights = []
        while block.isValid():
            if block.text().strip():
                heights.append(document.documentLayout().blockBoundingRect(block).height())
            block = block.next()
        assert min(heights) > 0  # a block that Qt forgot to lay out has no height
        html = document.toHtml()
        assert html.count("<img") == guide_path().read_text("utf-8").count("](images/")
        widest = max(document.size().width(), 1)
        assert widest <= guide.browser.viewport().width() + 1

    def test_headings_lead_to_their_place(self, qtbot) -> None:
        guide = HelpWindow(guide_path())
        qtbot.addWidget(guide)
        guide.show()
        guide.contents.setFocus()
        names = [guide.contents.item(i).text().strip() for i in range(guide.contents.count())]
        assert names[0] == "User guide"
        guide.contents.setCurrentRow(names.index("Predict"))
        qtbot.keyClick(guide.contents, Qt.Key.Key_Down)
        following = names[names.index("Predict") + 1]
        assert guide.browser.textCursor().block().text() == following
        assert abs(guide.browser.cursorRect().top()) < 60

    def test_a_missing_guide_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(CtboxError, match="missing"):
            HelpWindow(tmp_path / "user-guide.md")

    def test_every_page_it_links_to_is_there(self) -> None:
        """What is installed is docs/*.md and docs/images/*.png: a link beyond would be dead."""
        folder = guide_path().parent
        for line in guide_path().read_text("utf-8").split("](")[1:]:
            target = line.split(")")[0].partition("#")[0]
            if target and "://" not in target:
                assert (folder / target).is_file(), target
                assert Path(target).parent in (Path(), Path("images")), target


class TestReport:
    def make_case(self, folder: str = "/data/Müller Anna") -> Case:
        series = build_series("1", 2)
        slices = tuple(
            replace(each, source=InstanceSource(Path(folder) / f"IM_ANNA_{i}"))
            for i, each in enumerate(series.slices)
        )
        series = replace(series, slices=slices, patient_id="Lung_Dx-A0001")
        return Case(folder, (SeriesCase(series, {}),))

    def test_nothing_of_the_case_stands_in_it(self, tmp_path: Path) -> None:
        log = tmp_path / "ctbox.log"
        log.write_text(LOG.replace("{uid}", UID) + "INFO x (t): drew IM_ANNA_1 of ANNA-Mueller\n")
        settings = Settings(
            recent_paths=("/data/Müller Anna", "/srv/studies/MUELLER_ANNA.zip"),
            last_folder="/srv/studies",
            reader_name="Dr. Vera Lesen",
            default_model="/home/vera/models/mine",
            user_windows=(("Annas window", 100.0, 10.0),),
        )
        text = compose_report(ReportSource(settings, self.make_case(), "CPU · fake-s", (), log))
        low = text.casefold()
        for word in (
            "müller", "mueller", "anna", "a0001", "lung_dx", UID, ".dcm", ".zip", "/data", "c:\\",
            "secret place", "/srv", "vera", "lesen", "scan 1", "scan7", "im_",
        ):  # fmt: skip
            assert word.casefold() not in low, word
        # What helps to mend a fault is still there.
        assert 'File "ctbox/gui/app.py", line 12' in text
        assert "ValueError" in text
        assert "prediction: CPU · fake-s" in text
        assert "theme: dark" in text

    @given(
        st.sampled_from(["/", "~/", "C:\\", "\\\\server\\share\\", "/mnt/x/"]),
        st.lists(st.text("abcXYZ019_-", min_size=3, max_size=9), min_size=1, max_size=4),
        st.sampled_from(["{}", "'{}'", "({})", "cannot read {}.", "{}: gone", "{}!/a/b.dcm"]),
    )
    def test_no_place_survives(self, root: str, parts: list[str], frame: str) -> None:
        separator = "\\" if "\\" in root else "/"
        place = root + separator.join(f"q{part}q" for part in parts)
        told = redact(f"Something about {frame.format(place)} happened")
        assert not any(f"q{part}q" in told for part in parts), told
        assert told.startswith("Something about")
        assert told.endswith("happened")

    def test_versions_and_measures_are_left_alone(self) -> None:
        text = "ctbox 0.1.0, Qt 6.11.2: 12.5 mm, 3/4 done, IoU 0.74, and/or"
        assert redact(text) == text

    def test_the_window_shows_what_is_saved_and_saves_what_is_shown(
        self, qtbot, app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "Doe_Jane"
        builders.write_series(folder, 3, series_instance_uid="1.2.9", tags={"PatientID": "DJ-77"})
        with qtbot.waitSignal(app.session.cases.case_opened):
            app.session.open(OpenRequest(folder))
        app.window.commands["bug_report"].trigger()
        (dialog,) = app.window.findChildren(BugReportDialog)
        assert "doe" not in dialog.preview.toPlainText().casefold()
        assert "DJ-77" not in dialog.preview.toPlainText()
        dialog.preview.moveCursor(dialog.preview.textCursor().MoveOperation.Start)
        qtbot.keyClicks(dialog.preview, "It stopped. ")
        target = tmp_path / "report.txt"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
        qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
        assert target.read_text("utf-8") == dialog.preview.toPlainText()
        assert target.read_text("utf-8").startswith("It stopped. ctbox bug report")
        qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
        assert QGuiApplication.clipboard().text() == dialog.preview.toPlainText()
        dialog.close()

    def test_as_an_archive_or_not_at_all(self, tmp_path: Path) -> None:
        save_report(tmp_path / "r.zip", "text ü")
        with zipfile.ZipFile(tmp_path / "r.zip") as archive:
            assert archive.read("r.txt").decode() == "text ü"
        with pytest.raises(CtboxError, match="could not be saved"):
            save_report(tmp_path / "no" / "r.txt", "text")

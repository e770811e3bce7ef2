"""Step 2: where the images and boxes are, what is there, and what to leave out."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ctbox.errors import CtboxError
from ctbox.gui.sentences import say
from ctbox.gui.tasks import TaskHandle, TaskRunner
from ctbox.gui.training.page import Page, chain_focus, make_label, make_notice, show_notice
from ctbox.gui.training.picture_tile import EXPERT, Marks, PictureTile
from ctbox.gui.training.state import WizardState
from ctbox.gui.translation import mark, tr
from ctbox.model.linking import shorten_patient_id
from ctbox.progress import Progress
from ctbox.workflows.fine_tune_data import DataCheck, DataRequest, SeriesRow, check_data
from ctbox.workflows.index import default_catalog_path

_COLUMNS = 5
_MOST_TILES = 200


class DataPage(Page):
    """A folder, the open case or the catalogue; thumbnails to tick off.

    Parameters
    ----------
    state : WizardState
        Told of the place and the ticks.
    runner : TaskRunner
        Looks at the data in a thread.
    """

    title = mark("Data")
    subtitle = mark("Images with the experts' boxes of this subtype.")

    def __init__(
        self, state: WizardState, runner: TaskRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__(state, parent)
        self._runner = runner
        self._handle: TaskHandle | None = None
        self._asked: DataRequest | None = None
        self._error = ""
        self.open_case: tuple[Path, Path | None] | None = None
        self.boxes: dict[str, QCheckBox] = {}
        self._catalogue = default_catalog_path()
        self._build_place()
        self.summary = make_label(title=True)
        self.notice, self._notice_text = make_notice()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.hide()
        self._grid_host = QWidget()
        self._grid = QGridLayout(self._grid_host)
        self._grid.setSpacing(10)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self._grid_host)
        self.problems_button = QPushButton()
        self.problems_button.setProperty("link", True)
        self.problems_button.setCheckable(True)
        self.problems_button.hide()
        self.problems = QPlainTextEdit()
        self.problems.setReadOnly(True)
        self.problems.setMaximumHeight(110)
        self.problems.hide()
        self.problems_button.toggled.connect(self.problems.setVisible)
        for widget in (self.bar, self.summary, self.notice):
            self.column.addWidget(widget)
        self.column.addWidget(self._scroll, 1)
        self.column.addWidget(self.problems_button)
        self.column.addWidget(self.problems)

    def _build_place(self) -> None:
        self.folder = QLineEdit()
        self.folder.editingFinished.connect(self._on_typed)
        self.folder.setPlaceholderText(tr("A DICOM folder, a TCIA download or a ZIP"))
        self.folder.setAccessibleName(tr("Folder of the images"))
        self.choose = QPushButton(tr("Choose folder…"))
        self.choose.clicked.connect(self._on_choose)
        self.use_open = QPushButton(tr("Use the open case"))
        self.use_open.clicked.connect(self._on_use_open)
        self.use_catalogue = QPushButton(tr("Use the catalogue"))
        self.use_catalogue.setToolTip(tr("Every annotated series that was added to it"))
        self.use_catalogue.clicked.connect(lambda: self.set_place(self._catalogue, None))
        self.annotations = QLineEdit()
        self.annotations.setReadOnly(True)
        self.annotations.setPlaceholderText(tr("Found beside the images"))
        self.annotations.setAccessibleName(tr("Folder of the annotations"))
        self.choose_annotations = QPushButton(tr("Annotations…"))
        self.choose_annotations.clicked.connect(self._on_choose_annotations)
        grid = QGridLayout()
        grid.setSpacing(8)
        grid.addWidget(QLabel(tr("Images")), 0, 0)
        grid.addWidget(self.folder, 0, 1)
        row = QHBoxLayout()
        row.addWidget(self.choose)
        row.addWidget(self.use_open)
        row.addWidget(self.use_catalogue)
        grid.addLayout(row, 0, 2)
        grid.addWidget(QLabel(tr("Boxes")), 1, 0)
        grid.addWidget(self.annotations, 1, 1)
        grid.addWidget(self.choose_annotations, 1, 2, Qt.AlignmentFlag.AlignLeft)
        self.column.addLayout(grid)

    @property
    def problem(self) -> str:
        """What is still missing."""
        if self._handle is not None:
            return tr("The images are being looked at.")
        if self._error:
            return self._error
        if self.state.check is None:
            return tr("Choose where the images are.")
        if not self.state.used_boxes:
            return tr("Tick at least one series.")
        return ""

    @property
    def first(self) -> QWidget | None:
        """The quickest way to images, until there are some."""
        if self.state.dicom is not None:
            return None
        return self.use_open if self.use_open.isEnabled() else self.choose

    def enter(self) -> None:
        """Look again where the subtype has changed since."""
        self.use_open.setEnabled(self.open_case is not None)
        self._catalogue = default_catalog_path()
        self.use_catalogue.setEnabled(self._catalogue.is_file())
        if self.state.dicom is not None and self.state.check is None and self._handle is None:
            self._look()
        self._render()

    def set_place(self, dicom: Path, annotations: Path | None) -> None:
        """Take this folder and look at it."""
        self.state.set_place(dicom, annotations)
        self._look()

    def _on_choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("Images of this subtype"))
        if chosen:
            self.set_place(Path(chosen), None)

    def _on_typed(self) -> None:
        typed = self.folder.text().strip()
        if not typed:
            self._render()
        elif typed != self._describe_place():
            self.set_place(Path(typed).expanduser(), None)

    def _describe_place(self) -> str:
        if self.state.dicom is None:
            return ""
        if self.state.dicom == self._catalogue:
            return tr("The catalogue's annotated series")
        return str(self.state.dicom)

    def _on_use_open(self) -> None:
        if self.open_case is not None:
            self.set_place(*self.open_case)

    def _on_choose_annotations(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("Folder of annotations"))
        if chosen and self.state.dicom is not None:
            self.set_place(self.state.dicom, Path(chosen))

    def _look(self) -> None:
        if self.state.dicom is None:
            return
        if self._handle is not None:
            self._handle.cancel()
        request = DataRequest(self.state.dicom, self.state.annotations, self.state.subtype)
        self._asked, self._error = request, ""
        handle = self._runner.start(check_data, request)
        self._handle = handle
        handle.progressed.connect(self._on_progressed)
        handle.finished.connect(lambda check: self._on_finished(request, check))
        handle.failed.connect(lambda error: self._on_failed(request, error))
        handle.ended.connect(lambda: self._on_ended(handle))
        self._render()

    def _on_progressed(self, progress: Progress) -> None:
        self.bar.setRange(0, progress.total or 0)
        self.bar.setValue(progress.done)
        self.summary.setText(f"{progress.message}…" if progress.message else tr("Looking…"))

    def _on_finished(self, request: DataRequest, check: DataCheck) -> None:
        if request is self._asked:
            self.state.set_check(check)

    def _on_failed(self, request: DataRequest, error: object) -> None:
        if request is self._asked:
            known = isinstance(error, CtboxError)
            self._error = f"{error.message} {error.hint}" if known else str(error)  # type: ignore[attr-defined]

    def _on_ended(self, handle: TaskHandle) -> None:
        if handle is self._handle:
            self._handle = None
            self._fill()
            self._render()

    def _fill(self) -> None:
        """Make a tile for every series."""
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self.boxes.clear()
        rows = () if self.state.check is None else self.state.check.rows
        for number, row in enumerate(rows[:_MOST_TILES]):
            self._grid.addWidget(self._make_tile(row), number // _COLUMNS, number % _COLUMNS)
        chain_focus(self._scroll, *self.boxes.values())
        self._grid.setRowStretch(len(rows) // _COLUMNS + 1, 1)
        self._grid.setColumnStretch(_COLUMNS, 1)

    def _make_tile(self, row: SeriesRow) -> QWidget:
        tile = PictureTile(132)
        tile.show_picture(row.thumbnail, [Marks(row.boxes_share, EXPERT)], row.title)
        name = shorten_patient_id(row.patient_id)
        box = QCheckBox(tr("{name} · %n box(es)", "", row.boxes).format(name=name))
        box.setChecked(True)
        box.toggled.connect(lambda on, key=row.key: self._on_ticked(key, on))
        if row.problems:
            box.setText(box.text() + "  ⚠")
            box.setToolTip(say("\n".join(row.problems)))
            tile.setToolTip(say("\n".join(row.problems)))
        self.boxes[row.key] = box
        frame = QWidget()
        column = QVBoxLayout(frame)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(tile)
        column.addWidget(box)
        return frame

    def _find_warning(self) -> str:
        told = [self.state.data_warning]
        rows = () if self.state.check is None else self.state.check.rows
        if len(rows) > _MOST_TILES:
            told.append(
                tr(
                    "Of {count} series the first {most_tiles} are shown; all are used that are not "
                    "ticked off."
                ).format(count=len(rows), most_tiles=_MOST_TILES)
            )
        return " ".join(each for each in told if each)

    def _on_ticked(self, key: str, on: bool) -> None:
        self.state.set_left_out(key, not on)
        self._render()

    def _render(self) -> None:
        state, busy = self.state, self._handle is not None
        is_all = state.dicom is not None and state.dicom == self._catalogue
        place = "" if state.dicom is None else str(state.dicom)
        self.folder.setText(self._describe_place())
        self.folder.setToolTip(place)
        self.annotations.setPlaceholderText(
            tr("As they were added to the catalogue") if is_all else tr("Found beside the images")
        )
        self.annotations.setText("" if state.annotations is None else str(state.annotations))
        self.choose_annotations.setEnabled(state.dicom is not None)
        self.bar.setVisible(busy)
        if not busy:
            self.summary.setText(state.data_summary)
        show_notice(self.notice, self._notice_text, self._error or self._find_warning())
        self._scroll.setVisible(state.check is not None)
        told = () if state.check is None else state.check.problems
        count = len(told)
        self.problems_button.setText(tr("%n thing(s) to know about these files", "", count))
        self.problems_button.setVisible(bool(told))
        self.problems.setPlainText(say("\n".join(told)))
        self.problems.setVisible(bool(told) and self.problems_button.isChecked())
        self.changed.emit()

"""Step 7: old and new side by side, on the same patients, and what was forgotten."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QGridLayout,
    QHeaderView,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ctbox.gui.error_dialogs import find_theme
from ctbox.gui.sentences import say
from ctbox.gui.training.page import Page, make_label, make_notice, show_notice
from ctbox.gui.training.picture_tile import EXPERT, NEW, OLD, Marks, PictureTile
from ctbox.gui.training.run import TrainingRun
from ctbox.gui.training.state import WizardState
from ctbox.gui.translation import mark, tr
from ctbox.model.linking import shorten_patient_id
from ctbox.workflows.fine_tune_results import (
    FORGETTING_LIMIT,
    BeforeAfter,
    Figure,
    FineTuneResult,
    SliceExample,
)

_TITLES = (mark("Mean IoU (95 %)"), mark("Images"), mark("Before"), mark("After"), mark("Change"))
_MINUS = "−"
_SAME = 0.005
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ResultPage(Page):
    """Tables and pictures of a finished run.

    Parameters
    ----------
    state : WizardState
        Not changed here.
    run : TrainingRun
        Whose result it is.
    """

    title = mark("Before and after")
    subtitle = mark("Both models on the same images. A miss counts as IoU 0.")

    def __init__(self, state: WizardState, run: TrainingRun, parent: QWidget | None = None) -> None:
        super().__init__(state, parent)
        self._run = run
        self._shown: FineTuneResult | None = None
        self.headline = make_label(title=True)
        self.notice, self._notice_text = make_notice()
        self.table = _make_table(_TITLES)
        self.patients = _make_table(
            (tr("Patient"), tr("Subtype"), tr("Slices"), tr("Before"), tr("After"))
        )
        self.thesis = make_label(muted=True)
        self.tiles: list[PictureTile] = []
        self._pictures = QGridLayout()
        self._pictures.setSpacing(8)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(10)
        for widget in (self.headline, self.notice, self.table, self.thesis):
            column.addWidget(widget)
        column.addLayout(self._pictures)
        column.addWidget(make_label(tr("By patient (slices averaged)"), title=True))
        column.addWidget(self.patients)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(body)
        self.column.addWidget(scroll, 1)

    @property
    def problem(self) -> str:
        """There must be a result."""
        return "" if self._run.result is not None else tr("There is no result yet.")

    def enter(self) -> None:
        """Show the run's result."""
        result = self._run.result
        if result is None or result is self._shown:
            return
        self._shown = result
        self.headline.setText(describe_gain(result))
        told = [describe_loss(each) for each in result.forgotten]
        show_notice(self.notice, self._notice_text, "\n".join([*told, *result.warnings]))
        self._fill_figures(result)
        self._fill_patients(result)
        row = "   ".join(f"{k}: {format_number(v)}" for k, v in result.thesis_row().items())
        self.thesis.setText(
            tr("As the 2023 thesis counts, by slice (entire set is LEAKY):   {row}").format(row=row)
        )
        self._fill_pictures(result)

    def _fill_figures(self, result: FineTuneResult) -> None:
        rows = [result.test, result.training, result.entire]
        told = [each for each in rows if each is not None] + list(result.forgetting)
        self.table.setRowCount(len(told) + (result.copy_baseline is not None))
        place = 0
        for each in told:
            self._set_row(place, describe_row(each), each)
            place += 1
            if each is result.test and result.copy_baseline is not None:
                figure = result.copy_baseline
                words = (tr("    copy baseline"), _count(figure), "—",
                         format_figure(figure), "")  # fmt: skip
                self._set_row(place, words, None)
                place += 1
        _fit_height(self.table)

    def _set_row(self, row: int, words: Sequence[str], pair: BeforeAfter | None) -> None:
        theme = find_theme()
        for column, text in enumerate(words):
            item = QTableWidgetItem(text)
            if column:
                item.setTextAlignment(_RIGHT)
            if pair is None or pair.is_part:
                item.setForeground(QColor(theme.muted))
            lost = pair is not None and (pair.difference or 0) < -FORGETTING_LIMIT
            if column == len(words) - 1 and lost:
                item.setForeground(QColor(theme.warning))
            self.table.setItem(row, column, item)

    def _fill_patients(self, result: FineTuneResult) -> None:
        self.patients.setRowCount(len(result.patients))
        for number, line in enumerate(result.patients):
            words = (
                shorten_patient_id(line.patient_id),
                line.subtype or "—",
                str(line.slices),
                format_number(line.before),
                format_number(line.after),
            )
            for column, text in enumerate(words):
                item = QTableWidgetItem(text)
                if column:
                    item.setTextAlignment(_RIGHT)
                self.patients.setItem(number, column, item)
        _fit_height(self.patients)

    def _fill_pictures(self, result: FineTuneResult) -> None:
        while (item := self._pictures.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self.tiles = []
        rows = ((tr("Lost most on"), result.worst), (tr("Gained most on"), result.best))
        for number, (words, examples) in enumerate(rows):
            if not examples:
                continue
            label = make_label(
                tr("{words} (green: expert, violet: before, orange: after)").format(words=words),
                muted=True,
            )
            self._pictures.addWidget(label, 2 * number, 0, 1, -1)
            for column, example in enumerate(examples):
                tile = _make_tile(example)
                self.tiles.append(tile)
                self._pictures.addWidget(tile, 2 * number + 1, column)


def _make_tile(example: SliceExample) -> PictureTile:
    tile = PictureTile(180)
    tile.setMinimumHeight(190)
    marks = (
        Marks(example.expert, EXPERT),
        Marks(example.old, OLD, dashed=True),
        Marks(example.new, NEW, dashed=True),
    )
    name = shorten_patient_id(example.patient_id)
    caption = f"{name}: {example.before:.2f} → {example.after:.2f}"
    tile.show_picture(example.picture, marks, caption)
    tile.setToolTip(example.sop_uid)
    return tile


def _make_table(titles: Sequence[str]) -> QTableWidget:
    table = QTableWidget(0, len(titles))
    table.setTabKeyNavigation(False)  # else Tab never leaves it
    table.setHorizontalHeaderLabels(list(map(tr, titles)))
    table.verticalHeader().hide()
    table.setShowGrid(False)
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
    table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    header.setDefaultAlignment(_RIGHT)
    first = QTableWidgetItem(titles[0])
    table.setHorizontalHeaderItem(0, first)
    first.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return table


def _fit_height(table: QTableWidget) -> None:
    """Show all rows: the page scrolls, not the table."""
    table.resizeRowsToContents()
    rows = sum(table.rowHeight(row) for row in range(table.rowCount()))
    table.setFixedHeight(rows + table.horizontalHeader().sizeHint().height() + 6)


def describe_row(each: BeforeAfter) -> tuple[str, str, str, str, str]:
    """Return a pair of figures as a row of the table."""
    indent = "    " if each.is_part else ""
    title = f"{indent}{say(each.title)}{'  LEAKY' if each.leaky else ''}"
    change = "—" if each.difference is None else format_change(each.difference)
    if each.low is not None and each.high is not None:
        change += f" ({format_change(each.low)} … {format_change(each.high)})"
    count = _count(each.after, is_phantom=each.title.startswith("Phantoms"))
    return title, count, format_figure(each.before), format_figure(each.after), change


def _count(figure: Figure, *, is_phantom: bool = False) -> str:
    slices = tr("%n slice(s)", "", figure.slices)
    if is_phantom:
        return tr("%n phantom(s), {slices}", "", figure.patients).format(slices=slices)
    return tr("%n patient(s), {slices}", "", figure.patients).format(slices=slices)


def describe_gain(result: FineTuneResult) -> str:
    """Return what the run brought, in one sentence."""
    test = result.test
    if test is None or test.difference is None:
        return tr("Nobody judged: whether it is better on other patients can't be known.")
    before, after = format_number(test.before.value), format_number(test.after.value)
    verdict = tr("better") if test.difference > 0 else tr("worse")
    few = tr(" With {patients} judging, chance alone can do that.").format(
        patients=test.after.patients
    )
    if abs(test.difference) <= _SAME:
        verdict, few = tr("as good as before"), ""
    if test.after.note is None:
        few = ""
    return tr(
        "On patients it never saw the new model is {verdict}: IoU {before} → {after}.{few}"
    ).format(verdict=verdict, before=before, after=after, few=few)


def describe_loss(each: BeforeAfter) -> str:
    """Return a loss on an old subtype as a sentence."""
    lost = -(each.difference or 0.0)
    return tr(
        "Forgotten: on {each} of old subtypes it lost {lost:.3f} IoU, more than "
        "{forgetting_limit:g}."
    ).format(each=_name_within(each.title), lost=lost, forgetting_limit=FORGETTING_LIMIT)


def _name_within(title: str) -> str:
    """Return a title as it stands within a sentence: English writes it small."""
    told = say(title)
    return told.lower() if told == title else told


def format_figure(figure: Figure) -> str:
    """Return a figure with its interval, where there is one."""
    if figure.low is None or figure.high is None:
        return format_number(figure.value)
    return f"{format_number(figure.value)} ({figure.low:.2f}–{figure.high:.2f})"


def format_number(value: float | None) -> str:
    """Return a figure, or a dash where there is none."""
    return "—" if value is None else f"{value:.3f}"


def format_change(value: float) -> str:
    """Return a difference with its sign."""
    return f"{value:+.3f}".replace("-", _MINUS)

"""The review panel: how far it is, the series under review, its decisions, and the queue."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QBrush, QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ctbox.gui.actions import follow_tip
from ctbox.gui.icons import find_icon
from ctbox.gui.review.state import ReviewState
from ctbox.gui.review.words import describe_decision, describe_progress
from ctbox.gui.theme import Theme
from ctbox.gui.translation import tr
from ctbox.model.linking import shorten_patient_id
from ctbox.workflows.review_queue import Decision, ReviewItem, ReviewQueue

_ICONS = {Decision.ACCEPTED: "accept", Decision.FIXED: "mine", Decision.REJECTED: "cancel"}
_MARK_PX = 28
_NONE = "–"
_KEY = Qt.ItemDataRole.UserRole
_DECISIONS = ("review_accept", "review_fix", "review_reject")


class ReviewPanel(QWidget):
    """Renders a `ReviewState`; buttons are the window's commands.

    Parameters
    ----------
    state : ReviewState
        What it shows.
    commands : mapping of str to QAction
        The window's commands.
    """

    chosen = Signal(str)
    show_requested = Signal()
    note_written = Signal(str)
    note_left = Signal()

    def __init__(self, state: ReviewState, commands: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("reviewPanel")
        self.setAccessibleName(tr("Review"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet("QWidget#reviewPanel { background: palette(base); }")
        self._state = state
        self._theme: Theme | None = None
        self._shows_identity = True
        self._shown: ReviewQueue | None = None
        self._expert_command = commands["annotations"]
        self.progress = QLabel()
        self.progress.setProperty("title", True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(5)
        self.bar.setAccessibleName(tr("Progress of the review"))
        self.name = QLabel()
        self.name.setWordWrap(True)
        self.figures = QLabel()
        self.figures.setProperty("muted", True)
        self.figures.setWordWrap(True)
        self.buttons = {name: _build_button(commands[name]) for name in _DECISIONS}
        self.reveal = _build_button(commands["review_reveal"])
        self.reveal.setProperty("primary", True)
        self.show_button = QPushButton(tr("Show this series"))
        self.show_button.clicked.connect(self.show_requested)
        self.note = QLineEdit()
        self.note.setPlaceholderText(tr("Note on this series"))
        self.note.setAccessibleName(tr("Note on this series"))
        follow_tip(self.note, commands["review_note"])
        self.note.editingFinished.connect(lambda: self.note_written.emit(self.note.text()))
        self.note.returnPressed.connect(self.note_left)
        self.tree = self._build_tree()
        self._lay_out()
        state.changed.connect(self.update_view)
        self.update_view()

    def _build_tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setHeaderLabels((tr("Series"), "IoU", tr("Score")))
        tree.setAccessibleName(tr("Series of the review"))
        tree.setProperty("flat", True)
        tree.setProperty("compact", True)
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setIconSize(QSize(14, 14))
        tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        tree.itemClicked.connect(lambda row: self.chosen.emit(row.data(0, _KEY)))
        tree.itemActivated.connect(lambda row: self.chosen.emit(row.data(0, _KEY)))
        return tree

    def _lay_out(self) -> None:
        decisions = QHBoxLayout()
        decisions.setSpacing(6)
        for button in self.buttons.values():
            decisions.addWidget(button, 1)
        head = QVBoxLayout()
        head.setContentsMargins(12, 4, 12, 0)
        head.setSpacing(7)
        for widget in (self.progress, self.bar, self.name, self.figures):
            head.addWidget(widget)
        head.addWidget(self.reveal)
        head.addWidget(self.show_button)
        head.addLayout(decisions)
        head.addWidget(self.note)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.tree, 1)

    def sizeHint(self) -> QSize:
        """Return the size of a dock below the series."""
        return QSize(286, 400)

    def apply_theme(self, theme: Theme) -> None:
        """Draw the marks in the theme's colours."""
        self._theme = theme
        self.update_view()

    def set_identity_shown(self, shown: bool) -> None:
        """Name the patients or not."""
        self._shows_identity = shown
        self.update_view()

    # --- rendering --------------------------------------------------------------------------

    def update_view(self) -> None:
        """Show the state as it is."""
        queue, item = self._state.queue, self._state.item
        self.bar.setVisible(queue is not None)
        if queue is None:
            self.progress.setText(tr("No review is open"))
            self.tree.clear()
            self._shown = None
        else:
            self.progress.setText(describe_progress(queue))
            self.bar.setRange(0, max(len(queue.items), 1))
            self.bar.setValue(queue.count())
            self._update_rows(queue)
        self._update_item(queue, item)

    def _update_item(self, queue: ReviewQueue | None, item: ReviewItem | None) -> None:
        on_screen = self._state.series_case is not None
        is_hidden = self._state.is_hidden
        self.name.setText("" if item is None else f"<b>{self._describe(item)}</b>")
        self.name.setVisible(item is not None)
        self.figures.setText(self._describe_figures(item))
        self.figures.setVisible(item is not None)
        self.reveal.setVisible(item is not None and on_screen and is_hidden)
        self.show_button.setVisible(item is not None and not on_screen)
        for button in self.buttons.values():
            button.setVisible(item is not None and on_screen and not is_hidden)
        note = "" if item is None or queue is None else queue.find_note(item.key)
        if not self.note.hasFocus() or self.note.property("key") != (item and item.key):
            self.note.setText(note)
        self.note.setProperty("key", item.key if item else None)
        self.note.setVisible(item is not None)

    def _describe(self, item: ReviewItem) -> str:
        parts = (item.patient if self._shows_identity else "", item.description)
        text = " · ".join(part for part in parts if part) or tr("Series")
        return text.replace("&", "&amp;").replace("<", "&lt;")

    def _describe_figures(self, item: ReviewItem | None) -> str:
        if item is None:
            return ""
        if self._state.is_hidden:
            return self._describe_hidden()
        item = self._state.find_rated(item)
        parts = [f"IoU {item.iou:.2f}"] if item.iou is not None else []
        parts += (
            [tr("surest {score:.2f}").format(score=item.score)]
            if item.score is not None
            else [tr("not predicted when the review began")]
        )
        parts += (
            [tr("{annotated} annotated slices").format(annotated=item.annotated)]
            if item.annotated
            else [tr("not annotated")]
        )
        return " · ".join(parts)

    def _describe_hidden(self) -> str:
        """Tell what is kept from the reader, and what is not."""
        if self._state.is_expert_hidden:
            return tr("The AI and the expert are hidden: read and draw, then reveal.")
        told = tr("The AI is hidden: read and draw, then reveal.")
        key = self._expert_command.shortcut().toString()
        more = tr(" {key} hides the expert as well.").format(key=key) if key else ""
        return told + more

    def _update_rows(self, queue: ReviewQueue) -> None:
        if queue is not self._shown:
            self._shown = queue
            self.tree.clear()
            for item in queue.items:
                row = QTreeWidgetItem(self.tree)
                row.setData(0, _KEY, item.key)
                for column in (1, 2):
                    row.setTextAlignment(
                        column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
        for place, item in enumerate(queue.items):
            there = self.tree.topLevelItem(place)
            if there is not None:
                self._fill_row(there, item, queue)

    def _fill_row(self, row: QTreeWidgetItem, item: ReviewItem, queue: ReviewQueue) -> None:
        decision = queue.find_decision(item.key)
        # What the model thinks of a series would spoil a blind reading of it.
        hidden = queue.is_hidden(item.key)
        rated = self._state.find_rated(item)
        patient = shorten_patient_id(item.patient) if self._shows_identity else ""
        row.setText(
            0, "  ".join(part for part in (patient, item.description) if part) or tr("Series")
        )
        row.setText(1, _NONE if rated.iou is None or hidden else f"{rated.iou:.2f}")
        row.setText(2, _NONE if rated.score is None or hidden else f"{rated.score:.2f}")
        said = tr("not decided") if decision is None else describe_decision(decision)
        note = queue.find_note(item.key)
        row.setToolTip(0, f"{row.text(0)}: {said}" + (f"\n{note}" if note else ""))
        row.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{row.text(0)}, {said}")
        theme = self._theme
        if theme is not None:
            row.setIcon(0, _draw_mark(decision, theme))
            brush = QBrush(QColor(theme.muted if decision is not None else theme.text))
            for column in range(3):
                row.setForeground(column, brush)
        if item.key == queue.current and self.tree.currentItem() is not row:
            self.tree.setCurrentItem(row)


def _draw_mark(decision: Decision | None, theme: Theme) -> QIcon:
    """Return a decision's mark; the selected row's is the same. None leaves its room empty."""
    if decision is None:
        picture = QPixmap(_MARK_PX, _MARK_PX)
        picture.fill(Qt.GlobalColor.transparent)
    else:
        picture = find_icon(_ICONS[decision], theme).pixmap(_MARK_PX, _MARK_PX)
    mark = QIcon(picture)
    mark.addPixmap(picture, QIcon.Mode.Selected)
    return mark


def _build_button(action: QAction) -> QPushButton:
    """Return a button that is a command."""
    button = QPushButton()
    button.clicked.connect(action.trigger)

    def follow() -> None:
        button.setText(action.iconText())
        button.setEnabled(action.isEnabled())
        button.setAccessibleName(action.iconText())

    action.changed.connect(follow)
    follow()
    follow_tip(button, action)
    # The image keeps the keys.
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setMinimumWidth(0)
    return button

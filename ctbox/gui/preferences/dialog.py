"""The settings: pages on the left, and every choice holds at once."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ctbox.gui.preferences.files_page import FilesPage
from ctbox.gui.preferences.key_page import KeyPage
from ctbox.gui.preferences.prediction_page import PredictionPage
from ctbox.gui.preferences.reading_page import ReadingPage
from ctbox.gui.translation import mark, tr
from ctbox.settings import Settings

_SIZE = (800, 540)
_NAVIGATION_WIDTH = 136
_ROW = QSize(0, 34)
READING, PREDICTION, FILES, KEYS = range(4)
_TITLES = (mark("Reading"), mark("Prediction"), mark("Files"), mark("Shortcuts"))


class SettingsDialog(QDialog):
    """Renders settings and tells what the user wants instead.

    Parameters
    ----------
    reading, prediction, files, keys : QWidget
        The pages.
    """

    wanted = Signal(object)
    reset_requested = Signal(bool)
    undo_requested = Signal()

    def __init__(
        self,
        pages: tuple[ReadingPage, PredictionPage, FilesPage, KeyPage],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Settings"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        self.reading, self.prediction, self.files, self.keys = pages
        self._stack = QStackedWidget()
        for page in pages:
            self._stack.addWidget(page)
        for page in (self.reading, self.prediction, self.files):
            page.wanted.connect(self.wanted)
        self.navigation = self._build_navigation()
        self.reset = QPushButton()
        self.reset.setAutoDefault(False)
        self.reset.clicked.connect(lambda: self.reset_requested.emit(self.page == KEYS))
        self.told = QLabel()
        self.told.setProperty("muted", True)
        self.undo = QPushButton(tr("Undo"))
        self.undo.setProperty("link", True)
        self.undo.setAutoDefault(False)
        self.undo.clicked.connect(self.undo_requested)
        self.close_button = QPushButton(tr("Close"))
        self.close_button.setAutoDefault(False)
        self.close_button.clicked.connect(self.accept)
        self._lay_out()
        self.tell("")
        self.go_to(READING)
        self.navigation.setFocus()

    def _build_navigation(self) -> QListWidget:
        navigation = QListWidget()
        navigation.setAccessibleName(tr("Pages of the settings"))
        navigation.setObjectName("settingsPages")
        navigation.setFixedWidth(_NAVIGATION_WIDTH)
        for title in map(tr, _TITLES):
            item = QListWidgetItem(title)
            item.setSizeHint(_ROW)
            navigation.addItem(item)
        navigation.currentRowChanged.connect(self._on_page_chosen)
        return navigation

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.setSpacing(12)
        for widget in (self.reset, self.told, self.undo):
            foot.addWidget(widget)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        column = QVBoxLayout()
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(14)
        column.addWidget(self._stack, 1)
        column.addLayout(foot)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.navigation)
        row.addLayout(column, 1)

    @property
    def page(self) -> int:
        """Which page is shown."""
        return self._stack.currentIndex()

    def go_to(self, page: int) -> None:
        """Show a page."""
        self.navigation.setCurrentRow(page)

    def show_settings(self, settings: Settings) -> None:
        """Show these settings on all pages; tells nobody."""
        for page in (self.reading, self.prediction, self.files):
            page.show_settings(settings)

    def tell(self, words: str, *, can_undo: bool = False) -> None:
        """Say what was done beside the button that did it."""
        self.told.setText(words)
        self.undo.setVisible(can_undo)

    def _on_page_chosen(self, page: int) -> None:
        self._stack.setCurrentIndex(page)
        is_keys = page == KEYS
        self.reset.setVisible(page != FILES)
        self.reset.setText(tr("Restore all keys") if is_keys else tr("Reset to defaults"))
        self.reset.setToolTip(
            tr("All commands get this profile's keys")
            if is_keys
            else tr("All of Reading and Prediction; your name, folders and keys stay")
        )
        self.tell("")

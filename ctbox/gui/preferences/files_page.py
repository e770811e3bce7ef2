"""Who reads, where boxes are saved, and the user's folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout

from ctbox.gui.preferences.disk_places import DiskPlace, describe_size
from ctbox.gui.preferences.page import SettingsPage, make_heading, make_hint
from ctbox.gui.report.folder_field import FolderField
from ctbox.gui.translation import tr
from ctbox.paths import HOME_VARIABLE


class FilesPage(SettingsPage):
    """Name and folders.

    Parameters
    ----------
    places : sequence of DiskPlace
        The user's folders, the cache last.
    """

    open_requested = Signal(object)
    empty_requested = Signal()

    def __init__(self, places: Sequence[DiskPlace]) -> None:
        super().__init__()
        self.name = QLineEdit()
        self.name.setAccessibleName(tr("Your name"))
        self.name.setPlaceholderText(tr("Written with boxes that you unlock"))
        self.folder = FolderField(tr("Save my boxes in"), tr("Asked on the first save"))
        self.taken = make_hint("…")
        self.clear = QPushButton(tr("Empty it"))
        self.clear.setAutoDefault(False)
        self.clear.setAccessibleName(tr("Empty the cache"))
        self.clear.setToolTip(
            tr("Delete prepared training data and other things made again on need")
        )
        self.clear.clicked.connect(self.empty_requested)
        self.note = make_hint()
        self.open_buttons: dict[str, QPushButton] = {}
        self._lay_out(places)
        self.name.textEdited.connect(
            lambda text: self.wanted.emit(replace(self.settings, reader_name=text.strip()))
        )
        self.folder.changed.connect(
            lambda: self.wanted.emit(replace(self.settings, save_folder=self.folder.path))
        )

    def _lay_out(self, places: Sequence[DiskPlace]) -> None:
        self.form.setFieldGrowthPolicy(self.form.FieldGrowthPolicy.ExpandingFieldsGrow)
        self.form.addRow(tr("Your &name"), self.name)
        self.form.addRow(tr("Save my &boxes in"), self.folder)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, place in enumerate(places):
            title = QLabel(place.title)
            title.setToolTip(place.tip)
            path = QLineEdit(str(place.folder))
            path.setReadOnly(True)
            path.setProperty("plain", True)
            path.setAccessibleName(tr("Folder: {place}").format(place=place.title))
            path.setCursorPosition(0)
            path.setToolTip(f"{place.tip}\n{place.folder}")
            button = QPushButton(tr("Show"))
            button.setAutoDefault(False)
            button.setAccessibleName(tr("Show folder: {place}").format(place=place.title))
            button.clicked.connect(
                lambda _=False, folder=place.folder: self.open_requested.emit(folder)
            )
            self.open_buttons[place.title] = button
            grid.addWidget(title, row, 0)
            grid.addWidget(path, row, 1)
            grid.addWidget(button, row, 2)
        grid.addWidget(QLabel(tr("Cache takes")), len(places), 0)
        grid.addWidget(self.taken, len(places), 1)
        grid.addWidget(self.clear, len(places), 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self.form)
        layout.addSpacing(18)
        layout.addWidget(make_heading(tr("Folders")))
        layout.addSpacing(4)
        layout.addLayout(grid)
        layout.addSpacing(4)
        layout.addWidget(
            make_hint(
                tr(
                    "{home_variable}, set before the start, keeps all of them in another place."
                ).format(home_variable=HOME_VARIABLE)
            )
        )
        layout.addWidget(self.note)
        layout.addStretch(1)

    def show_cache_size(self, size: int) -> None:
        """Say how much the cache takes."""
        self.taken.setText(describe_size(size))
        self.clear.setEnabled(size > 0)

    def fill(self) -> None:
        """Bring the widgets to what the settings say."""
        if self.name.text().strip() != self.settings.reader_name:
            self.name.setText(self.settings.reader_name)
        if self.folder.path != self.settings.save_folder:
            self.folder.set_path(self.settings.save_folder)

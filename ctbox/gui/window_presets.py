"""Display windows on the digits: the file's own from 3, then those the user saved."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from ctbox.dicom.series import VoiWindow
from ctbox.gui.translation import tr
from ctbox.gui.viewer import readout

FIRST_DIGIT, LAST_DIGIT = 3, 9


class PresetMenu(QMenu):
    """Lists the windows that depend on the file and on the user, each with its digit."""

    window_chosen = Signal(object)
    save_requested = Signal()
    manage_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("More win&dows"), parent)
        self.set_windows((), ())

    def set_windows(self, of_file: Sequence[VoiWindow], own: Sequence[VoiWindow]) -> None:
        """List the file's windows, then the user's, on the digits from 3."""
        self.clear()
        digit = FIRST_DIGIT
        for title, windows in ((tr("This file"), of_file), (tr("Your own"), own)):
            if windows:
                self.addSection(title)
            for window in windows:
                self._add_window(window, digit)
                digit += 1
        if of_file or own:
            self.addSeparator()
        self.addAction(tr("&Save window as…")).triggered.connect(self.save_requested)
        manage = self.addAction(tr("&Manage your windows…"))
        manage.triggered.connect(self.manage_requested)
        manage.setEnabled(bool(own))

    def _add_window(self, window: VoiWindow, digit: int) -> None:
        action = self.addAction(describe_preset(window).replace("&", "&&"))
        if digit <= LAST_DIGIT:
            action.setShortcut(QKeySequence(str(digit)))
        action.triggered.connect(lambda _=False: self.window_chosen.emit(window))


class OwnWindows(QObject):
    """The display windows that the user saved, in their order."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._windows: tuple[VoiWindow, ...] = ()

    @property
    def windows(self) -> tuple[VoiWindow, ...]:
        """The windows."""
        return self._windows

    def set_windows(self, windows: Sequence[VoiWindow]) -> None:
        """Take these; of two with one name the later stays."""
        self._windows = tuple({window.name: window for window in windows}.values())
        self.changed.emit()

    def save(self, window: VoiWindow) -> None:
        """Keep a window, in the place of one of the same name."""
        names = [each.name for each in self._windows]
        if window.name in names:
            place = names.index(window.name)
            self.set_windows((*self._windows[:place], window, *self._windows[place + 1 :]))
        else:
            self.set_windows((*self._windows, window))


def describe_preset(window: VoiWindow) -> str:
    """Return a window's name and numbers."""
    parts = (window.name, readout.describe_window(window))
    return "  ".join(part for part in parts if part)

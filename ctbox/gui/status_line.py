"""The status bar: probe, running tasks, window, slice, and what ctbox must not be used for."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QLabel, QStatusBar

from ctbox.gui.help_dialogs import RESEARCH_NOTICE
from ctbox.gui.task_bar import TaskBar
from ctbox.gui.tasks import TaskRunner
from ctbox.gui.translation import tr
from ctbox.gui.viewer.readout import ProbeReadout


class StatusLine(QObject):
    """Shows what lies under the pointer and how it is displayed.

    Parameters
    ----------
    bar : QStatusBar
        The window's own: setting another would leave two for a while.
    runner : TaskRunner
        Its tasks are shown with progress and Cancel.
    """

    def __init__(self, bar: QStatusBar, runner: TaskRunner) -> None:
        super().__init__(bar)
        bar.setSizeGripEnabled(False)
        self._pixel = self._build_label(150, tr("Pixel under the pointer"))
        self._value = self._build_label(86, tr("Value under the pointer"))
        self._place = self._build_label(0, tr("Position in the patient"))
        self._edit = self._build_label(0, tr("Box being edited"))
        self._window = self._build_label(0, tr("Display window"))
        self._slice = self._build_label(0, tr("Slice"))
        notice = QLabel(tr(RESEARCH_NOTICE))
        notice.setObjectName("researchStrip")
        self.tasks = TaskBar(runner)
        for label in (self._pixel, self._value, self._place):
            bar.addWidget(label)
        for widget in (self._edit, self.tasks, self._window, self._slice, notice):
            bar.addPermanentWidget(widget)

    def _build_label(self, width: int, name: str) -> QLabel:
        label = QLabel()
        label.setMinimumWidth(width)
        label.setAccessibleName(name)
        label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return label

    @property
    def probe_text(self) -> str:
        """What is said of the pixel under the pointer."""
        parts = (self._pixel.text(), self._value.text(), self._place.text())
        return "  ".join(part for part in parts if part)

    def show_probe(self, probe: ProbeReadout | None) -> None:
        """Show what lies under the pointer; None clears it."""
        self._pixel.setText("" if probe is None else probe.pixel)
        self._value.setText("" if probe is None else probe.value)
        self._place.setText("" if probe is None else probe.place)

    @property
    def edit_text(self) -> str:
        """What is said of the box being edited."""
        return self._edit.text()

    def show_edit(self, text: str) -> None:
        """Show what is selected or dragged of the reader's own boxes."""
        self._edit.setText(text)

    def show_window(self, text: str) -> None:
        """Show the display window."""
        self._window.setText(text)

    def show_slice(self, index: int, count: int) -> None:
        """Show which slice is on the screen."""
        self._slice.setText(f"{index + 1} / {count}" if count else "")

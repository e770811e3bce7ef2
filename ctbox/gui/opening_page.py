"""What the window shows while a case is read: its first slice, how far it is, and a way out."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ctbox.gui.translation import tr
from ctbox.gui.viewer.detection_store import DetectionStore
from ctbox.gui.viewer.slice_view import SliceView
from ctbox.gui.viewer.state import ViewerState
from ctbox.workflows.first_slice import FirstSlice
from ctbox.workflows.open_case import SeriesCase

_BAR_WIDTH = 220


class OpeningPage(QWidget):
    """Shows the first slice of a case whose other headers are still being read."""

    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = ViewerState(DetectionStore(self), self)
        self.view = SliceView(self.state)
        self._text = QLabel()
        self._text.setProperty("muted", True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(_BAR_WIDTH)
        stop = QPushButton(tr("Cancel"))
        stop.clicked.connect(self.cancel_requested)
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(12)
        row.addWidget(self._text, 1)
        row.addWidget(self._bar)
        row.addWidget(stop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.view, 1)
        layout.addWidget(foot)

    def show_first(self, first: FirstSlice, viewer: ViewerState) -> None:
        """Show a slice as the viewer will show it: in its window, with its texts or without."""
        self.state.set_overlays(viewer.overlays)
        self.state.set_smooth(viewer.smooth)
        self.state.set_series(SeriesCase(first.series, {}))
        if self.state.shows_hu:
            self.state.set_window(viewer.window)
        self.view.show_pixels(first.pixels)

    def show_progress(self, text: str, done: int, total: int | None) -> None:
        """Say how far opening has come."""
        count = tr("{done} of {total}").format(done=done, total=total) if total else ""
        self._text.setText("  ".join(part for part in (text, count) if part))
        self._bar.setRange(0, total or 0)
        self._bar.setValue(done)

    def clear(self) -> None:
        """Let go of the slice."""
        self.state.set_series(None)
        self.view.show_pixels(None)

"""Shows the first slice of what is being opened while all other headers are still being read."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ctbox.gui.case_controller import CaseController, OpenRequest
from ctbox.gui.main_window import MainWindow
from ctbox.gui.translation import tr
from ctbox.gui.viewer.loader import ReadSlices
from ctbox.progress import Progress
from ctbox.workflows.first_slice import FirstSlice
from ctbox.workflows.open_case import Case


class FirstSliceController(QObject):
    """Ties the opening page to the case that is being read.

    A case that is on the screen already stays there, and all of its panels with it.

    Parameters
    ----------
    window : MainWindow
        Has the page.
    cases : CaseController
        Reads the cases.
    """

    def __init__(self, window: MainWindow, cases: CaseController) -> None:
        super().__init__(window)
        self._window, self._page = window, window.opening_page
        self._first: FirstSlice | None = None
        self._title = ""
        self._page.cancel_requested.connect(cases.cancel)
        cases.opening_started.connect(self._on_started)
        cases.first_slice_read.connect(self._on_first)
        cases.progressed.connect(self._on_progressed)
        cases.opening_ended.connect(self._on_ended)

    def hand_over(self, case: Case) -> None:
        """Spare the viewer the reading of the slice that is on the screen already."""
        first, series = self._first, case.series[0].series
        if first is None:
            return
        uids = [each.sop_instance_uid for each in series.slices]
        if first.sop_instance_uid in uids:
            pixels = {uids.index(first.sop_instance_uid): first.pixels}
            self._window.viewer.loader.offer(ReadSlices(series.key, pixels))

    def _on_started(self, request: OpenRequest) -> None:
        self._first = None
        self._title = tr("Opening {name}…").format(name=request.name)

    def _on_first(self, first: FirstSlice) -> None:
        self._first = first
        state = self._window.viewer.state
        if state.series_case is None:
            self._page.show_progress(self._title, 0, None)
            self._page.show_first(first, state)
            self._window.show_opening()

    def _on_progressed(self, progress: Progress) -> None:
        self._page.show_progress(self._title, progress.done, progress.total)

    def _on_ended(self) -> None:
        self._first = None
        self._window.end_opening()

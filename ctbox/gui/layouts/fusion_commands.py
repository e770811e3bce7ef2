"""Ties the fusion of PET and CT to the window: its switch, its slider, its probe."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from ctbox.dicom.places import find_place, share_frame
from ctbox.errors import CtboxError
from ctbox.gui.layouts.fusion import DEFAULT_OPACITY, FusionLayer, FusionState
from ctbox.gui.layouts.mpr_view import MprView
from ctbox.gui.main_window import MainWindow
from ctbox.gui.tasks import TaskRunner
from ctbox.gui.toasts import ToastArea
from ctbox.gui.translation import tr
from ctbox.gui.viewer.loader import SliceLoader
from ctbox.gui.viewer.slice_view import SliceView
from ctbox.workflows.open_case import Case, SeriesCase


class FusionCommands(QObject):
    """Lays a case's PET on its CT, in slices and in planes.

    Parameters
    ----------
    window : MainWindow
        The window.
    toasts : ToastArea
        Says why nothing can be fused.
    runner : TaskRunner
        Reads the PET.
    planes : tuple of MprView
        The reformatted planes.
    """

    def __init__(
        self,
        window: MainWindow,
        toasts: ToastArea,
        runner: TaskRunner,
        planes: tuple[MprView, ...],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._toasts = toasts
        self._case: Case | None = None
        self.state = FusionState(SliceLoader(runner, parent=self), self)
        self.opacity = self._build_slider()
        self._bar = self._build_bar()
        window.viewer.add_to_bar(self._bar)
        views: tuple[SliceView | MprView, ...] = (window.viewer.view, *planes)
        for view in views:
            view.add_underlay(FusionLayer(self.state))
            self.state.changed.connect(view.update)
        window.viewer.find_extra = self._describe_probe
        window.commands["fusion"].toggled.connect(self._on_toggled)
        window.viewer.state.series_changed.connect(self._on_series_changed)

    def _build_slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, 100)
        slider.setValue(round(100 * DEFAULT_OPACITY))
        slider.setFixedWidth(90)
        slider.setAccessibleName(tr("Opacity of the PET over the CT"))
        slider.setToolTip(tr("Opacity of the PET over the CT"))
        slider.valueChanged.connect(lambda value: self.state.set_opacity(value / 100))
        return slider

    def _build_bar(self) -> QWidget:
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(4, 0, 4, 0)
        row.addWidget(QLabel("PET"))
        row.addWidget(self.opacity)
        bar.hide()
        return bar

    def take_case(self, case: Case) -> None:
        """Follow the window to another case."""
        before, self._case = self._case, case
        if before is None or before.path != case.path:
            self._window.commands["fusion"].setChecked(False)

    def find_partner(self) -> SeriesCase | None:
        """Return the PET in the frame of reference of the shown series; None if there is none."""
        shown = self._window.viewer.state.series_case
        if self._case is None or shown is None:
            return None
        for each in self._case.series:
            is_pet = each.series.modality == "PT" and each.series.key != shown.series.key
            if is_pet and share_frame(each.series, shown.series):
                return each
        return None

    def _on_toggled(self, on: bool) -> None:
        self._bar.setVisible(on)
        if not on:
            self.state.stop()
            return
        partner = self.find_partner()
        if partner is None:
            self._refuse(
                tr("No PET to fuse: the case has none in this series' frame of reference.")
            )
            return
        try:
            self.state.fuse(partner)
        except CtboxError as error:
            self._refuse(error.message)

    def _refuse(self, reason: str) -> None:
        self._toasts.show_toast(reason)
        self._window.commands["fusion"].setChecked(False)

    def _on_series_changed(self) -> None:
        """Stop where the shown series is no partner of the PET any more."""
        fused, shown = self.state.series_case, self._window.viewer.state.series_case
        if fused is None or shown is None:
            return
        is_same = shown.series.key == fused.series.key
        if is_same or not share_frame(shown.series, fused.series):
            self._window.commands["fusion"].setChecked(False)

    def _describe_probe(self, x: int, y: int) -> str:
        shown = self._window.viewer.state.slice
        place = None if shown is None else find_place(shown, x + 0.5, y + 0.5)
        return "" if place is None else self.state.describe_value(place)

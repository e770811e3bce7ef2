"""Ties the measuring tools to the window: keys, list, notes, what belongs to which case."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt

from ctbox.gui.main_window import MainWindow
from ctbox.gui.measuring.hand import MeasuringHand, find_unit
from ctbox.gui.measuring.measurement import Measurement, MeasurementKind, describe_measurement
from ctbox.gui.measuring.panel import MeasurementRow, MeasurementsPanel
from ctbox.gui.measuring.store import MeasurementStore
from ctbox.gui.toasts import ToastArea
from ctbox.gui.viewer.panel import ViewerPanel
from ctbox.workflows.open_case import Case


class MeasuringCommands(QObject):
    """Gives the window's viewers their measuring tools.

    Parameters
    ----------
    window : MainWindow
        The window.
    toasts : ToastArea
        Shows what was refused or deleted.
    """

    def __init__(self, window: MainWindow, toasts: ToastArea) -> None:
        super().__init__(window)
        self._window = window
        self._toasts = toasts
        self._case: Case | None = None
        self._tool: MeasurementKind | None = None
        self.store = MeasurementStore(self)
        self.panel = MeasurementsPanel()
        self._hands: list[MeasuringHand] = []
        self._lines: dict[Measurement, tuple[str, ...]] = {}
        self.dock = window.add_dock(
            "Measurements",
            "measurementsDock",
            self.panel,
            Qt.DockWidgetArea.LeftDockWidgetArea,
            starts_hidden=True,
        )
        self._connect()
        self.attach(window.viewer)

    def _connect(self) -> None:
        for kind in MeasurementKind:
            action = self._window.commands[f"tool_{kind.value}"]
            action.toggled.connect(lambda on, kind=kind: self._on_tool_toggled(kind, on))
        self._window.commands["copy_measurements"].triggered.connect(self._copy)
        self.store.changed.connect(self._update_panel)
        self._window.viewer.state.series_changed.connect(self._update_panel)
        self.panel.chosen.connect(self.go_to)
        self.panel.delete_requested.connect(self.delete)
        self._update_panel()

    def attach(self, viewer: ViewerPanel) -> MeasuringHand:
        """Let one more viewer measure."""
        hand = MeasuringHand(viewer, self.store)
        hand.set_tool(self._tool)
        hand.refused.connect(self._toasts.show_toast)
        hand.delete_requested.connect(self.delete)
        self._hands.append(hand)
        return hand

    def take_case(self, case: Case) -> None:
        """Forget the measurements of another case."""
        before, self._case = self._case, case
        if before is None or Path(before.path) != Path(case.path):
            self._lines.clear()
            self.store.clear()

    def delete(self, measurement: Measurement) -> None:
        """Delete a measurement, and offer to bring it back."""
        self.store.remove(measurement)
        self._toasts.show_toast(
            f"{measurement.kind.title} deleted.",
            action_text="Undo",
            on_action=lambda: self.store.put(measurement),
        )

    def go_to(self, measurement: Measurement) -> None:
        """Show a measurement's slice and select it."""
        found = self._find_place(measurement)
        if found is None:
            return
        key, index, _ = found
        self._window.browser.choose(key)
        self._window.viewer.state.set_slice_index(index)
        self.store.select(measurement)
        self._window.viewer.setFocus()

    def _on_tool_toggled(self, kind: MeasurementKind, on: bool) -> None:
        if on:
            self._tool = kind
        elif self._tool is kind:
            self._tool = None
        for hand in self._hands:
            hand.set_tool(self._tool)

    def _copy(self) -> None:
        if not self.panel.rows:
            self._toasts.show_toast("Nothing measured yet: D, A and I draw.")
            return
        self.panel.copy()
        count = len(self.panel.rows)
        self._toasts.show_toast(f"{count} measurement{'s' if count != 1 else ''} copied.")

    def _find_place(self, measurement: Measurement) -> tuple[str, int, str] | None:
        """Return the key of a measurement's series, its slice from 0, and the series' name."""
        for series_case in () if self._case is None else self._case.series:
            series = series_case.series
            for index, slice_ in enumerate(series.slices):
                if slice_.sop_instance_uid == measurement.sop_instance_uid:
                    return series.key, index, series.description or "Series"
        return None

    def _update_panel(self) -> None:
        rows = []
        for item in self.store.all:
            found = self._find_place(item)
            rows.append(
                MeasurementRow(
                    item,
                    found[2] if found else "",
                    found[1] + 1 if found else None,
                    self._describe(item),
                )
            )
        self.panel.show_rows(rows, self.store.selected)

    def _describe(self, item: Measurement) -> tuple[str, ...]:
        """Return a measurement's figures; those of ellipses are kept when the pixels are gone."""
        viewer = self._window.viewer
        series_case = viewer.state.series_case
        slices = () if series_case is None else series_case.series.slices
        for index, slice_ in enumerate(slices):
            if slice_.sop_instance_uid == item.sop_instance_uid:
                pixels = viewer.loader.find_pixels(index)
                lines = describe_measurement(item, slice_, pixels, find_unit(viewer))
                if lines:
                    self._lines[item] = lines
        return self._lines.get(item, ())

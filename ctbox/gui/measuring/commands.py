"""Ties the measuring tools to the window: keys, list, notes, what belongs to which case."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt

from ctbox.dicom.geometry import find_plane
from ctbox.gui.main_window import MainWindow
from ctbox.gui.measuring.hand import MeasuringHand
from ctbox.gui.measuring.measurement import Measurement, MeasurementKind, describe_measurement
from ctbox.gui.measuring.panel import MeasurementRow, MeasurementsPanel
from ctbox.gui.measuring.store import MeasurementStore
from ctbox.gui.measuring.surface import Surface, build_surface, find_unit
from ctbox.gui.toasts import ToastArea
from ctbox.gui.translation import tr
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
        self._planes: list[tuple[Surface, Callable[[int], object]]] = []
        self._plane_names: dict[str, str] = {}
        self.dock = window.add_dock(
            tr("Measurements"),
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
        return self.attach_surface(build_surface(viewer))

    def attach_plane(self, surface: Surface, show: Callable[[int], object]) -> None:
        """Let a plane across the slices measure.

        Parameters
        ----------
        surface : Surface
            The plane on the screen.
        show : callable
            Goes to the plane of a number, from 0.
        """
        self._planes.append((surface, show))
        surface.connect_changed(self._update_panel)
        self.attach_surface(surface)

    def attach_surface(self, surface: Surface) -> MeasuringHand:
        """Let whatever shows a picture measure."""
        hand = MeasuringHand(surface, self.store)
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
            tr("{kind} deleted.").format(kind=measurement.kind.title),
            action_text=tr("Undo"),
            on_action=lambda: self.store.put(measurement),
        )

    def go_to(self, measurement: Measurement) -> None:
        """Show a measurement's slice and select it."""
        found = self._find_place(measurement)
        if found is None:
            return
        key, index, _ = found
        self._window.browser.choose(key)
        shown = find_plane_number(measurement.sop_instance_uid)
        if shown is None:
            self._window.viewer.state.set_slice_index(index)
        else:
            self._show_plane(measurement)
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
            self._toasts.show_toast(tr("Nothing measured yet: D, A and I draw."))
            return
        self.panel.copy()
        count = len(self.panel.rows)
        self._toasts.show_toast(tr("%n measurement(s) copied.", "", count))

    def _find_place(self, measurement: Measurement) -> tuple[str, int, str] | None:
        """Return the key of a measurement's series, its slice from 0, and the series' name."""
        for series_case in () if self._case is None else self._case.series:
            series = series_case.series
            for index, slice_ in enumerate(series.slices):
                if slice_.sop_instance_uid == measurement.sop_instance_uid:
                    return series.key, index, series.description or tr("Series")
        return self._find_plane_place(measurement)

    def _find_plane_place(self, measurement: Measurement) -> tuple[str, int, str] | None:
        uid = measurement.sop_instance_uid
        number = find_plane_number(uid)
        for series_case in () if self._case is None or number is None else self._case.series:
            key = series_case.series.key
            if number is not None and uid.startswith(f"{key}:"):
                return key, number, self._plane_names.get(uid, tr("Plane"))
        return None

    def _show_plane(self, measurement: Measurement) -> None:
        """Lay the planes out and go to the one that a measurement is on."""
        number = find_plane_number(measurement.sop_instance_uid)
        if not self._planes or number is None:
            return
        self._window.commands["layout_mpr"].trigger()
        for surface, show in self._planes:
            shown = surface.find_slice()
            if shown is not None and is_same_way(shown.sop_instance_uid, measurement):
                show(number)

    def _update_panel(self) -> None:
        rows = []
        for item in self.store.all:
            lines = self._describe(item)
            found = self._find_place(item)
            rows.append(
                MeasurementRow(
                    item,
                    found[2] if found else "",
                    found[1] + 1 if found else None,
                    lines,
                )
            )
        self.panel.show_rows(rows, self.store.selected)

    def _describe(self, item: Measurement) -> tuple[str, ...]:
        """Return a measurement's figures; those of ellipses are kept when the pixels are gone."""
        for surface, _ in self._planes:
            shown = surface.find_slice()
            if shown is not None and shown.sop_instance_uid == item.sop_instance_uid:
                plane = find_plane(shown.image_orientation) or "plane"
                self._plane_names[item.sop_instance_uid] = tr(plane.capitalize())
                unit = surface.find_unit()
                lines = describe_measurement(item, shown, surface.view.pixels, unit)
                self._lines[item] = lines
                return lines
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


def find_plane_number(uid: str) -> int | None:
    """Return the number, from 0, of the plane that an identifier names; None for a slice's own.

    A plane is called ``series:row:12`` (`ctbox.workflows.reformat`); UIDs hold no colon.
    """
    parts = uid.rsplit(":", 2)
    return int(parts[2]) if len(parts) == 3 and parts[2].isdigit() else None


def is_same_way(uid: str, measurement: Measurement) -> bool:
    """Return whether a plane is cut in the direction of the one that a measurement is on."""
    return uid.rsplit(":", 1)[0] == measurement.sop_instance_uid.rsplit(":", 1)[0]

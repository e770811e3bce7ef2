"""The measurements of the open case, slice by slice, and which one is selected."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QObject, Signal

from ctbox.gui.measuring.geometry import Point
from ctbox.gui.measuring.measurement import Measurement, MeasurementKind


class MeasurementStore(QObject):
    """Keeps measurements while the case is open, shared by all viewers."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: dict[int, Measurement] = {}
        self._numbers = itertools.count(1)
        self._selected: int | None = None

    @property
    def all(self) -> tuple[Measurement, ...]:
        """Every measurement, oldest first."""
        return tuple(sorted(self._items.values(), key=lambda item: item.number))

    @property
    def selected(self) -> Measurement | None:
        """The selected one."""
        return None if self._selected is None else self._items.get(self._selected)

    def find_on(self, sop_instance_uid: str) -> tuple[Measurement, ...]:
        """Return a slice's measurements, oldest first."""
        return tuple(item for item in self.all if item.sop_instance_uid == sop_instance_uid)

    def make(self, kind: MeasurementKind, sop_instance_uid: str, start: Point) -> Measurement:
        """Return a new measurement at one point, not kept yet."""
        return Measurement(next(self._numbers), kind, sop_instance_uid, (start, start))

    def put(self, measurement: Measurement) -> None:
        """Keep a measurement, in place of its former self, and select it."""
        self._items[measurement.number] = measurement
        self._selected = measurement.number
        self.changed.emit()

    def remove(self, measurement: Measurement) -> None:
        """Forget a measurement; `put` brings it back."""
        if self._items.pop(measurement.number, None) is not None:
            if self._selected == measurement.number:
                self._selected = None
            self.changed.emit()

    def clear(self) -> None:
        """Forget all, as when another case is opened."""
        self._items.clear()
        self._selected = None
        self.changed.emit()

    def select(self, measurement: Measurement | None) -> None:
        """Select a measurement, or none."""
        number = None if measurement is None else measurement.number
        if number != self._selected:
            self._selected = number
            self.changed.emit()

"""The couch under the patient."""

from __future__ import annotations

import numpy as np

from ctbox.phantom.fields import FloatArray
from ctbox.phantom.frame import Frame
from ctbox.phantom.patient import Patient
from ctbox.phantom.wall import find_extent, make_wall


class Couch:
    """A CT couch under the patient, of one of three makes."""

    def __init__(self, patient: Patient) -> None:
        rng = np.random.default_rng([patient.seed, 6])
        self._make = int(rng.integers(3))
        self._curve = float(rng.uniform(0.00035, 0.0009))
        self._gap = float(rng.uniform(1, 7))
        self._thick = float(rng.uniform(14, 34))
        self._shell_hu = float(rng.uniform(-420, 120))
        tables = make_wall(patient).compute_tables(-60.0)
        self._back_mm = find_extent(tables.skin)[1][1] * patient.stretch[1]

    def paint(self, hu: FloatArray, frame: Frame) -> None:
        """Paint the couch over air, in place; the body is painted over them."""
        step = np.float32(frame.spacing_mm)
        x = (np.arange(frame.rows, dtype=np.float32) - np.float32(frame.centre[1])) * step
        y = ((np.arange(frame.rows, dtype=np.float32) - np.float32(frame.centre[0])) * step)[
            :, None
        ]
        first = max(int((self._back_mm - 40) / frame.spacing_mm + frame.centre[0]), 0)
        if first < frame.rows:
            self._paint_couch(hu[first:], x, y[first:], frame.spacing_mm)

    def _paint_couch(self, hu: FloatArray, x: FloatArray, y: FloatArray, pixel_mm: float) -> None:
        # The couch is a trough: its middle is its lowest part.
        top = self._back_mm + self._gap - np.float32(self._curve) * x**2
        wide = np.abs(x) < 205
        upper = np.abs(y - top) - 1.1
        lower = np.abs(y - (top + self._thick + 0.00035 * x**2)) - 1.1
        foam = np.maximum(top - y, y - top - self._thick)
        if self._make == 1:
            # Slanting sides that meet a flat bottom.
            side = self._back_mm + self._gap + self._thick - 0.42 * np.maximum(np.abs(x) - 90, 0)
            lower = np.abs(y - side) - 1.3
            foam = np.maximum(top - y, y - side)
        for distance, value in ((foam, -965.0), (upper, self._shell_hu), (lower, self._shell_hu)):
            share = np.clip(0.5 - distance / pixel_mm, 0, 1) * wide
            hu += share * (value - hu)
        if self._make == 2:
            base = np.maximum(np.abs(x) - 95, np.abs(y - (self._back_mm + self._thick + 34)) - 1.4)
            hu += np.clip(0.5 - base / pixel_mm, 0, 1) * (180.0 - hu)

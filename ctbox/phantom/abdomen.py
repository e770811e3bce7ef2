"""The diaphragm's domes and what lies under them: liver, stomach, spleen, bowel, fat."""

from __future__ import annotations

import numpy as np

from ctbox.phantom.body import FAT_HU, draw_field
from ctbox.phantom.fields import FloatArray
from ctbox.phantom.frame import Plane
from ctbox.phantom.patient import Patient
from ctbox.phantom.primitives import Blob, Cut, compute_share, paint

_LIVER_LEFT = Blob((22, -32, -166), (62, 40, 46), 0.1)
_STOMACH = Blob((60, -2, -172), (44, 46, 50), -0.35)
_SPLEEN = Blob((88, 62, -176), (34, 46, 48), 0.7)
_COLON = Blob((84, -32, -168), (26, 20, 34), 0.4)
_RIGHT_KIDNEY = Blob((-58, 68, -236), (26, 22, 40), 0.5)


class Abdomen:
    """A patient's upper abdomen."""

    def __init__(self, patient: Patient) -> None:
        self._patient = patient
        rng = np.random.default_rng([patient.seed, 4])
        self._gas_y = float(rng.uniform(-24, 16))
        self._content_hu = float(rng.uniform(10, 45))
        self._colon_gas = bool(rng.random() < 0.5)
        self._drop = rng.uniform(0.85, 1.15, 2)

    def measure_dome(self, plane: Plane) -> FloatArray:
        """Return how far the plane lies above the diaphragm, mm, float32 (rows, columns)."""
        right, left = (
            _measure_side(plane, x, top, float(drop))
            for x, top, drop in zip((-64.0, 66.0), self._patient.dome_mm, self._drop, strict=True)
        )
        return np.asarray(plane.z - np.maximum(right, left), dtype=np.float32)

    def paint(self, hu: FloatArray, plane: Plane, above: FloatArray, inside: FloatArray) -> None:
        """Paint the organs where `above` is negative and `inside` (a share, 0…1) allows."""
        if float(above.min()) > 3:
            return
        below = compute_share(above + np.float32(1.5), max(plane.pixel_mm, 1.2)) * inside
        organs = self._mix_organs(plane, above)
        hu += below * (organs - hu)
        # The diaphragm itself, seen as a line where fat lies under it.
        sheet = compute_share(np.abs(above) - np.float32(1.4), max(plane.pixel_mm, 1.2)) * inside
        hu += 0.8 * sheet * (45.0 - hu)

    def _mix_organs(self, plane: Plane, above: FloatArray) -> FloatArray:
        patient, phase = self._patient, self._patient.enhancement
        strands = draw_field(plane, 20.0, patient.seed, 20)
        organs = np.asarray(FAT_HU + 7 * strands, dtype=np.float32)
        for blob, value in ((_SPLEEN, phase.spleen), (_COLON, 30.0), (_RIGHT_KIDNEY, phase.liver)):
            paint(organs, blob.cut(plane, 2.0), value, plane.pixel_mm)
        if self._colon_gas:
            self._paint_gas(organs, _COLON.cut(plane, 2.0), plane, 3.0, -30.0)
        stomach = _STOMACH.cut(plane, 2.0)
        paint(organs, stomach, 48.0, plane.pixel_mm)
        if stomach is not None:
            inner = Cut(stomach.window, stomach.distance + np.float32(4))
            paint(organs, inner, self._content_hu, plane.pixel_mm)
            self._paint_gas(organs, stomach, plane, 4.5, self._gas_y)
        liver = self._measure_liver(plane, above)
        vessels = (
            draw_field(plane, 34.0, patient.seed, 21),
            draw_field(plane, 34.0, patient.seed, 22),
        )
        tubes = np.clip(1.3 - np.hypot(*vessels) / 0.11, 0, 1)
        gain = 0.35 * (phase.veins - phase.liver) if phase.name == "venous" else -9.0
        tissue = phase.liver + 2.5 * strands + tubes * gain
        share = compute_share(liver, plane.pixel_mm)
        return np.asarray(organs + share * (tissue - organs), dtype=np.float32)

    def _paint_gas(
        self, organs: FloatArray, cut: Cut | None, plane: Plane, wall_mm: float, level: float
    ) -> None:
        """Paint the gas in front of a level: the patient lies on the back."""
        if cut is None:
            return
        front = plane.y[cut.window] - np.float32(level)
        gas = np.maximum(cut.distance + np.float32(wall_mm), front)
        paint(organs, Cut(cut.window, gas), -950.0, plane.pixel_mm)

    def _measure_liver(self, plane: Plane, above: FloatArray) -> FloatArray:
        """Return a signed distance from the liver: the right dome and the left lobe."""
        bend = 5 * draw_field(plane, 110.0, self._patient.seed, 23)
        # Its left surface slants: the lower the plane, the further the liver ends to the right.
        slant = plane.x - (30 - 0.25 * (plane.y + 26)) + bend
        back = plane.y - 78 - 0.25 * plane.x + bend
        right = np.maximum(np.maximum(slant, back), above + np.float32(2.5))
        left = _LIVER_LEFT.cut(plane, 10.0)
        if left is not None:
            target = right[left.window]
            np.minimum(target, left.distance, out=target)
        return np.asarray(right, dtype=np.float32)


def _measure_side(plane: Plane, x: float, top: float, drop: float) -> FloatArray:
    """Return one dome's height, mm: a paraboloid that falls to the recess at the back."""
    lateral = (plane.x - np.float32(x)) * np.float32(np.sign(x))
    # Towards the midline the dome runs level into the central tendon under the heart.
    across = lateral / np.where(lateral > 0, np.float32(60), np.float32(150))
    back = plane.y + np.float32(4)
    back = back / np.where(back > 0, np.float32(84), np.float32(110))
    far = across * across + back * back
    behind = np.clip(back, 0, None) ** 3 * 26
    return np.asarray(top - drop * (22 * far + 12 * far * far + behind), dtype=np.float32)

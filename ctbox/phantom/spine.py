"""The thoracic spine: vertebrae, discs, canal, processes."""

from __future__ import annotations

import numpy as np

from ctbox.phantom.body import draw_field, paint_bone
from ctbox.phantom.fields import FloatArray
from ctbox.phantom.frame import Plane
from ctbox.phantom.patient import Patient
from ctbox.phantom.primitives import Blob, Cut, compute_share, paint

_PITCH_MM = 23.0
# Kyphosis: how far behind the origin the vertebral bodies' middle lies, by height.
_BODY_Z = np.array([-210.0, -130, -60, 0, 40, 80, 110, 150])
_BODY_Y = np.array([40.0, 49, 56, 54, 47, 37, 29, 24])


def find_body_y(z: float) -> float:
    """Return how far back the middle of the vertebral body lies at a height, mm."""
    return float(np.interp(z, _BODY_Z, _BODY_Y))


def cut_spine_envelope(plane: Plane) -> list[Cut]:
    """Return the outlines, flesh included, that keep the lungs off the spine."""
    y = find_body_y(plane.z)
    blobs = (
        Blob((0, y + 2, plane.z), (19.5, 17.0, 60.0)),
        Blob((0, y + 22, plane.z), (20.0, 18.0, 60.0)),
        Blob((0, y + 33, plane.z), (28.0, 9.0, 60.0)),
    )
    return [cut for blob in blobs if (cut := blob.cut(plane, 30.0)) is not None]


def paint_spine(hu: FloatArray, plane: Plane, patient: Patient) -> None:
    """Paint the spine over what is there, in place."""
    z, y = plane.z, find_body_y(plane.z)
    phase = ((z + 9) / _PITCH_MM) % 1.0
    is_disc = phase < 0.2
    window = plane.find_window(0.0, y + 30, 62.0)
    if window is None:
        return
    # The bodies are waisted: widest at the end plates.
    waist = 1.0 - 0.09 * np.sin(np.pi * np.clip((phase - 0.2) / 0.8, 0, 1))
    size = 1.0 + 0.0009 * (60 - z)
    body = Blob((0, y, z), (17.0 * waist * size, 14.0 * waist * size, 50.0), power=2.4).cut(
        plane, 8
    )
    _paint_neural_arch(hu, plane, patient, y, phase)
    if body is None:
        return
    if is_disc:
        paint(hu, body, 92.0, plane.pixel_mm)
        return
    end_plate = min(phase - 0.2, 1.0 - phase) * _PITCH_MM
    paint_bone(hu, body, plane.pixel_mm, patient, (1.0, 470.0))
    # Spongy bone is a coarse net: what a sharp kernel shows of it is a mottle.
    mottle = 24 * draw_field(plane.crop(body.window), 3.6, patient.seed, 50)
    inner = compute_share(body.distance + np.float32(1.5), plane.pixel_mm)
    hu[body.window] += inner * mottle
    if end_plate < 1.6:
        paint(hu, Cut(body.window, body.distance + np.float32(1)), 360.0, plane.pixel_mm)


def _paint_neural_arch(
    hu: FloatArray, plane: Plane, patient: Patient, y: float, phase: float
) -> None:
    pieces = []
    window = plane.find_window(0.0, y + 30, 62.0)
    if window is None:
        return
    x, back = np.abs(plane.x[window]), plane.y[window] - np.float32(y)
    if 0.35 < phase < 0.85:
        pieces.append((_measure_bar(x, back, (11.5, 8.0), (14.0, 24.0)) - 4.0, 1.4))
    reach = 29.0 * float(np.clip(np.sin(np.pi * np.clip((phase - 0.3) / 0.5, 0, 1)) * 1.6, 0, 1))
    if reach > 15:
        pieces.append((_measure_bar(x, back, (13.0, 25.0), (reach, 33.0)) - 4.6, 1.5))
    pieces.append((_measure_bar(x, back, (14.0, 22.0), (0.0, 34.0)) - 4.5, 1.4))
    # Spinous processes slant down: each is seen over most of the pitch, longest half-way.
    tip = 37.0 + 20.0 * float(np.sin(np.pi * ((phase + 0.3) % 1.0)))
    pieces.append((_measure_bar(x, back, (0.0, 35.0), (0.0, tip)) - 3.4, 1.5))
    for distance, cortex in pieces:
        paint_bone(hu, Cut(window, distance), plane.pixel_mm, patient, (cortex, 560.0))
    canal = Cut(window, np.hypot(x, (back - np.float32(21.5)) * np.float32(1.12)) - np.float32(8.3))
    paint(hu, canal, 12.0, plane.pixel_mm)
    cord = Cut(window, np.hypot(x, back - np.float32(21.5)) - np.float32(4.3))
    paint(hu, cord, 38.0, plane.pixel_mm)


def _measure_bar(
    x: FloatArray, y: FloatArray, start: tuple[float, float], end: tuple[float, float]
) -> FloatArray:
    """Return the distance from a straight line between two points."""
    ax, ay = end[0] - start[0], end[1] - start[1]
    dx, dy = x - np.float32(start[0]), y - np.float32(start[1])
    length2 = max(ax * ax + ay * ay, 1e-6)
    along = np.clip((dx * np.float32(ax) + dy * np.float32(ay)) / np.float32(length2), 0, 1)
    return np.asarray(
        np.hypot(dx - along * np.float32(ax), dy - along * np.float32(ay)), dtype=np.float32
    )

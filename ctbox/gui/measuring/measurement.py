"""What a reader measured, and in what words; plain values, no Qt."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ctbox.dicom.series import Slice
from ctbox.gui.measuring.geometry import (
    Point,
    compute_angle_deg,
    compute_length_mm,
    measure_ellipse,
)
from ctbox.gui.translation import tr


class MeasurementKind(enum.Enum):
    """What is measured."""

    RULER = "ruler"
    ANGLE = "angle"
    ELLIPSE = "ellipse"

    @property
    def title(self) -> str:
        """Its name on the screen."""
        return {"ruler": tr("Ruler"), "angle": tr("Angle"), "ellipse": tr("Ellipse")}[self.value]

    @property
    def point_count(self) -> int:
        """How many points it has: ends, both ends and the vertex between, or two corners."""
        return 3 if self is MeasurementKind.ANGLE else 2


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement on one slice.

    Parameters
    ----------
    number : int
        Tells it from all others of the session.
    kind : MeasurementKind
        What it is.
    sop_instance_uid : str
        Its slice.
    points : tuple of Point
        In pixel edges; an angle's vertex is the second.
    """

    number: int
    kind: MeasurementKind
    sop_instance_uid: str
    points: tuple[Point, ...]

    def with_point(self, index: int, point: Point) -> Measurement:
        """Return it with one point elsewhere."""
        points = (*self.points[:index], point, *self.points[index + 1 :])
        return replace(self, points=points)

    def moved(self, dx: float, dy: float) -> Measurement:
        """Return it moved by so many columns and rows."""
        return replace(self, points=tuple((x + dx, y + dy) for x, y in self.points))

    @property
    def is_degenerate(self) -> bool:
        """Whether it has no size: a click that was no measurement."""
        pairs = zip(self.points, self.points[1:], strict=False)
        spans = [(abs(a[0] - b[0]), abs(a[1] - b[1])) for a, b in pairs]
        if self.kind is MeasurementKind.ELLIPSE:
            return min(spans[0]) < 0.5
        return len(self.points) < self.kind.point_count or any(max(s) < 0.5 for s in spans)


def find_refusal(kind: MeasurementKind, slice_: Slice) -> str | None:
    """Return why a slice cannot be measured so; None if it can."""
    if kind is MeasurementKind.RULER and slice_.pixel_spacing_mm is None:
        return tr(
            "No distance in mm: this image has no valid PixelSpacing. "
            "Angles and ellipses (HU without area) still work."
        )
    if kind is MeasurementKind.ANGLE and find_pixel_aspect(slice_) is None:
        return tr("No angle: neither PixelSpacing nor PixelAspectRatio of this image is valid.")
    if kind is MeasurementKind.ELLIPSE and slice_.is_color:
        return tr("No ellipse: a colour image holds no values to average.")
    return None


def find_pixel_aspect(slice_: Slice) -> float | None:
    """Return height over width of a slice's pixels; None where the file's words are of no use."""
    if slice_.pixel_spacing_mm is not None:
        return slice_.pixel_spacing_mm[0] / slice_.pixel_spacing_mm[1]
    return slice_.pixel_aspect


def describe_measurement(
    measurement: Measurement,
    slice_: Slice,
    pixels: NDArray[np.generic] | None,
    unit: str | None = None,
) -> tuple[str, ...]:
    """Return what a measurement says, the main figure first.

    Parameters
    ----------
    measurement : Measurement
        The measurement.
    slice_ : Slice
        The slice it lies on.
    pixels : ndarray or None
        The slice's values (rows, columns); None while they are not read.
    unit : str or None
        Of those values, such as SUV; None for the slice's own.
    """
    points = measurement.points
    if measurement.kind is MeasurementKind.RULER:
        if slice_.pixel_spacing_mm is None:
            return (tr("no PixelSpacing"),)
        return (f"{compute_length_mm(points[0], points[1], slice_.pixel_spacing_mm):.1f} mm",)
    if measurement.kind is MeasurementKind.ANGLE:
        aspect = find_pixel_aspect(slice_)
        if aspect is None or len(points) < 3:
            return ()
        return (f"{compute_angle_deg(points[0], points[1], points[2], aspect):.1f}°",)
    unit = slice_.value_unit if unit is None else unit
    return _describe_ellipse(measurement, slice_, pixels, unit)


def _describe_ellipse(
    measurement: Measurement, slice_: Slice, pixels: NDArray[np.generic] | None, unit: str
) -> tuple[str, ...]:
    if pixels is None or pixels.ndim != 2:
        return ()
    corner, opposite = measurement.points
    figures = measure_ellipse(pixels, corner, opposite, slice_.pixel_spacing_mm)
    if figures is None:
        return (tr("no pixel inside"),)
    digits = 0 if pixels.dtype == np.int16 else 2
    unit = f" {unit}".rstrip()
    area = tr("area unknown: no PixelSpacing")
    if figures.area_mm2 is not None:
        area = tr("{area_mm2:.0f} mm²  ({count} px)").format(
            area_mm2=figures.area_mm2, count=figures.count
        )
    low, high = (_write(value, digits) for value in (figures.minimum, figures.maximum))
    return (
        f"{_write(figures.mean, max(digits, 1))} ± {_write(figures.sd, max(digits, 1))}{unit}",
        tr("min {low}  max {high}{unit}").format(low=low, high=high, unit=unit),
        area,
    )


def _write(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace("-", "−")

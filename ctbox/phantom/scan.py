"""One phantom as the scanner's detector would see it: sharp-edged, without noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctbox.phantom.abdomen import Abdomen
from ctbox.phantom.body import FAT_HU, draw_field, paint_body
from ctbox.phantom.circulation import grow_circulation, paint_circulation
from ctbox.phantom.couch import Couch
from ctbox.phantom.fields import FloatArray
from ctbox.phantom.frame import Frame, Plane
from ctbox.phantom.lungs import draw_lung_hu, measure_lungs
from ctbox.phantom.mediastinum import Mediastinum
from ctbox.phantom.patient import Patient
from ctbox.phantom.primitives import compute_share
from ctbox.phantom.spine import paint_spine
from ctbox.phantom.vessels import VoxelGrid
from ctbox.phantom.wall import find_extent, make_wall
from ctbox.progress import TaskContext

# Planes inside a slice: about so far apart, mm; twice that suffices for large pixels.
_PLANE_STEP_MM = 2.5
_LARGE_PIXEL_MM = 1.2


@dataclass(frozen=True, slots=True)
class CleanVolume:
    """A phantom before the kernel and the noise.

    Parameters
    ----------
    hu : ndarray
        float32 (n, rows, columns), cranial first.
    mediastinum : ndarray
        bool, same shape: inside the rib cage, neither lung nor under the diaphragm.
    positions_mm : ndarray
        float64 (n,): heights of the slices' middles over the carina, decreasing.
    """

    hu: FloatArray
    mediastinum: NDArray[np.bool_]
    positions_mm: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SlicePainted:
    """Told before a slice is painted; its index counts from 0."""

    index: int


class _Painter:
    """Everything of one patient that is needed to paint a plane."""

    def __init__(self, patient: Patient, frame: Frame) -> None:
        self.patient, self.frame = patient, frame
        self.wall, self.mediastinum = make_wall(patient), Mediastinum(patient)
        self.abdomen, self.couch = Abdomen(patient), Couch(patient)

    def paint(self, z_mm: float, step_mm: float) -> tuple[FloatArray, FloatArray]:
        """Return the HU of a plane, and the share of mediastinum in its pixels."""
        frame, patient = self.frame, self.patient
        hu = np.full((frame.rows, frame.rows), -1000.0, dtype=np.float32)
        middle = np.zeros_like(hu)
        self.couch.paint(hu, frame)
        tables = self.wall.compute_tables(z_mm / patient.stretch[2])
        wide, deep = find_extent(tables.skin + np.float32(30))
        if z_mm > 0:
            wide, deep = (-260.0, 260.0), (deep[0] - 20, deep[1] + 20)
        window = frame.find_box(wide, deep)
        plane = frame.make_plane(z_mm, window)
        body = paint_body(hu[window], plane, self.wall, tables)
        inner = plane.find_box(*find_extent(tables.cage + np.float32(4)))
        if inner is not None:
            part = hu[window][inner], middle[window][inner]
            self._paint_inside(part, plane.crop(inner), body.depth[inner], step_mm)
        paint_spine(hu[window], plane, patient)
        return hu, middle

    def _paint_inside(
        self,
        part: tuple[FloatArray, FloatArray],
        plane: Plane,
        depth: FloatArray,
        step_mm: float,
    ) -> None:
        """Paint what the rib cage holds, and where the mediastinum is, in place."""
        hu, middle = part
        caged = compute_share(depth + np.float32(0.5), plane.pixel_mm)
        cuts, border = self.mediastinum.cut(plane)
        above = self.abdomen.measure_dome(plane)
        distance = measure_lungs(plane, depth, border, above, self.patient)
        hu += caged * (self._draw_filling(plane) - hu)
        self.abdomen.paint(hu, plane, above, caged)
        lung = compute_share(distance, plane.pixel_mm)
        hu += lung * (draw_lung_hu(plane, distance, self.patient, step_mm) - hu)
        self.mediastinum.paint(hu, plane, cuts)
        if plane.z < self.patient.apex_mm + 5:
            middle += caged * (1 - lung) * (above > 0)

    def _draw_filling(self, plane: Plane) -> FloatArray:
        """Return what fills the cage where no organ is: fat, and muscle over the lungs' tops."""
        strands = draw_field(plane, 16.0, self.patient.seed, 40)
        fat = FAT_HU + 6 + 9 * strands
        if plane.z < 55:
            return np.asarray(fat, dtype=np.float32)
        septa = np.abs(draw_field(plane, 30.0, self.patient.seed, 41)) * 9
        flesh = np.clip((septa - 1.6) / 0.9 + 0.5, 0, 1) * np.clip((plane.z - 55) / 30, 0, 1)
        return np.asarray(fat + flesh * (50 - fat), dtype=np.float32)


def paint_scan(
    frame: Frame,
    positions_mm: NDArray[np.float64],
    thickness_mm: float,
    ctx: TaskContext | None = None,
) -> CleanVolume:
    """Paint a patient's chest, slice by slice, then its vessels.

    Parameters
    ----------
    frame : Frame
        Who, and where in the image.
    positions_mm : ndarray
        float64 (n,): heights of the slices' middles over the carina, evenly spaced, decreasing.
    thickness_mm : float
        Slice thickness, over which each slice is averaged.
    ctx : TaskContext, optional
        Asked at every slice whether to stop, and told `SlicePainted`.

    Raises
    ------
    TaskCancelledError
        If cancelled.
    """
    patient = frame.patient
    painter = _Painter(patient, frame)
    coarse = 2 if frame.spacing_mm > _LARGE_PIXEL_MM else 1
    n_planes = max(1, round(thickness_mm / (_PLANE_STEP_MM * coarse)))
    offsets = ((np.arange(n_planes) + 0.5) / n_planes - 0.5) * thickness_mm
    hu = np.empty((len(positions_mm), frame.rows, frame.rows), dtype=np.float32)
    middle = np.zeros(hu.shape, dtype=bool)
    for index, position in enumerate(positions_mm):
        if ctx is not None:
            ctx.check()
            ctx.report(SlicePainted(index))
        planes = [painter.paint(float(position + o), thickness_mm / n_planes) for o in offsets]
        hu[index] = np.mean([plane[0] for plane in planes], axis=0)
        middle[index] = np.mean([plane[1] for plane in planes], axis=0) > 0.5
    spacing = float(positions_mm[0] - positions_mm[1]) if len(positions_mm) > 1 else thickness_mm
    grid = VoxelGrid(frame, float(positions_mm[0] + spacing / 2), spacing, len(positions_mm))
    n_ends = int(np.clip(3600 * 0.7 / frame.spacing_mm, 500, 3600))
    trees = grow_circulation(patient, painter.wall, n_ends)
    paint_circulation(hu, frame, grid, trees, patient)
    return CleanVolume(hu, middle, positions_mm)

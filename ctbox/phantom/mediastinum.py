"""The mediastinum: heart, great vessels, airways, oesophagus, and the fat between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ctbox.phantom.body import FAT_HU, draw_field
from ctbox.phantom.fields import FloatArray
from ctbox.phantom.frame import Plane
from ctbox.phantom.patient import Patient
from ctbox.phantom.primitives import Blob, Cut, Tube, compute_share, paint
from ctbox.phantom.spine import cut_spine_envelope

AIR_HU = -990.0
_OFFSET_MM = 0.8
_BLEND_MM = 4.0

_AORTA = Tube(
    (
        (2, -20, -66, 14.0), (-8, -25, -48, 16.5), (-17, -26, -18, 16.0), (-15, -20, 6, 15.0),
        (-8, -9, 23, 14.0), (5, 8, 30, 13.5), (17, 27, 24, 13.0), (22, 40, 4, 12.5),
        (22, 44, -40, 12.2), (19, 45, -90, 11.8), (12, 41, -140, 11.2), (5, 32, -220, 10.5),
    )
)  # fmt: skip
_ARCH_BRANCHES = (
    Tube(((-6, -9, 30, 7.0), (-17, -8, 58, 6.2), (-24, -4, 84, 5.5), (-38, 4, 108, 4.5))),
    Tube(((3, 3, 36, 4.5), (10, 0, 70, 4.0), (17, 0, 140, 3.8))),
    Tube(((13, 18, 34, 5.2), (22, 13, 70, 5.0), (34, 6, 96, 4.8), (62, 2, 110, 4.5))),
    Tube(((-24, -4, 84, 4.2), (-20, -2, 140, 3.8))),
)
_PULMONARY = (
    Tube(((10, -40, -62, 13.5), (14, -34, -40, 14.5), (20, -18, -24, 13.5), (28, 2, -16, 10.5))),
    Tube(((28, 2, -16, 10.5), (37, 14, -20, 9.5), (40, 25, -36, 8.0), (40, 28, -52, 6.5))),
    Tube(((16, -20, -24, 11.5), (-4, -4, -26, 11.0), (-26, 4, -28, 10.0), (-37, 11, -36, 8.5))),
    Tube(((-37, 11, -36, 8.0), (-41, 20, -52, 6.5))),
    Tube(((-28, 4, -24, 6.5), (-41, 2, -12, 5.0))),
)
_SYSTEMIC_VEINS = (
    Tube(((-30, -14, 40, 7.5), (-32, -13, 0, 8.5), (-34, -12, -40, 9.0), (-32, -14, -60, 11.0))),
    Tube(((-36, -12, 96, 6.5), (-30, -15, 60, 7.0), (-30, -14, 40, 7.5))),
    Tube(((46, -14, 92, 6.0), (24, -28, 64, 6.5), (-6, -33, 52, 6.5), (-29, -17, 42, 7.0))),
    Tube(((-36, -12, 96, 5.0), (-40, -8, 150, 5.5))),
    Tube(((40, -12, 94, 5.0), (42, -8, 150, 5.5))),
    Tube(((-24, -4, -88, 11.5), (-26, 4, -120, 11.5), (-24, 12, -220, 11.0))),
    Tube(((-7, 40, -200, 3.0), (-8, 38, 4, 3.8), (-20, 28, 15, 4.4), (-31, -4, 8, 4.4))),
)
_PULMONARY_VEINS = (
    Tube(((-18, 6, -62, 7.5), (-34, 2, -54, 6.0), (-47, -6, -44, 4.5))),
    Tube(((-16, 16, -72, 7.5), (-33, 24, -80, 6.0), (-47, 33, -92, 4.5))),
    Tube(((28, 4, -58, 7.5), (41, -4, -46, 6.0), (51, -13, -34, 4.5))),
    Tube(((26, 16, -70, 7.5), (39, 26, -76, 6.0), (50, 35, -88, 4.5))),
)
AIRWAYS = (
    Tube(((1, -8, 160, 8.6), (1, 4, 90, 8.8), (0, 13, 40, 8.8), (0, 19, 6, 8.8))),
    Tube(((0, 19, 6, 7.6), (-17, 22, -9, 6.8), (-26, 23, -26, 6.2))),
    Tube(((-26, 23, -26, 6.0), (-30, 24, -44, 5.6), (-35, 27, -60, 5.0))),
    Tube(((-22, 22, -17, 5.2), (-38, 16, -10, 4.4))),
    Tube(((0, 19, 6, 7.2), (16, 22, -10, 6.2), (28, 24, -26, 5.6), (33, 25, -36, 5.2))),
    Tube(((31, 24, -30, 5.0), (44, 12, -30, 4.2))),
    Tube(((33, 25, -36, 5.0), (38, 30, -58, 4.6))),
)
_OESOPHAGUS = Tube(
    ((3, 20, 150, 6.5), (4, 29, 60, 6.5), (4, 33, 10, 6.5), (2, 33, -40, 6.5),
     (8, 33, -90, 7.0), (18, 22, -135, 8.0), (34, 8, -158, 9.0))
)  # fmt: skip
# Fat alone: behind the sternum, in the cardiophrenic angles, around the thymus.
_FAT_PADS = (
    Blob((0, -10, 74), (33, 27, 52), lean=(0.0, 0.25)),
    # Before the trachea, in the aortopulmonary window, and under the carina.
    Blob((-9, -2, 12), (23, 23, 36)),
    Blob((14, 8, 2), (15, 22, 24)),
    Blob((1, 22, -26), (22, 13, 24)),
    Blob((-42, -60, -112), (24, 20, 20)),
    Blob((60, -64, -124), (24, 18, 20)),
)
_HEART_CENTRE = np.array([20.0, -24.0, -86.0])


@dataclass(frozen=True, slots=True)
class Organ:
    """A shape with its HU; `film_hu` is that of the layer between it and what lies beneath."""

    shape: Tube | Blob
    hu: float
    film_hu: float = FAT_HU + 55


def _scale_blob(blob: Blob, scale: float) -> Blob:
    centre = _HEART_CENTRE + (np.array(blob.centre) - _HEART_CENTRE) * scale
    semi = tuple(value * scale for value in blob.semi)
    return Blob(
        (float(centre[0]), float(centre[1]), float(centre[2])),
        (semi[0], semi[1], semi[2]),
        blob.turn_rad,
        blob.lean,
        blob.power,
    )


_LV = Blob((42, -24, -95), (47, 33, 37), -0.75, (-0.22, 0.16))
_LV_CAVITY = Blob((38, -20, -93), (33, 19, 27), -0.75, (-0.22, 0.16))
_RV = Blob((6, -45, -95), (46, 25, 35), -0.32, (-0.20, 0.05))
_RV_CAVITY = Blob((4, -45, -94), (41, 20.5, 31), -0.32, (-0.20, 0.05))
_RA = Blob((-27, -14, -80), (25, 28, 34), 0.3)
_LA = Blob((6, 11, -63), (31, 18, 25), -0.1)
_LA_APPENDAGE = Blob((36, -14, -52), (17, 10, 13), -0.8)
_RV_OUTFLOW = Tube(((8, -48, -86, 16.0), (10, -44, -64, 14.0)))


def _list_organs(patient: Patient) -> list[Organ]:
    """Return the organs in the order of painting: later ones lie over earlier ones."""
    blood = patient.enhancement
    heart = [
        Organ(_scale_blob(_RV, patient.heart), blood.myocardium),
        Organ(_scale_blob(_RA, patient.heart), blood.right),
        Organ(_scale_blob(_RV_CAVITY, patient.heart), blood.right, film_hu=np.nan),
        Organ(_RV_OUTFLOW, blood.right),
        Organ(_scale_blob(_LA, patient.heart), blood.left),
        Organ(_scale_blob(_LA_APPENDAGE, patient.heart), blood.left),
        Organ(_scale_blob(_LV, patient.heart), blood.myocardium),
        Organ(_scale_blob(_LV_CAVITY, patient.heart), blood.left, film_hu=np.nan),
    ]
    vessels = [Organ(tube, blood.left, 18.0) for tube in _PULMONARY_VEINS]
    vessels += [Organ(tube, blood.veins, 10.0) for tube in _SYSTEMIC_VEINS]
    vessels += [Organ(tube, blood.right) for tube in _PULMONARY]
    vessels += [Organ(tube, blood.left) for tube in (*_ARCH_BRANCHES, _AORTA)]
    return heart + vessels


class Mediastinum:
    """A patient's mediastinum."""

    def __init__(self, patient: Patient) -> None:
        self._patient = patient
        self._organs = _list_organs(patient)
        rng = np.random.default_rng([patient.seed, 3])
        # The lungs all but meet behind the sternum in some, and fat fills the gap in others.
        width = float(rng.uniform(3, 10) + 0.25 * patient.fat_mm)
        x = float(rng.normal(1, 4))
        self._pads = (
            *_FAT_PADS,
            Blob((x, -44, 18), (width, 26, 64), lean=(0.0, 0.28)),
            Blob((x, -64, 10), (width + 12, 13, 70), lean=(0.0, 0.28)),
            Blob((x - 2, -62, -62), (width, 24, 54)),
        )
        self._nodes = _draw_nodes(rng)
        self._oesophagus_air = float(rng.uniform(-0.4, 0.9))

    def cut(self, plane: Plane) -> tuple[list[tuple[Cut, Organ]], FloatArray]:
        """Return the organs' cross-sections with their HU, and the lungs' medial border.

        The border is float32 (rows, columns): signed distance, mm, negative where the
        mediastinum with its fat keeps the lungs away.
        """
        cuts: list[tuple[Cut, Organ]] = []
        mass = np.zeros_like(plane.x)
        reach = 3.5 * _BLEND_MM
        for organ in self._organs:
            cut = organ.shape.cut(plane, reach)
            if cut is not None:
                cuts.append((cut, organ))
                _add_mass(mass, cut, 0.0)
        for shape in (*AIRWAYS, _OESOPHAGUS, *self._pads):
            found = shape.cut(plane, reach)
            if found is not None:
                _add_mass(mass, found, -0.8)
        for cut in cut_spine_envelope(plane):
            _add_mass(mass, cut, 0.0)
        # Soft minimum: neighbours merge with fat in the angles between them.
        border = -_BLEND_MM * np.log(np.maximum(mass, 1e-4)) - _OFFSET_MM
        return cuts, np.asarray(border, dtype=np.float32)

    def paint(self, hu: FloatArray, plane: Plane, cuts: list[tuple[Cut, Organ]]) -> None:
        """Paint organs and airways over fat, in place."""
        for node in self._nodes:
            paint(hu, node.cut(plane, 2.0), 36.0, plane.pixel_mm)
        for cut, organ in cuts:
            if np.isfinite(organ.film_hu):
                film = Cut(cut.window, cut.distance - np.float32(0.9))
                paint(hu, film, organ.film_hu, plane.pixel_mm)
            paint(hu, cut, organ.hu, plane.pixel_mm)
        self._paint_calcium(hu, plane)
        self._paint_oesophagus(hu, plane)
        for airway in AIRWAYS:
            found = airway.cut(plane, 4.0)
            if found is not None:
                paint(hu, Cut(found.window, found.distance - np.float32(1.3)), 32.0, plane.pixel_mm)
        for airway in AIRWAYS:
            paint(hu, airway.cut(plane, 4.0), AIR_HU, plane.pixel_mm)

    def _paint_oesophagus(self, hu: FloatArray, plane: Plane) -> None:
        cut = _OESOPHAGUS.cut(plane, 3.0)
        if cut is None:
            return
        paint(hu, cut, 38.0, plane.pixel_mm)
        gas = draw_field(plane, 90.0, self._patient.seed, 11)[cut.window].mean()
        if gas > self._oesophagus_air:
            paint(hu, Cut(cut.window, cut.distance + np.float32(4.3)), -850.0, plane.pixel_mm)

    def _paint_calcium(self, hu: FloatArray, plane: Plane) -> None:
        extent = self._patient.calcification
        cut = _AORTA.cut(plane, 4.0)
        if extent <= 0 or cut is None:
            return
        grains = draw_field(plane, 15.0, self._patient.seed, 12)[cut.window]
        share = np.clip((grains - (2.6 - 1.3 * extent)) / 0.35, 0, 1)
        share *= compute_share(np.abs(cut.distance + np.float32(0.6)) - 1.0, plane.pixel_mm)
        target = hu[cut.window]
        target += share * (780.0 - target)


def _add_mass(mass: FloatArray, cut: Cut, offset_mm: float) -> None:
    target = mass[cut.window]
    target += np.exp(np.clip(-(cut.distance + np.float32(offset_mm)) / _BLEND_MM, -8, 12))


def _draw_nodes(rng: np.random.Generator) -> list[Blob]:
    """Return small lymph nodes where every reader knows them."""
    places = [(-20, 4, 12), (-8, -2, 42), (2, 30, -34), (30, 6, 2), (-26, 0, 30), (12, 2, 8)]
    nodes = []
    for x, y, z in places:
        size = rng.uniform(1.8, 4.6)
        centre = np.array([x, y, z]) + rng.normal(0, 2.5, 3)
        long = size * rng.uniform(1.0, 1.9)
        nodes.append(
            Blob(
                (float(centre[0]), float(centre[1]), float(centre[2])),
                (long, size, size * 1.2),
                float(rng.uniform(0, np.pi)),
            )
        )
    return nodes

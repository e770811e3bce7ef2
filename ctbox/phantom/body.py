"""Paint the body around the lungs: skin, fat, muscle, ribs, sternum, shoulders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ctbox.phantom.fields import FloatArray, draw_smooth_field
from ctbox.phantom.frame import N_ANGLES, Plane
from ctbox.phantom.patient import Patient
from ctbox.phantom.primitives import Blob, Cut, Tube, compute_share, paint
from ctbox.phantom.wall import RIB_SHELL_MM, SKIN_MM, Wall, WallTables

FAT_HU = -102.0
MUSCLE_HU = 54.0
SKIN_HU = 10.0
CORTEX_HU = 760.0

# Half width of the sternum by height: xiphoid, body, angle, manubrium.
_STERNUM_Z = np.array([-112.0, -100, -85, -40, -5, 8, 30, 46, 50])
_STERNUM_HALF = np.array([0.0, 5, 15, 17, 14, 17, 26, 27, 0])


@dataclass(frozen=True, slots=True)
class BodyPlane:
    """What painting the body leaves for those who paint its inside.

    Parameters
    ----------
    depth : ndarray
        float32 (rows, columns): true distance from the rib cage's inner surface, mm, negative
        inside the cage.
    body : ndarray
        float32 (rows, columns): share of each pixel inside the skin.
    """

    depth: FloatArray
    body: FloatArray


def draw_field(plane: Plane, wavelength_mm: float, seed: int, number: int) -> FloatArray:
    """Return a plane (rows, columns) of a patient's smooth random volume of unit variance."""
    step = np.float32(plane.frame.spacing_mm)
    down, along = (
        np.arange(first, first + size, dtype=np.float32) * step
        for first, size in zip(plane.origin, plane.x.shape, strict=True)
    )
    height = np.array([plane.z], dtype=np.float32)
    rng = np.random.default_rng([seed, 100 + number])
    return np.asarray(draw_smooth_field((height, down, along), wavelength_mm, rng, 8)[0])


def paint_body(hu: FloatArray, plane: Plane, wall: Wall, tables: WallTables) -> BodyPlane:
    """Paint everything from the skin to the rib cage's inner surface over air, in place.

    Parameters
    ----------
    hu : ndarray
        float32 (rows, columns).
    plane : Plane
        The plane's standard coordinates.
    wall : Wall
        The patient's chest wall.
    tables : WallTables
        The wall at this height.
    """
    patient = wall.patient
    at = plane.angle
    depth = (plane.radius - tables.cage[at]) * tables.cage_slope[at]
    fleshy = (plane.radius - tables.base[at]) * tables.base_slope[at]
    fleshy -= (RIB_SHELL_MM + tables.muscle)[at]
    outside = fleshy - (tables.fat + np.float32(SKIN_MM))[at]
    for cut in _cut_shoulders(plane):
        _merge(outside[cut.window], cut.distance, 26.0)
        _merge(fleshy[cut.window], cut.distance + np.float32(0.6 * patient.fat_mm + 3), 22.0)
    body = compute_share(outside, plane.pixel_mm)
    _paint_clothes(hu, plane, outside, patient)
    tissue = _mix_tissue(plane, fleshy, depth, patient)
    skin = compute_share(-outside - np.float32(SKIN_MM), plane.pixel_mm)
    tissue += skin * (SKIN_HU - tissue)
    hu += body * (tissue - hu)
    paint_ribs(hu, plane, tables, depth, patient)
    _paint_sternum(hu, plane, depth, patient)
    _paint_shoulder_bones(hu, plane, patient)
    _paint_scapulae(hu, plane, (depth, fleshy), patient)
    return BodyPlane(depth, body)


def _paint_clothes(hu: FloatArray, plane: Plane, outside: FloatArray, patient: Patient) -> None:
    """Paint a thin sheet that hangs loosely over the chest."""
    rng = np.random.default_rng([patient.seed, 7])
    angle = np.arange(N_ANGLES) * (2 * np.pi / N_ANGLES)
    phase, order = rng.uniform(0, 2 * np.pi, 9), np.arange(4, 13)
    wave = np.sin(order[:, None] * angle + (phase + 0.02 * order * plane.z)[:, None])
    gap = 2.5 + 5.0 * np.abs((wave / np.sqrt(order)[:, None]).sum(axis=0))
    gap = np.where(np.abs(angle - np.pi) > 1.9, -50.0, gap).astype(np.float32)
    share = np.clip(0.8 - np.abs(outside - gap[plane.angle]) / plane.pixel_mm, 0, 1)
    if plane.z < 70:
        hu += share * (float(rng.uniform(-930, -800)) - hu)


def _cut_shoulders(plane: Plane) -> list[Cut]:
    blobs = (Blob((side * 136.0, 38.0, 124.0), (86.0, 54.0, 96.0)) for side in (-1, 1))
    return [cut for blob in blobs if (cut := blob.cut(plane, 30.0)) is not None]


def _merge(distance: FloatArray, other: FloatArray, blend_mm: float) -> None:
    """Unite two shapes with a fillet between them (a polynomial smooth minimum), in place."""
    mix = np.clip(0.5 + (distance - other) / np.float32(2 * blend_mm), 0, 1)
    distance += mix * (other - distance) - np.float32(blend_mm) * mix * (1 - mix)


def _mix_tissue(
    plane: Plane, fleshy: FloatArray, depth: FloatArray, patient: Patient
) -> FloatArray:
    """Return fat with muscles in it, parted by thin layers of fat; HU (rows, columns)."""
    strands = draw_field(plane, 14.0, patient.seed, 0)
    fat = np.float32(FAT_HU) + np.float32(9) * strands
    share = compute_share(fleshy, plane.pixel_mm)
    # The level lines of smooth fields wind through the flesh like the septa between muscles.
    septa = np.abs(draw_field(plane, 62.0, patient.seed, 1)) * np.float32(16)
    septa -= np.float32(0.35 + 0.04 * patient.fat_mm) * (depth > RIB_SHELL_MM)
    share *= np.float32(0.3) + np.float32(0.7) * np.clip(septa / 1.2 + 0.5, 0, 1)
    if plane.z < 72:
        share *= _find_fat_layer(plane, depth, patient)
    return np.asarray(fat + share * (MUSCLE_HU + 4 * strands - fat), dtype=np.float32)


def _find_fat_layer(plane: Plane, depth: FloatArray, patient: Patient) -> FloatArray:
    """Return the share left to muscle by the fat between the ribs and the muscles over them.

    Most of that fat lies in the armpit.
    """
    degrees = np.abs(np.arange(N_ANGLES) - N_ANGLES // 2) * (360 / N_ANGLES)
    armpit = float(np.exp(-(((plane.z - 45) / 40) ** 2))) * (2 + 0.3 * patient.fat_mm)
    table = 0.6 + armpit * np.exp(-(((degrees - 88) / 15) ** 2))
    gap = table.astype(np.float32)[plane.angle]
    gap += np.float32(0.9) * draw_field(plane, 75.0, patient.seed, 2)
    layer = np.abs(depth - np.float32(RIB_SHELL_MM + 1.5) - gap) - gap
    return np.asarray(np.clip(layer / 1.2 + 0.5, 0.15, 1), dtype=np.float32)


def paint_ribs(
    hu: FloatArray, plane: Plane, tables: WallTables, depth: FloatArray, patient: Patient
) -> None:
    """Paint the ribs and their cartilages into the shell around the cage, in place."""
    rows, columns = np.nonzero((depth > -0.5) & (depth < RIB_SHELL_MM + 1))
    at = plane.angle[rows, columns]
    upright, out = tables.rib[at], (depth[rows, columns] - 4.6) / 3.5
    ring = np.sqrt(upright**2 + out**2)
    inside = np.clip(0.5 + (1 - ring) * 3.5 / plane.pixel_mm, 0, 1)
    marrow = np.clip(0.5 + (0.64 - ring) * 3.5 / plane.pixel_mm, 0, 1)
    bone = CORTEX_HU - 120 + marrow * (patient.trabecular_hu - 20 - CORTEX_HU + 120)
    gristle = 95.0 + 130 * patient.calcification * (ring > 0.75)
    value = np.where(tables.cartilage[at], gristle, bone)
    target = hu[rows, columns]
    hu[rows, columns] = target + inside * (value - target)


def _paint_sternum(hu: FloatArray, plane: Plane, depth: FloatArray, patient: Patient) -> None:
    half = float(np.interp(plane.z, _STERNUM_Z, _STERNUM_HALF))
    if half <= 0:
        return
    window = plane.find_window(0.0, -74.0, 52.0)
    if window is None:
        return
    x, d, at = plane.x[window], depth[window], plane.angle[window]
    corner = np.hypot(np.maximum(np.abs(x) - half + 5, 0), np.maximum(np.abs(d - 6.5) - 1.5, 0))
    distance = corner - np.float32(4.6)
    distance = np.where(np.abs(at - N_ANGLES // 2) < N_ANGLES // 8, distance, 50.0)
    cut = Cut(window, distance.astype(np.float32))
    paint_bone(hu, cut, plane.pixel_mm, patient, (0.8, 380.0))


def paint_bone(
    hu: FloatArray,
    cut: Cut | None,
    pixel_mm: float,
    patient: Patient,
    cortex: tuple[float, float],
) -> None:
    """Paint a bone in place: a cortex of this thickness (mm) and HU around spongy bone."""
    if cut is None:
        return
    paint(hu, cut, cortex[1], pixel_mm)
    inner = Cut(cut.window, cut.distance + np.float32(cortex[0]))
    paint(hu, inner, patient.trabecular_hu, pixel_mm)


def _paint_shoulder_bones(hu: FloatArray, plane: Plane, patient: Patient) -> None:
    for side in (-1, 1):
        clavicle = Tube(
            (
                (side * 24.0, -60.0, 50.0, 8.5),
                (side * 50.0, -50.0, 66.0, 5.5),
                (side * 95.0, -20.0, 92.0, 5.5),
                (side * 132.0, 12.0, 122.0, 7.0),
            )
        )
        head = Blob((side * 150.0, 34.0, 108.0), (23.0, 22.0, 24.0))
        for shape, cortex in ((clavicle, (1.7, 700.0)), (head, (1.3, 560.0))):
            paint_bone(hu, shape.cut(plane), plane.pixel_mm, patient, cortex)


def _paint_scapulae(
    hu: FloatArray, plane: Plane, layers: tuple[FloatArray, FloatArray], patient: Patient
) -> None:
    """Paint the shoulder blades: plates that float on the back of the rib cage.

    `layers` are the distances from the cage and from the muscles' outer surface, mm.
    """
    z, (depth, fleshy) = plane.z, layers
    if not -56 < z < 100:
        return
    degrees = np.abs(plane.angle - N_ANGLES // 2) * np.float32(360 / N_ANGLES)
    medial = float(np.interp(z, [-56, -40, 0, 80, 100], [119, 124, 131, 142, 132]))
    lateral = float(np.interp(z, [-56, -30, 20, 80, 100], [117, 115, 112, 98, 96]))
    near = (degrees > lateral - 6) & (degrees < medial + 6) & (depth > 8) & (depth < 75)
    rows, columns = np.nonzero(near)
    if len(rows) == 0:
        return
    d, angle = depth[rows, columns], degrees[rows, columns]
    along = np.clip((medial - angle) / max(medial - lateral, 1.0), 0, 1)
    middle = RIB_SHELL_MM + patient.muscle * (5 + 22 * along**1.3)
    half = 1.9 + 3.4 * np.clip((along - 0.6) / 0.4, 0, 1) ** 2 + 1.0 * (along < 0.08)
    overshoot = np.maximum(np.maximum(angle - medial, lateral - angle), 0) * 1.9
    distance = np.hypot(np.maximum(np.abs(d - middle) - half, -half), overshoot)
    distance = np.where(overshoot > 0, distance, np.abs(d - middle) - half)
    if 40 < z < 96:
        # The spine of the scapula stands off the plate and runs to the acromion.
        root = medial - 12 - (medial - lateral - 26) * (z - 40) / 75
        off = np.abs(angle - root) * np.float32(np.pi / 180) * (110 + d)
        ridge = np.maximum(np.maximum(off - 3.3, middle - d), d - middle - 26)
        distance = np.minimum(distance, ridge)
    distance = np.maximum(distance, fleshy[rows, columns] + 3)
    bone = np.clip(0.5 - distance / plane.pixel_mm, 0, 1)
    marrow = np.clip(0.5 - (distance + 1.6) / plane.pixel_mm, 0, 1)
    value = CORTEX_HU - 200 + marrow * (patient.trabecular_hu - CORTEX_HU + 200)
    target = hu[rows, columns]
    hu[rows, columns] = target + bone * (value - target)

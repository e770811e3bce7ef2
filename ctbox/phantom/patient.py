"""A phantom's patient: what differs from one body to the next, drawn once per scan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Enhancement:
    """HU of blood and organs in one contrast phase.

    Parameters
    ----------
    name : str
        "none", "arterial" or "venous".
    right, left, veins : float
        HU of the right heart and pulmonary arteries, of the left heart and aorta, and of the
        systemic veins.
    myocardium, liver, spleen : float
        HU of the organs.
    """

    name: str
    right: float
    left: float
    veins: float
    myocardium: float
    liver: float
    spleen: float


@dataclass(frozen=True, slots=True)
class Patient:
    """One synthetic body.

    The anatomy is drawn once, in a standard body of millimetres: x to the patient's left, y
    towards the back, z cranial with 0 at the carina. A patient stretches, turns and bends it.

    Parameters
    ----------
    is_female : bool
        Breasts, and a smaller frame.
    stretch : tuple of float
        Scale of the standard body along x, y, z.
    roll_rad : float
        Turn about the patient's long axis.
    fat_mm : float
        Typical thickness of the subcutaneous fat.
    muscle : float
        Scale of the muscles' thickness.
    breast_mm : float
        Greatest thickness of the breasts; 0 for men.
    chest_power : float
        Exponent of the chest's superellipse: 2 is an ellipse, more is boxier.
    heart : float
        Scale of the heart.
    dome_mm : tuple of float
        Height of the right and the left diaphragm over the carina (negative), mm.
    apex_mm : float
        Height of the lungs' tops over the carina, mm.
    lung_hu : float
        Mean HU of the lung without its vessels.
    gravity_hu : float
        How much denser the dependent lung is than the anterior.
    emphysema, fibrosis : float
        Extent 0…1; most patients have neither.
    trabecular_hu : float
        HU of the spongy bone.
    calcification : float
        Extent 0…1 of calcified vessel walls.
    enhancement : Enhancement
        Contrast phase.
    age : int
        Years.
    seed : int
        Seed of all that is drawn later: vessels, texture, clothes.
    """

    is_female: bool
    stretch: tuple[float, float, float]
    roll_rad: float
    fat_mm: float
    muscle: float
    breast_mm: float
    chest_power: float
    heart: float
    dome_mm: tuple[float, float]
    apex_mm: float
    lung_hu: float
    gravity_hu: float
    emphysema: float
    fibrosis: float
    trabecular_hu: float
    calcification: float
    enhancement: Enhancement
    age: int
    seed: int


def draw_patient(rng: np.random.Generator, contrast: str | None = None) -> Patient:
    """Draw a patient.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    contrast : str, optional
        "none", "arterial" or "venous"; drawn if not given.
    """
    is_female = bool(rng.random() < 0.42)
    frame = 0.94 if is_female else 1.02
    fat = float(np.clip(rng.gamma(4.0, 3.0), 4, 34))
    wide = frame * (1 + 0.05 * rng.standard_normal()) + 0.002 * (fat - 12)
    dome = float(rng.normal(-105, 8))
    age = int(np.clip(rng.normal(62, 10), 34, 86))
    return Patient(
        is_female=is_female,
        stretch=(
            float(np.clip(wide, 0.84, 1.16)),
            float(np.clip(frame * (1 + 0.06 * rng.standard_normal()), 0.84, 1.16)),
            float(np.clip(0.95 * frame * (1 + 0.05 * rng.standard_normal()), 0.82, 1.08)),
        ),
        roll_rad=float(np.clip(rng.normal(0, 0.045), -0.12, 0.12)),
        fat_mm=fat * (1.15 if is_female else 0.95),
        muscle=float(np.clip(rng.normal(0.78 if is_female else 0.98, 0.12), 0.55, 1.3)),
        breast_mm=float(rng.uniform(12, 26) + 0.9 * fat) if is_female else 0.0,
        chest_power=float(rng.uniform(1.95, 2.4)),
        heart=float(np.clip(rng.normal(1.0, 0.07), 0.85, 1.2)),
        dome_mm=(dome, dome - float(rng.uniform(4, 20))),
        apex_mm=float(rng.normal(90, 5)),
        lung_hu=float(np.clip(rng.normal(-852, 32), -905, -760)),
        gravity_hu=float(rng.uniform(25, 85)),
        emphysema=float(rng.uniform(0.15, 1.0)) if rng.random() < 0.25 else 0.0,
        fibrosis=float(rng.uniform(0.2, 1.0)) if rng.random() < 0.15 else 0.0,
        trabecular_hu=float(np.clip(260 - 1.8 * age + rng.normal(0, 30), 80, 260)),
        calcification=float(np.clip((age - 52) / 30 + rng.normal(0, 0.3), 0, 1)),
        enhancement=draw_enhancement(rng, contrast),
        age=age,
        seed=int(rng.integers(2**32)),
    )


def draw_enhancement(rng: np.random.Generator, contrast: str | None = None) -> Enhancement:
    """Draw a contrast phase and the HU that go with it.

    Raises
    ------
    ValueError
        If `contrast` is none of "none", "arterial" and "venous".
    """
    names = ["none", "arterial", "venous"]
    name = str(rng.choice(names, p=[0.4, 0.3, 0.3])) if contrast is None else contrast
    if name == "none":
        blood = float(rng.uniform(34, 48))
        return Enhancement(name, blood, blood, blood, blood + 5, rng.uniform(48, 66), 48.0)
    if name == "arterial":
        right, left = float(rng.uniform(200, 330)), float(rng.uniform(190, 320))
        veins = float(rng.uniform(60, 280))
        muscle, liver = rng.uniform(85, 115), rng.uniform(60, 85)
        return Enhancement(name, right, left, veins, muscle, liver, 105.0)
    if name == "venous":
        blood = float(rng.uniform(130, 190))
        return Enhancement(
            name, blood, blood + 6, blood - 5, rng.uniform(90, 115), rng.uniform(95, 120), 118.0
        )
    raise ValueError(f"The contrast must be one of {names}, got {name!r}.")

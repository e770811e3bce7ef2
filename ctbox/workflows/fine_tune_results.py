"""What a fine-tuning brought: old and new side by side, on the same images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import FloatArray

FORGETTING_LIMIT = 0.03
"""A loss of mean IoU on old subtypes beyond this asks twice before it is adopted."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean IoU with its 95 % interval over patients; a miss counts 0.

    Parameters
    ----------
    value : float or None
        By patient first; None where nothing was judged.
    low, high : float or None
        The interval.
    by_slice : float or None
        Mean over slices.
    patients, slices : int
        What it rests on.
    note : str or None
        "too few patients" below six.
    """

    value: float | None
    low: float | None
    high: float | None
    by_slice: float | None
    patients: int
    slices: int
    note: str | None = None


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """One set of images as the old and the new model see it.

    Parameters
    ----------
    title : str
        What the images are.
    before, after : Figure
        The two models.
    difference, low, high : float or None
        After minus before by patient, paired, with its 95 % interval.
    leaky : bool
        Whether one of the models was trained on some of these patients.
    is_part : bool
        Whether it is a part of another entry: shown, but too small to decide by.
    """

    title: str
    before: Figure
    after: Figure
    difference: float | None
    low: float | None = None
    high: float | None = None
    leaky: bool = False
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class PatientLine:
    """One patient's mean IoU: ID, subtype, slices, old and new model."""

    patient_id: str
    subtype: str | None
    slices: int
    before: float | None
    after: float | None


@dataclass(frozen=True, eq=False)
class SliceExample:
    """A slice to look at: the expert's box, the old and the new model's.

    Parameters
    ----------
    sop_uid, patient_id : str
        Which slice.
    before, after : float
        IoU of either top box.
    picture : ndarray
        uint8 (h, w), lung window.
    expert, old, new : ndarray
        Boxes (n, 4) as shares of width and height; old and new have 0 or 1.
    """

    sop_uid: str
    patient_id: str
    before: float
    after: float
    picture: NDArray[np.uint8]
    expert: FloatArray
    old: FloatArray
    new: FloatArray


@dataclass(frozen=True)
class FineTuneResult:
    """The end of a fine-tuning.

    Parameters
    ----------
    folder : str
        Of the run; its model lies in ``model/``.
    name, base_name : str
        The new model and the one it came from.
    best_epoch, epochs : int
        The epoch that was kept, of how many that were run.
    stopped : bool
        Whether the user ended the training early.
    test : BeforeAfter or None
        The held-out patients; None where nobody was held out.
    entire, training : BeforeAfter
        All patients of the new subtype, and those that were learnt from: LEAKY for the new
        model.
    copy_baseline : Figure or None
        On the held-out patients: copying the box of the training slice that looks most alike.
    forgetting : tuple of BeforeAfter
        Old subtypes: all phantoms, those of each letter, then old patients.
    patients : tuple of PatientLine
        Of the new subtype.
    worst, best : tuple of SliceExample
        Held-out slices by what was gained, the least first and the most first.
    warnings : tuple of str
        What can't be known, and other sentences for the user.
    """

    folder: str
    name: str
    base_name: str
    best_epoch: int
    epochs: int
    stopped: bool
    test: BeforeAfter | None
    entire: BeforeAfter
    training: BeforeAfter
    copy_baseline: Figure | None
    forgetting: tuple[BeforeAfter, ...]
    patients: tuple[PatientLine, ...]
    worst: tuple[SliceExample, ...] = ()
    best: tuple[SliceExample, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def forgotten(self) -> tuple[BeforeAfter, ...]:
        """The old subtypes on which the new model is worse by more than the limit."""
        return tuple(
            each
            for each in self.forgetting
            if not each.is_part
            and each.difference is not None
            and each.difference < -FORGETTING_LIMIT
        )

    @property
    def asks_twice(self) -> bool:
        """Whether adopting it needs a second word: it is worse on an old subtype."""
        return bool(self.forgotten)

    def to_json(self) -> dict[str, Any]:
        """Return the figures as JSON values, without pictures."""
        values = {
            name: getattr(self, name)
            for name in ("name", "base_name", "best_epoch", "epochs", "stopped")
        }
        return {
            "notice": "Research use only, not for diagnosis.",
            **values,
            "test": None if self.test is None else asdict(self.test),
            "entire": asdict(self.entire),
            "training": asdict(self.training),
            "copy_baseline": None if self.copy_baseline is None else asdict(self.copy_baseline),
            "forgetting": [asdict(each) for each in self.forgetting],
            "forgetting_limit": FORGETTING_LIMIT,
            "asks_twice": self.asks_twice,
            "patients": [asdict(each) for each in self.patients],
            "warnings": list(self.warnings),
        }

    def thesis_row(self) -> Mapping[str, float | None]:
        """Return the thesis's table: entire set, test subset, old IoU (all over slices)."""
        return {
            "entire set": self.entire.after.by_slice,
            "test subset": None if self.test is None else self.test.after.by_slice,
            "old IoU": self.entire.before.by_slice,
        }

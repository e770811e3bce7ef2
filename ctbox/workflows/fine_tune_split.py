"""Who teaches, who ends the training, who judges: patients on three sides, never on two."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from ctbox.errors import TrainingDataError
from ctbox.model.linking import SampleKey, group_samples, shorten_patient_id

MIN_PATIENTS = 3
_TEST_SHARE = 0.25
_STOPPING_SHARE = 0.15


class Side(StrEnum):
    """What a patient is there for."""

    TRAINING = "training"
    STOPPING = "stopping"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class PatientRow:
    """One patient of the new subtype.

    Parameters
    ----------
    patient_id : str
        As in the files.
    subtype : str or None
        Where known.
    slices : int
        Annotated ones.
    group : int
        Patients with the same number share images and stay together.
    side : Side
        Where they stand.
    seen_by_base : bool
        Whether the model that is started from was trained on them.
    """

    patient_id: str
    subtype: str | None
    slices: int
    group: int
    side: Side = Side.TRAINING
    seen_by_base: bool = False


@dataclass(frozen=True, slots=True)
class Division:
    """All patients of the new subtype, each on one side.

    Parameters
    ----------
    rows : tuple of PatientRow
        By patient ID.
    """

    rows: tuple[PatientRow, ...]

    def select(self, side: Side) -> tuple[str, ...]:
        """Return the patient IDs on a side."""
        return tuple(row.patient_id for row in self.rows if row.side is side)

    @property
    def groups(self) -> int:
        """How many independent patients there are."""
        return len({row.group for row in self.rows})

    def find_linked(self, patient_id: str) -> tuple[str, ...]:
        """Return the others that share images with a patient."""
        group = next(row.group for row in self.rows if row.patient_id == patient_id)
        return tuple(
            row.patient_id
            for row in self.rows
            if row.group == group and row.patient_id != patient_id
        )

    @property
    def problem(self) -> str | None:
        """Why training can't start so, or None."""
        sides: dict[int, set[Side]] = {}
        for row in self.rows:
            sides.setdefault(row.group, set()).add(row.side)
        if any(len(found) > 1 for found in sides.values()):
            return "Patients who share images stand on two sides: move them together."
        if not self.select(Side.TRAINING):
            return "Nobody is left to learn from: move a patient to training."
        return None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What can't be known so, one sentence each."""
        told = []
        if not self.select(Side.TEST):
            told.append(
                "Nobody is left to judge by: whether the new model is better on patients it "
                "never saw can't be known."
            )
        elif not self.select(Side.STOPPING):
            told.append(
                "Nobody is left to end the training early: it runs its full length, and the "
                "last weights are kept."
            )
        if self.select(Side.TEST) and self.groups < MIN_PATIENTS:
            told.append(
                f"With {self.groups} independent patients one judges: how far the result holds "
                "for others can't be known."
            )
        if len({row.group for row in self.rows if row.side is Side.TRAINING}) == 1:
            told.append(
                "Only one patient teaches: what is learnt may hold for that patient alone, and "
                "the model may get worse on others."
            )
        seen = [shorten_patient_id(r.patient_id) for r in self.rows if _is_leaky(r)]
        if seen:
            told.append(
                f"The model you start from has seen {', '.join(seen)}: its figures on them are "
                "LEAKY, the gain looks smaller than it is."
            )
        return tuple(told)

    def move(self, patient_id: str, side: Side) -> Division:
        """Return the division with a patient, and whoever is linked to them, on another side."""
        group = next(row.group for row in self.rows if row.patient_id == patient_id)
        return Division(
            tuple(replace(row, side=side) if row.group == group else row for row in self.rows)
        )


def _is_leaky(row: PatientRow) -> bool:
    return row.seen_by_base and row.side is Side.TEST


def divide_patients(
    keys: Sequence[SampleKey],
    linked: Iterable[Collection[str]] = (),
    *,
    test_patients: Collection[str] = (),
    seen: Collection[str] = (),
    seed: int = 1,
) -> Division:
    """Return a division by patient; linked patients stand together.

    About a quarter judge and, from three independent patients on, about a sixth end the
    training, never fewer than one each. Of two patients one judges; one alone teaches.

    Parameters
    ----------
    keys : sequence of SampleKey
        The annotated slices.
    linked : iterable of collections of str
        Patients known to share images.
    test_patients : collection of str
        Patients who shall judge, with or without the collection's ``Lung_Dx-``; empty chooses.
    seen : collection of str
        Patients that the model that is started from has seen.
    seed : int
        Of the choice.

    Raises
    ------
    TrainingDataError
        If a named patient is not here, or nobody is left to learn from.
    """
    groups = group_samples(keys, linked)
    known = {shorten_patient_id(each) for each in seen}
    sides = _choose_sides(keys, groups, test_patients, (seed, known))
    rows: dict[str, PatientRow] = {}
    for number, group in enumerate(groups):
        for index in group:
            key = keys[index]
            before = rows.get(key.patient_id)
            rows[key.patient_id] = PatientRow(
                patient_id=key.patient_id,
                subtype=key.subtype,
                slices=1 + (before.slices if before else 0),
                group=number,
                side=sides[number],
                seen_by_base=shorten_patient_id(key.patient_id) in known,
            )
    division = Division(tuple(rows[name] for name in sorted(rows)))
    if division.problem is not None:
        raise TrainingDataError(
            division.problem, "Name fewer test patients; linked patients go together."
        )
    return division


def _choose_sides(
    keys: Sequence[SampleKey],
    groups: Sequence[tuple[int, ...]],
    test_patients: Collection[str],
    context: tuple[int, set[str]],
) -> list[Side]:
    seed, known = context
    sides = [Side.TRAINING] * len(groups)
    names = [{shorten_patient_id(keys[i].patient_id) for i in group} for group in groups]
    wanted = {shorten_patient_id(each) for each in test_patients}
    strangers = wanted - set().union(*names)
    if strangers:
        raise TrainingDataError(
            f"Test patient {', '.join(sorted(strangers))} has no annotated slices of this subtype.",
            f"Patients at hand: {', '.join(sorted(set().union(*names)))}.",
        )
    # Judges that the model never saw come first: only their figures prove something.
    order = sorted(
        np.random.default_rng(seed).permutation(len(groups)).tolist(),
        key=lambda number: bool(names[number] & known),
    )
    if wanted:
        testing = [number for number in order if names[number] & wanted]
    else:
        testing = order[: max(1, round(_TEST_SHARE * len(groups)))] if len(groups) > 1 else []
    for number in testing:
        sides[number] = Side.TEST
    rest = [number for number in order if number not in testing]
    stopping = max(1, round(_STOPPING_SHARE * len(groups))) if len(rest) > 1 else 0
    # The patient with the most slices teaches best; the fewest are enough to stop by.
    rest.sort(key=lambda number: len(groups[number]))
    for number in rest[: min(stopping, len(rest) - 1)]:
        sides[number] = Side.STOPPING
    return sides

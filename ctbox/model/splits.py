"""Split annotated slices into training and held-out parts; free of torch.

Everything but `SplitKind.SLICE_RANDOM` keeps a patient, and patients that share images, on one
side. The result depends on the samples and the seed, never on the samples' order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ctbox.errors import TrainingDataError
from ctbox.model.linking import SampleKey, group_samples, shorten_patient_id

LEAKY = "LEAKY"
Group = tuple[int, ...]


class SplitKind(StrEnum):
    """How to hold samples out."""

    PATIENT = "patient"
    LEAVE_ONE_PATIENT_OUT = "leave-one-patient-out"
    LEAVE_ONE_SUBTYPE_OUT = "leave-one-subtype-out"
    FEW_SHOT_K = "few-shot-k"
    SLICE_RANDOM = "slice-random"

    @property
    def leaky(self) -> bool:
        """Whether slices of one patient may stand on both sides."""
        return self is SplitKind.SLICE_RANDOM

    @property
    def label(self) -> str:
        """The name to print; it says LEAKY where that is so."""
        return f"{self.value} ({LEAKY})" if self.leaky else self.value


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """What split is wanted.

    Parameters
    ----------
    kind : SplitKind
        How to hold samples out.
    seed : int
        Same samples, plan and seed give the same folds.
    folds : int
        Number of folds of a patient split.
    held_out_patients : tuple of str
        For a patient split: hold out these (and whoever is linked to them) in a single fold;
        with or without the collection's ``Lung_Dx-``.
    subtype : str or None
        For few-shot-k: the new subtype; None for each one that allows it.
    few_shot_slices : int
        For few-shot-k: the k, number of slices to adapt on.
    held_out_fraction : float
        For slice-random: the share of slices held out.
    """

    kind: SplitKind = SplitKind.PATIENT
    seed: int = 0
    folds: int = 5
    held_out_patients: tuple[str, ...] = ()
    subtype: str | None = None
    few_shot_slices: int = 20
    held_out_fraction: float = 0.2


@dataclass(frozen=True, slots=True)
class Fold:
    """One division of the samples; every sample stands in exactly one part.

    Parameters
    ----------
    kind : SplitKind
        How it was made.
    name : str
        Which of the folds it is, such as "2/5", a subtype or patients.
    training, held_out : tuple of int
        Indices of the samples to fit to and to judge by, ascending.
    few_shot : tuple of int
        For few-shot-k: the samples to adapt on after training.
    excluded : tuple of int
        Samples that may serve neither side, since they belong to a patient of the other.
    """

    kind: SplitKind
    name: str
    training: tuple[int, ...]
    held_out: tuple[int, ...]
    few_shot: tuple[int, ...] = ()
    excluded: tuple[int, ...] = ()

    @property
    def leaky(self) -> bool:
        """Whether slices of one patient may stand on both sides."""
        return self.kind.leaky

    @property
    def label(self) -> str:
        """The split's name to print beside every figure."""
        return self.kind.label


def make_folds(
    samples: Sequence[SampleKey], plan: SplitPlan, linked: Iterable[Collection[str]] = ()
) -> tuple[Fold, ...]:
    """Return the folds of a plan.

    Parameters
    ----------
    samples : sequence of SampleKey
        The annotated slices.
    plan : SplitPlan
        What split is wanted.
    linked : iterable of collections of str
        Patients known to share images (from annotation folders, say); those that share a
        study, series, frame of reference or SOP Instance UID are found here.

    Raises
    ------
    TrainingDataError
        If the samples don't allow the plan; the message tells how many there are.
    """
    if not samples:
        raise TrainingDataError("There are no annotated slices to split.", "Check --annotations.")
    groups = group_samples(samples, linked)
    if plan.kind is SplitKind.PATIENT and plan.held_out_patients:
        return (_hold_out_named(samples, groups, plan),)
    return _MAKERS[plan.kind](samples, groups, plan)


def _split_by_patient(
    samples: Sequence[SampleKey], groups: Sequence[Group], plan: SplitPlan
) -> tuple[Fold, ...]:
    if not 2 <= plan.folds <= len(groups):
        raise TrainingDataError(
            f"{len(groups)} independent patients can't make {plan.folds} folds.",
            "Choose from 2 folds up to one for each patient, or add patients.",
        )
    dealt = _deal_groups(samples, groups, plan)
    return tuple(
        _hold_out(plan.kind, f"{number}/{plan.folds}", groups, part)
        for number, part in enumerate(dealt, start=1)
    )


def _deal_groups(
    samples: Sequence[SampleKey], groups: Sequence[Group], plan: SplitPlan
) -> list[list[Group]]:
    """Deal groups to folds so that each fold gets its share of every subtype."""
    rng = np.random.default_rng(plan.seed)
    shuffled = [groups[i] for i in rng.permutation(len(groups))]
    by_size = sorted(shuffled, key=len, reverse=True)
    parts: list[list[Group]] = [[] for _ in range(plan.folds)]
    subtypes: list[Counter[str]] = [Counter() for _ in range(plan.folds)]
    for subtype in sorted({_get_main_subtype(samples, group) for group in groups}):
        for group in by_size:
            if _get_main_subtype(samples, group) != subtype:
                continue
            fold = min(
                range(plan.folds),
                key=lambda i: (subtypes[i][subtype], len(parts[i]), sum(map(len, parts[i]))),
            )
            parts[fold].append(group)
            subtypes[fold][subtype] += 1
    return parts


def _get_main_subtype(samples: Sequence[SampleKey], group: Group) -> str:
    counts = Counter(samples[i].subtype or "?" for i in group)
    return min(counts, key=lambda subtype: (-counts[subtype], subtype))


def _leave_one_patient_out(
    samples: Sequence[SampleKey], groups: Sequence[Group], plan: SplitPlan
) -> tuple[Fold, ...]:
    if len(groups) < 2:
        raise TrainingDataError(
            "Leaving one patient out needs at least two independent patients, found 1.",
            "Add patients; linked ones count as one.",
        )
    return tuple(
        _hold_out(plan.kind, _name_patients(samples, group), groups, [group]) for group in groups
    )


def _hold_out_named(samples: Sequence[SampleKey], groups: Sequence[Group], plan: SplitPlan) -> Fold:
    wanted = {shorten_patient_id(name) for name in plan.held_out_patients}
    known = {shorten_patient_id(sample.patient_id) for sample in samples}
    if wanted - known:
        raise TrainingDataError(
            f"Patient {', '.join(sorted(wanted - known))} has no annotated slices here.",
            f"Patients at hand: {', '.join(sorted(known))}.",
        )
    chosen = [
        group
        for group in groups
        if any(shorten_patient_id(samples[i].patient_id) in wanted for i in group)
    ]
    if len(chosen) == len(groups):
        raise TrainingDataError(
            "Holding these patients out leaves nobody to train on.",
            "Name fewer; patients who share images are held out together.",
        )
    name = _name_patients(samples, [i for group in chosen for i in group])
    return _hold_out(plan.kind, name, groups, chosen)


def _name_patients(samples: Sequence[SampleKey], indices: Sequence[int]) -> str:
    return ", ".join(sorted({shorten_patient_id(samples[i].patient_id) for i in indices}))


def _hold_out(kind: SplitKind, name: str, groups: Sequence[Group], chosen: Sequence[Group]) -> Fold:
    held_out = {i for group in chosen for i in group}
    training = {i for group in groups for i in group} - held_out
    return Fold(kind, name, tuple(sorted(training)), tuple(sorted(held_out)))


def _leave_one_subtype_out(
    samples: Sequence[SampleKey], groups: Sequence[Group], plan: SplitPlan
) -> tuple[Fold, ...]:
    subtypes = sorted({sample.subtype for sample in samples if sample.subtype is not None})
    folds = [_leave_out(samples, groups, plan.kind, subtype) for subtype in subtypes]
    usable = tuple(fold for fold in folds if fold.training)
    if not usable:
        raise TrainingDataError(
            f"Leaving one subtype out needs at least two subtypes, found {len(subtypes)}.",
            "Add patients of another subtype.",
        )
    return usable


def _leave_out(
    samples: Sequence[SampleKey], groups: Sequence[Group], kind: SplitKind, subtype: str
) -> Fold:
    held_out = {i for i, sample in enumerate(samples) if sample.subtype == subtype}
    touched = {i for group in groups if held_out.intersection(group) for i in group}
    # A sample of unknown subtype may be of the one left out.
    unknown = {i for i, sample in enumerate(samples) if sample.subtype is None}
    excluded = (touched | unknown) - held_out
    training = set(range(len(samples))) - held_out - excluded
    return Fold(
        kind,
        subtype,
        tuple(sorted(training)),
        tuple(sorted(held_out)),
        excluded=tuple(sorted(excluded)),
    )


def _split_few_shot(
    samples: Sequence[SampleKey], groups: Sequence[Group], plan: SplitPlan
) -> tuple[Fold, ...]:
    if plan.subtype is not None:
        return (_adapt_to(samples, groups, plan, plan.subtype),)
    subtypes = sorted({sample.subtype for sample in samples if sample.subtype is not None})
    folds, refusal = [], TrainingDataError("No slice has a known subtype.")
    for subtype in subtypes:
        try:
            folds.append(_adapt_to(samples, groups, plan, subtype))
        except TrainingDataError as error:
            refusal = error
    if not folds:
        raise refusal
    return tuple(folds)


def _adapt_to(
    samples: Sequence[SampleKey], groups: Sequence[Group], plan: SplitPlan, subtype: str
) -> Fold:
    base = _leave_out(samples, groups, plan.kind, subtype)
    new = set(base.held_out)
    candidates = [group for group in groups if new.intersection(group)]
    rng = np.random.default_rng(plan.seed)
    support: list[int] = []
    # The last patient of the new subtype is never adapted on: someone must be left to judge by.
    for chosen in rng.permutation(len(candidates))[:-1]:
        if len(support) >= plan.few_shot_slices:
            break
        support.extend(candidates[chosen])
    available = sorted(new.intersection(support), key=lambda i: samples[i].order)
    if plan.few_shot_slices < 1 or len(available) < plan.few_shot_slices:
        raise TrainingDataError(
            f"Subtype {subtype} has {len(candidates)} independent patients; adapting on "
            f"{plan.few_shot_slices} slices and judging by another patient is not possible.",
            "Choose fewer slices or add patients of that subtype.",
        )
    picked = rng.choice(len(available), size=plan.few_shot_slices, replace=False)
    few_shot = {available[i] for i in picked}
    held_out = new - set(support)
    excluded = set(range(len(samples))) - few_shot - held_out - set(base.training)
    return Fold(
        plan.kind,
        f"{subtype}, {plan.few_shot_slices} slices",
        base.training,
        tuple(sorted(held_out)),
        tuple(sorted(few_shot)),
        tuple(sorted(excluded)),
    )


def _split_slices(
    samples: Sequence[SampleKey], _groups: Sequence[Group], plan: SplitPlan
) -> tuple[Fold, ...]:
    if len(samples) < 2 or not 0 < plan.held_out_fraction < 1:
        raise TrainingDataError(
            f"Holding out {plan.held_out_fraction:g} of {len(samples)} slices is not possible.",
            "Use a share between 0 and 1 and at least two slices.",
        )
    order = sorted(range(len(samples)), key=lambda i: samples[i].order)
    shuffled = [order[i] for i in np.random.default_rng(plan.seed).permutation(len(order))]
    count = min(max(round(plan.held_out_fraction * len(order)), 1), len(order) - 1)
    held_out, training = shuffled[:count], shuffled[count:]
    return (Fold(plan.kind, "1/1", tuple(sorted(training)), tuple(sorted(held_out))),)


_Maker = Callable[[Sequence[SampleKey], Sequence[Group], SplitPlan], tuple[Fold, ...]]
_MAKERS: dict[SplitKind, _Maker] = {
    SplitKind.PATIENT: _split_by_patient,
    SplitKind.LEAVE_ONE_PATIENT_OUT: _leave_one_patient_out,
    SplitKind.LEAVE_ONE_SUBTYPE_OUT: _leave_one_subtype_out,
    SplitKind.FEW_SHOT_K: _split_few_shot,
    SplitKind.SLICE_RANDOM: _split_slices,
}

"""Everything a fine-tuning needs before its first step: who, what, from where."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ctbox import __version__, paths
from ctbox.model.card import ModelCard
from ctbox.model.config import ModelConfig, TrainingConfig, config_from_dict
from ctbox.model.dataset import TrainingData, TrainingSeries
from ctbox.model.linking import group_samples, shorten_patient_id
from ctbox.model.store import read_card
from ctbox.progress import TaskContext
from ctbox.workflows import fine_tune_phantoms
from ctbox.workflows.evaluate import check_folds
from ctbox.workflows.fine_tune_data import FineTuneData, gather_data, require_training_boxes
from ctbox.workflows.fine_tune_judging import select_fold
from ctbox.workflows.fine_tune_phantoms import (
    CHECK_SEED,
    REPLAY_SEED,
    OldPhantom,
    PhantomSize,
    make_old_phantoms,
)
from ctbox.workflows.fine_tune_plan import FineTunePlan, choose_plan, make_fine_tune_config
from ctbox.workflows.fine_tune_request import FineTuneRequest
from ctbox.workflows.fine_tune_split import Division, Side, divide_patients
from ctbox.workflows.samples import Samples, make_training_series

_MOST_OLD = 12


@dataclass(frozen=True)
class Preparation:
    """What a run works with.

    Parameters
    ----------
    request : FineTuneRequest
        What was asked for.
    samples : Samples
        New and old patients' slices.
    new_patients, replay_patients, check_patients : tuple of str
        Of the new subtype; old ones that are shown again; old ones that tell what was forgotten.
    division : Division
        The new patients' sides.
    plan : FineTunePlan
        How long and how gently.
    parent : ModelCard
        Of the model that is started from.
    config : TrainingConfig
        The plan for this model.
    data : TrainingData
        For `ctbox.model.training.fit`.
    linked : tuple of frozenset of str
        Patients known to share images.
    """

    request: FineTuneRequest
    samples: Samples
    new_patients: tuple[str, ...]
    replay_patients: tuple[str, ...]
    check_patients: tuple[str, ...]
    division: Division
    plan: FineTunePlan
    parent: ModelCard
    config: TrainingConfig
    data: TrainingData
    linked: tuple[frozenset[str], ...]

    @property
    def replays_phantoms(self) -> bool:
        """Whether phantoms are shown again: always, for few old patients show too little."""
        return self.plan.replay > 0


def prepare(
    request: FineTuneRequest, ctx: TaskContext, size: PhantomSize | None = None
) -> Preparation:
    """Read the data, choose the sides, and prove that nobody stands on two of them.

    Raises
    ------
    TrainingDataError
        If there is nothing to learn from.
    SplitLeakageError
        If two sides share images.
    CtboxError
        If data or model can't be read.
    """
    parent = read_card(request.base)
    found = gather_data(request, ctx)
    division = _divide(request, found, parent)
    replay, check = _deal_old(found, request.seed)
    taught = division.select(Side.TRAINING)
    boxes = _count_boxes(found.new, taught)
    require_training_boxes(boxes)
    plan = request.plan or choose_plan(boxes, request.steps)
    model = config_from_dict(ModelConfig, parent.config.get("model", {}))
    samples = _join(found)
    _check_sides(samples, found, division, (replay, check), ctx)
    old = () if plan.replay == 0 else _make_replay_phantoms(request, ctx, size)
    shown_again = _make_series(samples, replay) if plan.replay > 0 else ()
    data = TrainingData(
        (
            *_make_series(found.new, taught),
            # Drawn apart, like phantoms, so that their share of a batch is the plan's.
            *(replace(one, is_phantom=True) for one in shown_again),
            *(one.series for one in old),
        ),
        _make_series(found.new, division.select(Side.STOPPING)),
    )
    return Preparation(
        request=request,
        samples=samples,
        new_patients=found.new.patients,
        replay_patients=replay,
        check_patients=check,
        division=division,
        plan=plan,
        parent=parent,
        config=make_fine_tune_config(plan, model, request.seed),
        data=data,
        linked=found.linked,
    )


def _make_replay_phantoms(
    request: FineTuneRequest, ctx: TaskContext, size: PhantomSize | None
) -> tuple[OldPhantom, ...]:
    old = (size or fine_tune_phantoms.DEFAULT_SIZE).without(request.subtype)
    return make_old_phantoms(REPLAY_SEED, _phantom_folder(), ctx, old)


def make_check_phantoms(
    request: FineTuneRequest, ctx: TaskContext, size: PhantomSize | None = None
) -> tuple[OldPhantom, ...]:
    """Return the phantoms that tell what was forgotten; never those that are replayed."""
    old = (size or fine_tune_phantoms.DEFAULT_SIZE).without(request.subtype)
    return make_old_phantoms(CHECK_SEED, _phantom_folder(), ctx, old)


def _phantom_folder() -> Path:
    return paths.user_cache_folder() / "phantoms" / __version__


def _divide(request: FineTuneRequest, found: FineTuneData, parent: ModelCard) -> Division:
    division = divide_patients(
        found.new.keys,
        found.linked,
        test_patients=request.test_patients,
        seen=parent.seen_patient_ids,
        seed=request.seed,
    )
    if request.stopping_patients is None:
        return division
    # The user has placed everyone by hand.
    wanted = {shorten_patient_id(each) for each in request.stopping_patients}
    tested = {shorten_patient_id(each) for each in request.test_patients}
    for row in division.rows:
        name = shorten_patient_id(row.patient_id)
        side = Side.STOPPING if name in wanted else Side.TRAINING
        division = division.move(row.patient_id, Side.TEST if name in tested else side)
    return division


def _deal_old(found: FineTuneData, seed: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the old patients to replay and those to check by, linked ones together.

    One old patient alone checks; of a whole collection only so many do either, or checking
    would take longer than all the rest. Whoever shares images with a new patient does neither.
    """
    if found.old is None:
        return (), ()
    keys = (*found.new.keys, *found.old.keys)
    first_old = len(found.new.keys)
    groups = [
        {keys[i].patient_id for i in group}
        for group in group_samples(keys, found.linked)
        if min(group) >= first_old
    ]
    order = np.random.default_rng(seed).permutation(len(groups)).tolist()
    half = (len(order) + 1) // 2
    replayed, checks = order[half:][:_MOST_OLD], order[:half][:_MOST_OLD]
    return _names(groups, replayed), _names(groups, checks)


def _names(groups: Sequence[set[str]], chosen: Collection[int]) -> tuple[str, ...]:
    return tuple(sorted(name for number in chosen for name in groups[number]))


def _join(found: FineTuneData) -> Samples:
    if found.old is None:
        return found.new
    return Samples((*found.new.cases, *found.old.cases), (*found.new.keys, *found.old.keys))


def _check_sides(
    samples: Samples,
    found: FineTuneData,
    division: Division,
    old: tuple[Sequence[str], Sequence[str]],
    ctx: TaskContext,
) -> None:
    replay, check = old
    taught = (*division.select(Side.TRAINING), *replay)
    stopping, judges = division.select(Side.STOPPING), (*division.select(Side.TEST), *check)
    folds = [
        select_fold(samples, judges, (*taught, *stopping)),
        select_fold(samples, stopping, taught),
    ]
    check_folds(samples, [f for f in folds if f.held_out], ctx, found.linked)


def _count_boxes(samples: Samples, patients: Collection[str]) -> int:
    wanted = {k.sop_uid for k in samples.keys if k.patient_id in patients}
    return sum(
        len(boxes) for c in samples.cases for uid, boxes in c.annotations.items() if uid in wanted
    )


def _make_series(samples: Samples, patients: Collection[str]) -> tuple[TrainingSeries, ...]:
    wanted = frozenset(k.sop_uid for k in samples.keys if k.patient_id in patients)
    made = make_training_series(samples.cases, wanted)
    return tuple(sorted(made, key=lambda one: one.key))

"""The 2023 thesis's own table, for models that come from its slice-random protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ctbox.errors import TrainingDataError
from ctbox.evaluation.breakdown import SummaryOptions
from ctbox.evaluation.grouping import UNKNOWN
from ctbox.evaluation.reporting.contents import ThesisRow, ThesisTable
from ctbox.evaluation.slices import EvaluatedSlice
from ctbox.evaluation.summary import summarise
from ctbox.model.card import ModelCard
from ctbox.model.splits import SplitKind, SplitPlan, make_folds
from ctbox.workflows.samples import Samples

_KNOWN = (
    "LEAKY: slices of one patient stand on both sides. The test subset is drawn again from the "
    "card's seed."
)
_UNKNOWN = (
    "LEAKY: slices of one patient stand on both sides. Not all of the model's training series "
    "are here, so its test subset is not known."
)


def is_thesis_protocol(card: ModelCard) -> bool:
    """Return whether a model was trained with slices split at random."""
    return card.split.leaky and card.split.kind.startswith(SplitKind.SLICE_RANDOM.value)


def make_thesis_table(
    card: ModelCard,
    samples: Samples,
    slices: Sequence[EvaluatedSlice],
    parent: Sequence[EvaluatedSlice] | None,
    options: SummaryOptions,
) -> ThesisTable:
    """Return mean IoU by subtype on the entire set and on the test subset.

    Parameters
    ----------
    card : ModelCard
        Names the training series and the seed of the split.
    samples : Samples
        The annotated slices at hand.
    slices : sequence of EvaluatedSlice
        All judged slices with the model's boxes.
    parent : sequence of EvaluatedSlice or None
        The same slices with the boxes of the model that it was fine-tuned from.
    options : SummaryOptions
        Of the summaries.
    """
    test = _find_test_slices(card, samples)
    whole = _average_by_subtype(slices, options)
    held_out = _average_by_subtype([s for s in slices if s.sop_uid in (test or ())], options)
    old = {} if parent is None else _average_by_subtype(parent, options)
    rows = tuple(
        ThesisRow(
            subtype=subtype,
            slices=count,
            entire_set=iou,
            test_slices=held_out.get(subtype, (0, None))[0],
            test_subset=held_out.get(subtype, (0, None))[1],
            old_iou=old.get(subtype, (0, None))[1],
        )
        for subtype, (count, iou) in whole.items()
    )
    return ThesisTable(rows, _UNKNOWN if test is None else _KNOWN)


def _average_by_subtype(
    slices: Sequence[EvaluatedSlice], options: SummaryOptions
) -> Mapping[str, tuple[int, float | None]]:
    annotated = [one for one in slices if len(one.truth_boxes)]
    if not annotated:
        return {}
    # Only the means are read: one draw keeps the intervals that come with them cheap.
    groups = summarise(annotated, replace(options, resamples=1)).groups["subtype"]
    return {
        name: (part.slices, part.figures["mean_iou"])
        for name, part in groups.items()
        if name != UNKNOWN
    }


def _find_test_slices(card: ModelCard, samples: Samples) -> frozenset[str] | None:
    """Return the held-out slices by drawing the split anew; None where data are missing."""
    series = frozenset(card.training.series_instance_uids)
    chosen = [key for key in samples.keys if key.series_uid in series]
    if not chosen or series - {key.series_uid for key in chosen}:
        return None
    try:
        fold = make_folds(chosen, SplitPlan(SplitKind.SLICE_RANDOM, seed=card.seed))[0]
    except TrainingDataError:
        return None
    return frozenset(chosen[index].sop_uid for index in fold.held_out)

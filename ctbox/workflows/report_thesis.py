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
from ctbox.model.linking import SampleKey, hash_slices, shorten_patient_id
from ctbox.model.splits import SplitKind, SplitPlan, make_folds
from ctbox.workflows.samples import Samples

_LEAKY = "LEAKY: slices of one patient stand on both sides."
_KNOWN = f"{_LEAKY} The test subset is drawn again from the card's seed and is the card's own."
_UNKNOWN = (
    f"{_LEAKY} The annotated slices here are not those that the model's split was drawn from, so "
    "its test subset is not known."
)
_NOT_NOTED = f"{_LEAKY} The model's card does not note its test subset."


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
        Names the training data, the seed of the split, and what it held out.
    samples : Samples
        The annotated slices at hand.
    slices : sequence of EvaluatedSlice
        All judged slices with the model's boxes.
    parent : sequence of EvaluatedSlice or None
        The same slices with the boxes of the model that it was fine-tuned from.
    options : SummaryOptions
        Of the summaries.
    """
    test = find_test_slices(card, samples)
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
    return ThesisTable(rows, _describe_test(card, test))


def _describe_test(card: ModelCard, test: frozenset[str] | None) -> str:
    if not card.split.held_out_sha256:
        return _NOT_NOTED
    return _UNKNOWN if test is None else _KNOWN


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


def find_test_slices(card: ModelCard, samples: Samples) -> frozenset[str] | None:
    """Return the held-out slices by drawing the split anew; None unless they are the card's.

    The draw hangs on every annotated slice of the training data, so it is tried with all slices
    of the card's patients: a series whose slices were all held out is not among the card's. Where
    the patients have had more series since, the card's alone may be what was drawn from.

    Parameters
    ----------
    card : ModelCard
        Of a model of the thesis's protocol.
    samples : Samples
        The annotated slices at hand.

    Returns
    -------
    frozenset of str or None
        SOP Instance UIDs; none but those that training held out, by the card's checksum.
    """
    noted = card.split.held_out_sha256
    if not noted:
        return None
    patients = {
        shorten_patient_id(one)
        for one in (*card.training.patient_ids, *card.split.validation_patient_ids)
    }
    series = frozenset(card.training.series_instance_uids)
    for keys in (
        [key for key in samples.keys if shorten_patient_id(key.patient_id) in patients],
        [key for key in samples.keys if key.series_uid in series],
    ):
        test = _draw_test_slices(card, keys)
        if hash_slices(test) == noted:
            return test
    return None


def _draw_test_slices(card: ModelCard, keys: Sequence[SampleKey]) -> frozenset[str]:
    try:
        fold = make_folds(keys, SplitPlan(SplitKind.SLICE_RANDOM, seed=card.seed))[0]
    except TrainingDataError:
        return frozenset()
    return frozenset(keys[index].sop_uid for index in fold.held_out)

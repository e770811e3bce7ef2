"""From the records of all series to the values of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ctbox.evaluation.breakdown import SummaryOptions
from ctbox.evaluation.comparison import compare_models
from ctbox.evaluation.froc_band import compute_froc_band
from ctbox.evaluation.reporting.contents import (
    ModelComparison,
    ModelReport,
    Population,
    ThesisTable,
)
from ctbox.evaluation.slices import EvaluatedSlice
from ctbox.evaluation.summary import EvaluationSummary, summarise
from ctbox.model.config import links_lesions
from ctbox.model.linking import SampleKey
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.open_case import Case, SeriesCase
from ctbox.workflows.report_baselines import (
    CopySource,
    answer_by_baselines,
    group_patients,
    list_sources,
    read_sources,
)
from ctbox.workflows.report_models import ReportedModel, find_seen_patients
from ctbox.workflows.report_request import ReportRequest
from ctbox.workflows.report_slices import Judged, build_lesions, build_slices
from ctbox.workflows.report_thesis import is_thesis_protocol, make_thesis_table
from ctbox.workflows.samples import Samples, collect_samples

UNSEEN, SEEN = "unseen", "seen"
_NO_SOURCE = (
    "None of the model's training patients is at hand to copy from: name their folder with "
    "--training to have the baselines."
)
_NOT_ASKED = "The baselines were not asked."
_COPIED = {
    UNSEEN: "The baselines copy from the model's training patients.",
    SEEN: "The baselines copy from the other patients that the model was trained on.",
}


@dataclass(frozen=True)
class Sources:
    """What baselines and the thesis's table need beside the records.

    Parameters
    ----------
    case : Case
        What was opened, with its linked folders.
    samples : Samples
        The annotated slices that were judged.
    pictures : dict
        SOP Instance UID to the annotated slice's thumbnail; empty if baselines are not asked.
    training : tuple of SeriesCase
        Annotated series of the place named for training data.
    training_pictures : tuple of CopySource
        Their annotated slices.
    """

    case: Case
    samples: Samples
    pictures: Mapping[str, CopySource]
    training: tuple[SeriesCase, ...] = ()
    training_pictures: tuple[CopySource, ...] = ()


def collect_sources(
    request: ReportRequest, case: Case, judged: Judged, training: Case | None, ctx: TaskContext
) -> Sources:
    """Return what the baselines copy from.

    Parameters
    ----------
    request : ReportRequest
        Says whether they are asked.
    case : Case
        What was opened.
    judged : sequence of (SeriesCase, SeriesRecord)
        One model's records, with their thumbnails.
    training : Case or None
        The training data, if they lie elsewhere.
    ctx : TaskContext
        Asked to stop once a slice.
    """
    judged_case = replace(case, series=tuple(one for one, _ in judged))
    samples = collect_samples(judged_case)
    if not request.baselines:
        return Sources(case, samples, {})
    pictures = {
        one.sop_uid: one for series, record in judged for one in list_sources(series, record)
    }
    elsewhere = () if training is None else collect_samples(training).cases
    missing = tuple(
        one
        for one in elsewhere
        if not any(s.sop_instance_uid in pictures for s in one.series.slices)
    )
    return Sources(case, samples, pictures, missing, tuple(read_sources(missing, ctx)))


class ModelJudge:
    """Sums one model up, patients that it has seen apart from those it has not.

    Parameters
    ----------
    model : ReportedModel
        The model.
    judged : sequence of (SeriesCase, SeriesRecord)
        Its records.
    sources : Sources
        For the baselines.
    request : ReportRequest
        Seed and draws of the bootstrap.
    """

    def __init__(
        self, model: ReportedModel, judged: Judged, sources: Sources, request: ReportRequest
    ) -> None:
        self.model = model
        self.slices = build_slices(judged)
        self.seen = find_seen_patients(
            model.card,
            [*(case for case, _ in judged), *sources.training],
            sources.case.linked_folders,
        )
        self._judged = judged
        self._sources = sources
        self._request = request
        self.populations: dict[str, Population] = {}

    def summarise(self, ctx: TaskContext) -> None:
        """Fill the populations."""
        for name in (UNSEEN, SEEN):
            part = self.pick(name)
            if any(len(one.truth_boxes) for one in part):
                ctx.check()
                ctx.report(Progress(0, None, f"Summing up {self.model.label}"))
                self.populations[name] = self._summarise_population(name, part, ctx)

    def pick(self, name: str) -> list[EvaluatedSlice]:
        """Return the slices of the patients that the model has seen, or has not."""
        return [one for one in self.slices if (one.patient_id in self.seen) == (name == SEEN)]

    @property
    def seen_here(self) -> tuple[str, ...]:
        """Judged patients that the model has seen, sorted."""
        return tuple(sorted({one.patient_id for one in self.slices} & self.seen))

    def make_options(self, name: str) -> SummaryOptions:
        """Return how a population's figures are labelled and drawn."""
        split = "patients that the model has never seen"
        if name == SEEN:
            split = "LEAKY: patients that the model was trained or tuned on"
        request = self._request
        return SummaryOptions(
            split=split,
            model=self.model.label,
            leaky=name == SEEN,
            threshold=self.model.threshold,
            seed=request.seed,
            resamples=request.resamples,
        )

    def _summarise_population(
        self, name: str, part: Sequence[EvaluatedSlice], ctx: TaskContext
    ) -> Population:
        keys = {one.series_key for one in part}
        own = [one for one in build_lesions(self._judged) if one.series_key in keys]
        # A network that links nothing is judged by its boxes linked by the rule for the expert's.
        lesions = own if links_lesions(self.model.card.architecture) else None
        summary = summarise(part, self.make_options(name), lesions)
        answers, note = self._ask_baselines(name, part, ctx)
        baselines = {
            baseline: summarise(
                answered, replace(self.make_options(name), model=baseline, threshold=None)
            ).without_detection_figures()
            for baseline, answered in answers.items()
        }
        return Population(
            summary=summary,
            froc_band=compute_froc_band(summary),
            long_axes_mm={
                uid: pair
                for case, record in self._judged
                if case.series.key in keys
                for uid, pair in record.long_axes_mm.items()
            },
            baselines=baselines,
            comparisons={
                baseline: compare_models(one, summary) for baseline, one in baselines.items()
            },
            baseline_note=note,
        )

    def _ask_baselines(
        self, name: str, part: Sequence[EvaluatedSlice], ctx: TaskContext
    ) -> tuple[dict[str, list[EvaluatedSlice]], str]:
        sources = self._sources
        if not sources.pictures:
            return {}, _NOT_ASKED
        ctx.report(Progress(0, None, "Asking the baselines"))
        known = [
            one
            for one in (*sources.pictures.values(), *sources.training_pictures)
            if one.patient_id in self.seen
        ]
        everyone = Samples((), (*sources.samples.keys, *_make_keys(sources.training)))
        groups = group_patients(everyone, sources.case.linked_folders)
        answers = answer_by_baselines(part, known, sources.pictures, groups, ctx)
        return answers, _COPIED[name] if answers else _NO_SOURCE

    def make_thesis(self, others: Sequence[ModelJudge]) -> ThesisTable | None:
        """Return the thesis's table if the model comes from its protocol.

        Parameters
        ----------
        others : sequence of ModelJudge
            All models of the report; the parent is looked for among them.
        """
        card = self.model.card
        if not is_thesis_protocol(card):
            return None
        parent = None
        if card.lineage is not None:
            parent = next(
                (o for o in others if o.model.card.weights_sha256 == card.lineage.sha256), None
            )
        return make_thesis_table(
            card,
            self._sources.samples,
            self.slices,
            None if parent is None else parent.slices,
            self.make_options(SEEN),
        )

    def describe(self, others: Sequence[ModelJudge]) -> ModelReport:
        """Return the model's part of the report."""
        return ModelReport(
            header=self.model.describe(),
            seen_patients=self.seen_here,
            populations=self.populations,
            thesis=self.make_thesis(others),
        )


def _make_keys(cases: Sequence[SeriesCase]) -> tuple[SampleKey, ...]:
    if not cases:
        return ()
    return collect_samples(Case("", tuple(cases))).keys


def compare_judged(judges: Sequence[ModelJudge]) -> tuple[ModelComparison, ...]:
    """Return every later model against every earlier one, on patients unseen by both.

    Where no patient is unseen by both, all are compared and the population says so.
    """
    return tuple(
        _compare(first, second) for number, second in enumerate(judges) for first in judges[:number]
    )


def _compare(first: ModelJudge, second: ModelJudge) -> ModelComparison:
    seen = first.seen | second.seen
    fresh = {one.patient_id for one in first.slices if len(one.truth_boxes)} - seen
    name = UNSEEN if fresh else "all"
    sides = [_join_summaries(judge, fresh) for judge in (first, second)]
    figures = compare_models(sides[0], sides[1])
    return ModelComparison(
        first=first.model.label,
        second=second.model.label,
        patients=figures[0].interval.patients,
        population=name,
        figures=figures,
    )


def _join_summaries(judge: ModelJudge, patients: set[str]) -> EvaluationSummary:
    """Return a summary whose scored slices are those of some patients, or of all.

    Its other figures stay those of the first population: only the slices are compared.
    """
    parts = list(judge.populations.values())
    scored = tuple(
        one
        for part in parts
        for one in part.summary.scored_slices
        if not patients or one.slice.patient_id in patients
    )
    return replace(parts[0].summary, scored_slices=scored)

"""The models of a report: their cards, and which of the judged patients shaped them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ctbox.errors import CheckpointError
from ctbox.evaluation.reporting.contents import ModelHeader
from ctbox.model.card import ModelCard
from ctbox.model.linking import shorten_patient_id
from ctbox.model.store import find_model, read_card
from ctbox.workflows.open_case import SeriesCase
from ctbox.workflows.report_request import ReportRequest
from ctbox.workflows.report_series import ModelChoice


@dataclass(frozen=True, slots=True)
class ReportedModel:
    """A model of a report: its unique label, place, card and threshold."""

    label: str
    folder: Path
    card: ModelCard
    threshold: float

    @property
    def choice(self) -> ModelChoice:
        """What a worker needs to know of it."""
        return ModelChoice(str(self.folder), self.card.weights_sha256, self.threshold)

    def describe(self) -> ModelHeader:
        """Return what the report's header says of it."""
        card = self.card
        return ModelHeader(
            label=self.label,
            name=card.name,
            sha256=card.weights_sha256,
            architecture=card.architecture,
            threshold=self.threshold,
            split=card.split.kind,
            leaky=card.split.leaky,
            parameters=card.parameters,
            training_patients=len(card.training.patient_ids),
            training_series=len(card.training.series_instance_uids),
            synthetic_seeds=len(card.training.synthetic_seeds),
            trained_on=card.date,
            software_version=card.software_version,
            parent=None if card.lineage is None else card.lineage.name,
        )


def find_reported_models(request: ReportRequest) -> tuple[ReportedModel, ...]:
    """Return the models of a request, each with a label of its own.

    Raises
    ------
    CheckpointError
        If one is missing, or named twice.
    """
    references: tuple[str | None, ...] = request.models or (None,)
    folders = [find_model(reference) for reference in references]
    cards = [read_card(folder) for folder in folders]
    if len({card.weights_sha256 for card in cards}) < len(cards):
        raise CheckpointError(
            "The same weights are named twice.", "Name each model of a report once."
        )
    names = Counter(card.name for card in cards)
    return tuple(
        ReportedModel(
            label=card.name if names[card.name] == 1 else f"{card.name} {card.weights_sha256[:8]}",
            folder=folder,
            card=card,
            threshold=card.threshold if request.threshold is None else request.threshold,
        )
        for folder, card in zip(folders, cards, strict=True)
    )


def get_patient(case: SeriesCase) -> str:
    """Return whose a series is: the patient's ID, or the series for want of one."""
    return case.series.patient_id or case.series.series_instance_uid


def find_seen_patients(
    card: ModelCard, cases: Sequence[SeriesCase], linked: Iterable[frozenset[str]]
) -> frozenset[str]:
    """Return the patients among the cases that shaped a model.

    By patient ID, by series, and by annotation folders that share slices with a seen one's.
    """
    known = {shorten_patient_id(one) for one in card.seen_patient_ids}
    series = frozenset(card.training.series_instance_uids)
    for case in cases:
        if case.series.series_instance_uid in series:
            known.add(shorten_patient_id(get_patient(case)))
    for group in linked:
        if known & group:
            known |= group
    return frozenset(
        get_patient(case) for case in cases if shorten_patient_id(get_patient(case)) in known
    )

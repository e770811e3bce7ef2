"""Whom a model has learnt from: figures on these patients prove nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctbox.dicom.series import Series

if TYPE_CHECKING:  # the window's start waits for this module
    from ctbox.model.card import ModelCard


@dataclass(frozen=True, slots=True)
class Seen:
    """Patients and series that shaped a model or its ancestors, validation included.

    Parameters
    ----------
    patients : frozenset of str
        Their IDs as annotation folders write them, "A0001".
    series : frozenset of str
        SeriesInstanceUIDs of the model's own training.
    """

    patients: frozenset[str] = frozenset()
    series: frozenset[str] = frozenset()

    def includes(self, series: Series) -> bool:
        """Whether the model knows a series' patient."""
        if series.series_instance_uid in self.series:
            return True
        from ctbox.model.linking import shorten_patient_id

        patient = series.patient_id
        return bool(patient) and shorten_patient_id(patient or "") in self.patients


def read_seen(card: ModelCard) -> Seen:
    """Return whom a card says that its model has seen."""
    from ctbox.model.linking import shorten_patient_id

    return Seen(
        frozenset(shorten_patient_id(one) for one in card.seen_patient_ids),
        frozenset(card.training.series_instance_uids),
    )

"""What the wizard was told so far; no widgets here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from ctbox.errors import CtboxError
from ctbox.gui.sentences import say, say_both
from ctbox.gui.subtype_names import describe_subtype
from ctbox.gui.translation import tr
from ctbox.model.linking import SampleKey
from ctbox.workflows.fine_tune_data import DataCheck, describe_amount
from ctbox.workflows.fine_tune_plan import FineTunePlan, choose_plan
from ctbox.workflows.fine_tune_request import FineTuneRequest
from ctbox.workflows.fine_tune_split import Division, Side, divide_patients
from ctbox.workflows.model_store import ModelStore

_NAMES = {"A": "adeno", "B": "small-cell", "E": "large-cell", "G": "squamous"}


class WizardState(QObject):
    """Subtype, data, split, start and plan of a fine-tuning to be.

    Parameters
    ----------
    store : ModelStore
        The models to start from, and the names that are taken.
    """

    changed = Signal()

    def __init__(self, store: ModelStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.store = store
        self.subtype = ""
        self.dicom: Path | None = None
        self.annotations: Path | None = None
        self.check: DataCheck | None = None
        self.left_out: frozenset[str] = frozenset()
        self.division: Division | None = None
        self.division_problem = ""
        self.base = store.active_name or store.default_name
        self.name = ""
        self.plan: FineTunePlan | None = None
        self.device = "auto"

    # --- what pages tell ----------------------------------------------------------------------

    def set_subtype(self, subtype: str) -> None:
        """Choose a letter or a new name; what was found for another one is forgotten."""
        if subtype != self.subtype:
            self.subtype = subtype
            self.name = self._suggest_name(subtype)
            self.forget_check()

    def set_place(self, dicom: Path | None, annotations: Path | None) -> None:
        """Choose where the images lie."""
        self.dicom, self.annotations = dicom, annotations
        self.forget_check()

    def forget_check(self) -> None:
        """Nothing is known of the data any more."""
        self.check, self.division, self.plan = None, None, None
        self.left_out = frozenset()
        self.changed.emit()

    def set_check(self, check: DataCheck) -> None:
        """Take in what was found."""
        self.check, self.left_out = check, frozenset()
        self._divide()

    def set_left_out(self, key: str, left_out: bool) -> None:
        """Tick a series off, or on again."""
        if self.check is None:
            return
        keys = self.left_out | {key} if left_out else self.left_out - {key}
        self.left_out = frozenset(keys)
        self._divide()

    def move(self, patient_id: str, side: Side) -> None:
        """Put a patient and whoever is linked to them on another side."""
        if self.division is not None:
            self.division = self.division.move(patient_id, side)
            self.plan = choose_plan(self.training_boxes)
            self.changed.emit()

    def set_base(self, name: str) -> None:
        """Start from this model; who judges best depends on whom it has seen."""
        if name != self.base:
            self.base = name
            self._divide()

    def set_plan(self, plan: FineTunePlan) -> None:
        """Take another length or care than the preset's."""
        self.plan = plan
        self.changed.emit()

    def set_name(self, name: str) -> None:
        """Name the new model."""
        self.name = name.strip()
        self.changed.emit()

    # --- what pages ask -----------------------------------------------------------------------

    @property
    def used_boxes(self) -> int:
        """Boxes of the series that are ticked."""
        rows = () if self.check is None else self.check.rows
        return sum(row.boxes for row in rows if row.key not in self.left_out)

    @property
    def used_patients(self) -> tuple[str, ...]:
        """Patients with a ticked series."""
        rows = () if self.check is None else self.check.rows
        return tuple(sorted({row.patient_id for row in rows if row.key not in self.left_out}))

    @property
    def training_boxes(self) -> int:
        """Boxes of the patients who teach."""
        if self.check is None or self.division is None:
            return 0
        taught = self.division.select(Side.TRAINING)
        return sum(
            row.boxes
            for row in self.check.rows
            if row.key not in self.left_out and row.patient_id in taught
        )

    @property
    def data_summary(self) -> str:
        """How much is ticked, in one line."""
        if self.check is None:
            return ""
        rows = [row for row in self.check.rows if row.key not in self.left_out]
        sides = [row.median_side_mm for row in rows if row.median_side_mm is not None]
        size = (
            tr(", tumours about {sides:.0f} mm across").format(sides=np.median(sides))
            if sides
            else ""
        )
        patients = len(self.used_patients)
        return tr("%n patient(s), {count} series, {used_boxes} boxes{size}", "", patients).format(
            count=len(rows),
            used_boxes=self.used_boxes,
            size=size,
        )

    @property
    def data_warning(self) -> str:
        """What is to be said of too little data; empty if there is enough."""
        if self.check is None:
            return ""
        return say(describe_amount(len(self.used_patients), self.used_boxes) or "")

    @property
    def name_problem(self) -> str:
        """Why the new model can't be called so; empty if it can."""
        try:
            self.store.refuse_taken(self.name)
        except CtboxError as error:
            return say_both(error.message, error.hint)
        return ""

    @property
    def is_ready(self) -> bool:
        """Whether a run can be started with what was chosen."""
        division = self.division
        return (
            self.dicom is not None
            and division is not None
            and not division.problem
            and not self.name_problem
            and self.plan is not None
        )

    @property
    def subtype_title(self) -> str:
        """The subtype for the eye."""
        return describe_subtype(self.subtype)

    def build_request(self, out: Path) -> FineTuneRequest:
        """Return what was chosen.

        Raises
        ------
        CtboxError
            If subtype or name can't be used.
        ValueError
            If data or split are missing.
        """
        if self.dicom is None or self.division is None:
            raise ValueError("The data have not been looked at yet.")
        return FineTuneRequest(
            dicom=self.dicom,
            annotations=self.annotations,
            subtype=self.subtype,
            name=self.name,
            out=out,
            base=self.base,
            test_patients=self.division.select(Side.TEST),
            stopping_patients=self.division.select(Side.STOPPING),
            left_out_series=tuple(sorted(self.left_out)),
            plan=self.plan,
            device=self.device,
            command="ctbox window, fine-tuning wizard",
        )

    # --- inside -------------------------------------------------------------------------------

    def _divide(self) -> None:
        self.division, self.plan, self.division_problem = None, None, ""
        keys = self._list_keys()
        if keys and self.check is not None:
            card = self.store.find(self.base).card
            seen = () if card is None else card.seen_patient_ids
            try:
                self.division = divide_patients(keys, self.check.linked, seen=seen)
                self.plan = choose_plan(self.training_boxes)
            except CtboxError as error:
                self.division_problem = say_both(error.message, error.hint)
        self.changed.emit()

    def _list_keys(self) -> list[SampleKey]:
        if self.check is None:
            return []
        used = {row.series_uid for row in self.check.rows if row.key not in self.left_out}
        return [key for key in self.check.keys if key.series_uid in used]

    def _suggest_name(self, subtype: str) -> str:
        words = _NAMES.get(subtype, subtype.lower())
        plain = "".join(c if c.isalnum() and c.isascii() else "-" for c in words).strip("-")
        stem = plain or "new-subtype"
        taken = {each.name.lower() for each in self.store.list()}
        number = next(n for n in range(1, 1000) if _number(stem, n).lower() not in taken)
        return _number(stem, number)


def _number(stem: str, number: int) -> str:
    return f"{stem[:58]}-{number}"


def shorten(plan: FineTunePlan, **changes: object) -> FineTunePlan:
    """Return a plan with some of its values changed by hand.

    Raises
    ------
    ValueError
        If they make no plan.
    """
    return replace(plan, preset="By hand", **changes)  # type: ignore[arg-type]

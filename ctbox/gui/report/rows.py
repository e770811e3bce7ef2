"""The slices of a report as rows of a table, sortable and filterable by what they hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ctbox.gui.translation import mark, tr

Value = str | float | None


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One slice in one model's results; `values` is the slice's entry in the document."""

    model: str
    seen: bool
    values: dict[str, Any]

    @property
    def status(self) -> str:
        """Annotated, negative or ignored."""
        return str(self.values["status"])

    @property
    def haystack(self) -> str:
        """What a filter is looked for in."""
        names = ("patient_id", "subtype", "vendor", "kernel", "series_key", "sop_instance_uid")
        words = [self.model, *(str(self.values[name] or "") for name in names)]
        return " ".join([*words, "seen" if self.seen else "unseen"]).casefold()


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column: its heading, its cell, and what its tool tip says."""

    title: str
    read: Callable[[ResultRow], Value]
    tip: str
    decimals: int | None = None

    def format(self, row: ResultRow) -> str:
        """Return the cell's text; a dash where nothing is known."""
        value = self.read(row)
        if value is None:
            return "—"
        if isinstance(value, float):
            return f"{value:.{self.decimals or 0}f}"
        return str(value)


def _get(name: str) -> Callable[[ResultRow], Value]:
    def read(row: ResultRow) -> Value:
        value = row.values[name]
        return float(value) if isinstance(value, int | float) else value

    return read


COLUMNS = (
    ResultColumn(mark("Patient"), _get("patient_id"), mark("The patient's ID")),
    ResultColumn(mark("Subtype"), _get("subtype"), mark("A, B, E or G")),
    ResultColumn("IoU", _get("top_iou"), mark("IoU of the surest box; 0 for a miss"), 3),
    ResultColumn(mark("Score"), _get("top_score"), mark("Score of the surest box"), 3),
    ResultColumn(
        mark("Size mm"), _get("size_mm"), mark("Longest side of the expert's largest box"), 0
    ),
    ResultColumn(mark("Expert"), _get("expert_boxes"), mark("Number of the expert's boxes"), 0),
    ResultColumn("AI", _get("detections"), mark("Number of predicted boxes"), 0),
    ResultColumn(
        mark("False"), _get("false_positives"), mark("Predicted boxes that hit nothing"), 0
    ),
    ResultColumn(
        mark("Missed"), _get("false_negatives"), mark("Expert's boxes that nothing hit"), 0
    ),
    ResultColumn(mark("Slice"), lambda row: row.status, mark("annotated, negative or ignored")),
    ResultColumn(
        mark("Seen"),
        lambda row: "seen" if row.seen else "",
        mark("Whether the model was trained on him"),
    ),
    ResultColumn(mark("Thickness"), _get("slice_thickness_mm"), mark("Nominal thickness, mm"), 1),
    ResultColumn(mark("Vendor"), _get("vendor"), mark("Manufacturer")),
    ResultColumn(mark("Kernel"), _get("kernel"), mark("Convolution kernel")),
    ResultColumn(mark("Model"), lambda row: row.model, mark("Whose result")),
    ResultColumn(mark("Slice UID"), _get("sop_instance_uid"), mark("SOP Instance UID")),
)


def list_rows(document: dict[str, Any]) -> list[ResultRow]:
    """Return every slice of every model, as the report orders them."""
    return [
        ResultRow(model["label"], name == "seen", values)
        for model in document["models"]
        for name, part in model["populations"].items()
        for values in part["slices"]
    ]


def describe_seen(document: dict[str, Any]) -> str:
    """Return one loud sentence where a model has seen judged patients; else nothing."""
    told = []
    for model in document["models"]:
        seen = len(model["seen_patients"])
        if seen:
            whole = "unseen" not in model["populations"]
            whom = (
                tr("every patient here")
                if whole
                else tr("{seen} of these patients").format(seen=seen)
            )
            told.append(tr("{label} was trained on {whom}").format(label=model["label"], whom=whom))
    return tr("LEAKY: ") + "; ".join(told) + tr(". Such figures prove nothing.") if told else ""


def find_series_rows(rows: Sequence[ResultRow], chosen: ResultRow) -> list[ResultRow]:
    """Return all slices of a row's series in the same model's results."""
    key = chosen.values["series_key"]
    return [row for row in rows if row.model == chosen.model and row.values["series_key"] == key]

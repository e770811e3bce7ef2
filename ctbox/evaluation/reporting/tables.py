"""The report's tables: one list of columns each, shared by CSV, XLSX and the documentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ctbox.evaluation.reporting.document import Document

Cell = str | float | int | bool | None
Row = list[Cell]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in files, what it holds, and how a spreadsheet shows it.

    Parameters
    ----------
    name : str
        Header; a contract.
    meaning : str
        One sentence, with the unit.
    read : callable
        Takes a row of the document and gives the cell.
    style : str
        "text", "count", "share" (three decimals), "mm" or "flag".
    """

    name: str
    meaning: str
    read: Callable[[Document], Cell]
    style: str = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the report.

    Parameters
    ----------
    name : str
        File name without its ending, and the sheet's name in small letters.
    title : str
        The sheet's name.
    columns : tuple of Column
        Left to right.
    rows : callable
        Takes the document and gives the rows that the columns read.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Callable[[Document], Iterator[Document]]

    def fill(self, document: Document) -> Iterator[Row]:
        """Return the cells, row by row."""
        for row in self.rows(document):
            yield [column.read(row) for column in self.columns]


def _get(name: str) -> Callable[[Document], Cell]:
    return lambda row: row.get(name)


def _figure(name: str) -> Callable[[Document], Cell]:
    return lambda row: row["figures"].get(name)


def _bound(name: str, side: str) -> Callable[[Document], Cell]:
    return lambda row: row["intervals"].get(name, {}).get(side)


def _top_box(row: Document) -> Sequence[float] | None:
    scores = row["scores"]
    return row["detections_xyxy"][scores.index(max(scores))] if scores else None


def _expert_box(row: Document) -> Sequence[float] | None:
    boxes = row["expert_boxes_xyxy"]
    return max(boxes, key=lambda b: (b[2] - b[0]) * (b[3] - b[1])) if boxes else None


def _side(
    find: Callable[[Document], Sequence[float] | None], place: int
) -> Callable[[Document], Cell]:
    def read(row: Document) -> Cell:
        box = find(row)
        return None if box is None else box[place]

    return read


def _each_population(document: Document) -> Iterator[tuple[Document, Document]]:
    for model in document["models"]:
        for name, part in model["populations"].items():
            yield {"model": model["label"], "seen_by_model": name == "seen"}, part


def _list_slices(document: Document) -> Iterator[Document]:
    for head, part in _each_population(document):
        for row in part["slices"]:
            yield {**head, **row}


def _list_lesions(document: Document) -> Iterator[Document]:
    for head, part in _each_population(document):
        for kind in ("truth", "false"):
            for row in part["lesions"][kind]:
                yield {**head, "kind": kind, **row}


def _list_groups(*kinds: str) -> Callable[[Document], Iterator[Document]]:
    def rows(document: Document) -> Iterator[Document]:
        for head, part in _each_population(document):
            sources = [(head["model"], part), *part["baselines"].items()]
            for name, figures in sources:
                for kind in kinds:
                    for group, values in figures["groups"][kind].items():
                        yield {**head, "source": name, "by": kind, "group": group, **values}

    return rows


def _list_overall(document: Document) -> Iterator[Document]:
    for head, part in _each_population(document):
        sources = [(head["model"], part), *part["baselines"].items()]
        for name, figures in sources:
            yield {**head, "source": name, **figures["overall"]}


_MODEL = Column("model", "Label of the model.", _get("model"))
_SEEN = Column(
    "seen_by_model",
    "Whether the patient shaped the model: such figures prove nothing.",
    _get("seen_by_model"),
    "flag",
)
_SOURCE = Column("source", "Whose boxes: the model's, or a baseline's.", _get("source"))
_PATIENT = Column("patient_id", "The patient's ID in the images.", _get("patient_id"))
_SERIES = Column(
    "series_key",
    "SeriesInstanceUID, with #acquisition where one UID holds several.",
    _get("series_key"),
)

_BOX_COLUMNS = tuple(
    Column(
        f"{prefix}_{name}",
        f"{what}: {side} edge, pixels (x column, y row).",
        _side(find, place),
        "mm",
    )
    for prefix, what, find in (
        ("expert", "The expert's largest box", _expert_box),
        ("top", "The surest predicted box", _top_box),
    )
    for place, (name, side) in enumerate(
        (("x1", "left"), ("y1", "upper"), ("x2", "right"), ("y2", "lower"))
    )
)

SLICES = Table(
    "slices",
    "Slices",
    (
        _MODEL,
        _SEEN,
        _PATIENT,
        Column("subtype", "A, B, E or G.", _get("subtype")),
        _SERIES,
        Column("sop_instance_uid", "The slice.", _get("sop_instance_uid")),
        Column("status", "annotated, negative or ignored (see the rules).", _get("status")),
        Column(
            "top_iou",
            "IoU of the surest box, best over the expert's; 0 for a miss, empty without expert.",
            _get("top_iou"),
            "share",
        ),
        Column("top_score", "Score of the surest box, 0…1.", _get("top_score"), "share"),
        Column("expert_boxes", "Number of the expert's boxes.", _get("expert_boxes"), "count"),
        Column("detections", "Number of predicted boxes.", _get("detections"), "count"),
        Column("true_positives", "Boxes that hit at IoU ≥ 0.5.", _get("true_positives"), "count"),
        Column("false_positives", "Boxes that hit nothing.", _get("false_positives"), "count"),
        Column(
            "false_negatives", "Expert's boxes that nothing hit.", _get("false_negatives"), "count"
        ),
        Column("size_mm", "Longest side of the expert's largest box, mm.", _get("size_mm"), "mm"),
        Column("slice_thickness_mm", "Nominal thickness, mm.", _get("slice_thickness_mm"), "mm"),
        Column("vendor", "Manufacturer in the images.", _get("vendor")),
        Column("kernel", "Convolution kernel in the images.", _get("kernel")),
        Column(
            "expert_long_axis_mm",
            "Long axis of the outline in the expert's box, mm; only on hits.",
            _get("expert_long_axis_mm"),
            "mm",
        ),
        Column(
            "predicted_long_axis_mm",
            "Long axis of the outline in the predicted box, mm; only on hits.",
            _get("predicted_long_axis_mm"),
            "mm",
        ),
        *_BOX_COLUMNS,
    ),
    _list_slices,
)

LESIONS = Table(
    "lesions",
    "Lesions",
    (
        _MODEL,
        _SEEN,
        _PATIENT,
        _SERIES,
        Column("kind", "truth: the expert's; false: predicted where there is none.", _get("kind")),
        Column("found", "Whether a truth lesion was hit.", _get("found"), "flag"),
        Column("score", "Of the best detection, 0…1; empty for a miss.", _get("score"), "share"),
        Column("size_mm", "Longest side among the expert's boxes, mm.", _get("size_mm"), "mm"),
        Column("slices", "Number of slices.", lambda row: len(row["sop_instance_uids"]), "count"),
        Column("first_sop_instance_uid", "Its first slice.", lambda r: r["sop_instance_uids"][0]),
    ),
    _list_lesions,
)

_FIGURES = (
    ("mean_iou", "Mean IoU over slices; a miss is 0."),
    ("median_iou", "Median IoU over slices."),
    ("patient_mean_iou", "Mean IoU, each patient's slices averaged first."),
    ("hit_at_0.1", "Share of slices with IoU ≥ 0.1."),
    ("hit_at_0.3", "Share of slices with IoU ≥ 0.3."),
    ("hit_at_0.5", "Share of slices with IoU ≥ 0.5."),
    ("ap50", "Average precision at IoU 0.5."),
    ("ap50_95", "Average precision, mean of IoU 0.50 to 0.95."),
    ("lesion_sensitivity", "Share of lesions hit at the model's threshold."),
    ("false_lesions_per_scan", "False lesions a scan at the model's threshold."),
    ("froc_mean_sensitivity", "Mean sensitivity at 1/8 to 8 false lesions a scan."),
    ("calibration_error", "Expected calibration error of the scores."),
)


def _make_figure_columns() -> tuple[Column, ...]:
    columns = [
        Column("patients", "Patients with an annotated slice.", _get("patients"), "count"),
        Column("slices", "Annotated slices.", _get("slices"), "count"),
        Column("lesions", "Truth lesions.", _get("lesions"), "count"),
    ]
    for name, meaning in _FIGURES:
        columns.append(Column(name, meaning, _figure(name), "share"))
        if name in ("mean_iou", "patient_mean_iou"):
            for side in ("low", "high"):
                columns.append(
                    Column(
                        f"{name}_{side}",
                        f"95 % interval over patients, {side} end.",
                        _bound(name, side),
                        "share",
                    )
                )
    return tuple(columns)


_FIGURE_COLUMNS = _make_figure_columns()

OVERALL = Table("overall", "Overall", (_MODEL, _SEEN, _SOURCE, *_FIGURE_COLUMNS), _list_overall)
PATIENTS = Table(
    "patients",
    "Patients",
    (
        _MODEL,
        _SEEN,
        _SOURCE,
        Column("patient_id", "The patient's ID in the images.", _get("group")),
        *_FIGURE_COLUMNS,
    ),
    _list_groups("patient"),
)
SUBTYPES = Table(
    "subtypes",
    "Subtypes",
    (
        _MODEL,
        _SEEN,
        _SOURCE,
        Column("subtype", "A, B, E, G or unknown.", _get("group")),
        *_FIGURE_COLUMNS,
    ),
    _list_groups("subtype"),
)
GROUPS = Table(
    "groups",
    "Size, thickness, vendor, kernel",
    (
        _MODEL,
        _SEEN,
        _SOURCE,
        Column("by", "size, slice_thickness, vendor or kernel.", _get("by")),
        Column("group", "The part.", _get("group")),
        *_FIGURE_COLUMNS,
    ),
    _list_groups("size", "slice_thickness", "vendor", "kernel"),
)

CSV_TABLES = (SLICES, LESIONS, PATIENTS, SUBTYPES)
SHEETS = (OVERALL, SLICES, LESIONS, PATIENTS, SUBTYPES, GROUPS)


def describe_columns() -> list[dict[str, Any]]:
    """Return table, column and meaning of every column, for the documentation."""
    return [
        {"table": table.title, "column": column.name, "meaning": column.meaning}
        for table in SHEETS
        for column in table.columns
    ]

"""Which slices of a report are shown, and their pictures drawn from the pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ctbox.dicom.pixels import read_hu
from ctbox.dicom.series import Slice
from ctbox.errors import CtboxError
from ctbox.evaluation.reporting.document import Document
from ctbox.evaluation.reporting.drawing import Picture
from ctbox.evaluation.reporting.html_page import PlacedPicture
from ctbox.evaluation.reporting.plots import draw_plots
from ctbox.evaluation.reporting.slice_pictures import PicturedSlice, draw_panel, draw_slice
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.open_case import SeriesCase

SHOWN_OF_A_KIND = 3
Row = dict[str, Any]


def draw_pictures(
    document: Document, cases: Sequence[SeriesCase], panels: Sequence[str], ctx: TaskContext
) -> list[PlacedPicture]:
    """Return plots, gallery and panels of every model and population.

    Parameters
    ----------
    document : dict
        The report.
    cases : sequence of SeriesCase
        The judged series, for their pixels.
    panels : sequence of str
        SOP Instance UIDs of the slices to show in five pictures; empty takes the worst, the
        median and the best.
    ctx : TaskContext
        Told of progress.

    Raises
    ------
    CtboxError
        If a slice named for a panel was not judged.
    """
    slices = {one.sop_instance_uid: one for case in cases for one in case.series.slices}
    _check_panels(panels, document)
    placed = []
    for number, model in enumerate(document["models"], start=1):
        for name, part in model["populations"].items():
            ctx.report(Progress(0, None, f"Drawing {model['label']}"))
            prefix = f"{number}-{name}-"
            for kind, picture in _draw_part(part, prefix, slices, panels):
                placed.append(PlacedPicture(picture, model["label"], name, kind))
    return placed


def _check_panels(panels: Sequence[str], document: Document) -> None:
    known = {
        row["sop_instance_uid"]
        for model in document["models"]
        for part in model["populations"].values()
        for row in part["slices"]
    }
    for uid in panels:
        if uid not in known:
            raise CtboxError(
                f"No slice {uid} was judged, so it cannot be shown.",
                "Take a SOP Instance UID from slices.csv for --panel.",
            )


def _draw_part(
    part: Document, prefix: str, slices: dict[str, Slice], panels: Sequence[str]
) -> Iterable[tuple[str, Picture]]:
    for picture in draw_plots(part, prefix):
        yield "plot", picture
    gallery = choose_gallery(part["slices"])
    for kind, rows in gallery.items():
        for place, row in enumerate(rows, start=1):
            shown = _load(row, slices)
            title = f"{row['patient_id']}, {shown.told_iou}"
            yield kind, draw_slice(shown, f"{prefix}{kind}-{place}", title)
    chosen = [row for row in part["slices"] if row["sop_instance_uid"] in panels]
    if not panels:
        chosen = list({row["sop_instance_uid"]: row for rows in gallery.values()
                       for row in rows[:1]}.values())  # fmt: skip
    for place, row in enumerate(chosen, start=1):
        yield "panel", draw_panel(_load(row, slices), f"{prefix}panel-{place}")


def choose_gallery(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return the worst, median and best annotated slices, of as many patients as there are.

    No slice is shown twice; ties go by patient and UID, so that the choice never varies.
    """
    order = sorted(
        (row for row in rows if row["status"] == "annotated"),
        key=lambda row: (row["top_iou"], row["patient_id"], row["sop_instance_uid"]),
    )
    if not order:
        return {"worst": [], "median": [], "best": []}
    middle = order[len(order) // 2]["top_iou"]
    by_distance = sorted(order, key=lambda row: abs(row["top_iou"] - middle))
    taken: set[str] = set()
    return {
        "worst": _take(order, taken),
        "best": _take(order[::-1], taken),
        "median": _take(by_distance, taken),
    }


def _take(rows: Sequence[Row], taken: set[str]) -> list[Row]:
    free = [row for row in rows if row["sop_instance_uid"] not in taken]
    first_of_patient: list[Row] = []
    patients: set[str] = set()
    for row in free:
        if row["patient_id"] not in patients:
            patients.add(row["patient_id"])
            first_of_patient.append(row)
    rest = [row for row in free if row not in first_of_patient]
    chosen = [*first_of_patient, *rest][:SHOWN_OF_A_KIND]
    taken.update(row["sop_instance_uid"] for row in chosen)
    return chosen


def _load(row: Row, slices: dict[str, Slice]) -> PicturedSlice:
    shown = slices[row["sop_instance_uid"]]
    scores = row["scores"]
    return PicturedSlice(
        sop_instance_uid=row["sop_instance_uid"],
        patient_id=row["patient_id"],
        hu=read_hu(shown),
        pixel_spacing_mm=shown.pixel_spacing_mm,
        expert_boxes=row["expert_boxes_xyxy"],
        top_box=row["detections_xyxy"][scores.index(max(scores))] if scores else None,
        iou=row["top_iou"],
    )

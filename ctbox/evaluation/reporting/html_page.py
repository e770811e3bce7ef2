"""The report as one HTML file that needs nothing beside it and prints well."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from ctbox.evaluation.reporting.document import Document
from ctbox.evaluation.reporting.drawing import Picture
from ctbox.evaluation.reporting.html_style import STYLE
from ctbox.evaluation.reporting.html_template import TEMPLATE

_CARDS = (
    ("patient_mean_iou", "Mean IoU by patient"),
    ("mean_iou", "Mean IoU by slice"),
    ("hit_at_0.3", "Slices with IoU ≥ 0.3"),
    ("hit_at_0.5", "Slices with IoU ≥ 0.5"),
    ("lesion_sensitivity", "Lesions found"),
    ("false_lesions_per_scan", "False lesions a scan"),
)
_GROUPS = (
    ("patient", "By patient", "Patient"),
    ("subtype", "By subtype", "Subtype"),
    ("size", "By lesion size", "Longest side"),
    ("slice_thickness", "By slice thickness", "Thickness"),
    ("vendor", "By vendor", "Vendor"),
    ("kernel", "By kernel", "Kernel"),
)
_GALLERIES = (
    ("worst", "Worst slices"),
    ("median", "Median slices"),
    ("best", "Best slices"),
    ("panel", "Slice, expert's box, predicted box, zoom, Sobel outline"),
)
_RUN = (
    ("created", "Made"),
    ("seconds", "Seconds"),
    ("devices", "Device"),
    ("host", "Host"),
    ("workers", "Work shared by"),
)
_WORDS = {
    "mean_iou": "mean IoU, by slice",
    "median_iou": "median IoU, by slice",
    "patient_mean_iou": "mean IoU, by patient",
    "ap50": "AP50",
    "ap50_95": "AP[.5:.95]",
    "lesion_sensitivity": "lesions found at the threshold",
    "false_lesions_per_scan": "false lesions a scan at the threshold",
    "froc_mean_sensitivity": "mean of FROC, 1/8 to 8 a scan",
    "calibration_error": "expected calibration error",
    "iou": "IoU",
    "negatives_and_lesions": "Negative slices and lesions",
    "seen_patients": "Seen patients",
    "long_axis": "Long axis",
}
_MOST_LEFT_OUT = 50
_NOTHING = "—"


@dataclass(frozen=True, slots=True)
class PlacedPicture:
    """A picture and where it belongs.

    Parameters
    ----------
    picture : Picture
        The picture.
    model, population : str
        The model's label, and "unseen" or "seen".
    kind : str
        "plot", "worst", "median", "best" or "panel".
    """

    picture: Picture
    model: str
    population: str
    kind: str

    @property
    def title(self) -> str:
        """Its heading."""
        return self.picture.title

    @property
    def alt(self) -> str:
        """What it shows."""
        return self.picture.alt


def format_html(document: Document, pictures: Sequence[PlacedPicture]) -> str:
    """Return a whole HTML document with its pictures in it; every text is escaped."""
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    environment.filters.update(
        number=_format_number,
        signed=_format_signed,
        interval=_format_interval,
        words=_format_words,
        told=_format_run,
        uri=_format_uri,
    )
    images = document["images"]
    text = environment.from_string(TEMPLATE).render(
        doc=document,
        style=Markup(STYLE),
        pictures=pictures,
        cards=_CARDS,
        groups=_GROUPS,
        galleries=_GALLERIES,
        run_fields=_RUN,
        most=_MOST_LEFT_OUT,
        thesis_place=_find_thesis_place,
        left_out=(
            ("Series that failed", images["failed"]),
            ("Series with nothing to judge by", images["not_judged"]),
            ("Slices whose pixels could not be read", images["unreadable"]),
        ),
    )
    return text if text.endswith("\n") else text + "\n"


def _find_thesis_place(model: Document) -> str:
    """Return the population that the thesis's table stands with: its patients were trained on."""
    return "seen" if "seen" in model["populations"] else "unseen"


def _format_number(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.3f}"


def _format_signed(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:+.3f}"


def _format_interval(interval: Mapping[str, Any] | None) -> str:
    if interval is None or interval["low"] is None or interval["high"] is None:
        return _NOTHING
    return f"{interval['low']:.3f}–{interval['high']:.3f}"


def _format_words(name: str) -> str:
    return _WORDS.get(name) or name.replace("hit_at_", "IoU ≥ ").replace("patient_", "by patient: ")


def _format_run(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _format_uri(placed: PlacedPicture, vector: bool) -> str:
    picture = placed.picture
    data, kind = (picture.svg, "svg+xml") if vector else (picture.png, "png")
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"

"""A report as one JSON document, from which every table, plot and page is made.

The layout is a contract: fields are added, never renamed; `schema_version` counts changes that
an older reader would trip over. What is unknown is null, never 0.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ctbox.evaluation.agreement import compute_agreement
from ctbox.evaluation.reporting.contents import ModelReport, Population, Report
from ctbox.evaluation.rows import describe_lesions, describe_slice
from ctbox.evaluation.scoring import ScoredSlice
from ctbox.evaluation.summary import IOU_RULE, EvaluationSummary

FORMAT = "ctbox-report"
SCHEMA_VERSION = 1
NOTICE = "Research use only, not for diagnosis."
SEEN_RULE = (
    "A patient counts as seen if the model's card lists the patient, or one of the patient's "
    "series, among those that it or a model before it was trained, tuned or validated on, or if "
    "the patient shares images with such a one. Seen patients are reported apart."
)
NEGATIVE_RULE = (
    "A slice without a box is negative only if it lies more than 12 mm beyond the first or last "
    "annotated slice of its own series and of the patient's other series in the same frame of "
    "reference; nearer ones are ignored. A detected lesion hits if on some annotated slice its "
    "box has IoU ≥ 0.3 with the expert's. False lesions are counted by scan."
)
LONG_AXIS_RULE = (
    "Long axes of the Sobel outlines in the expert's and in the predicted box, on slices where "
    "the surest box has IoU ≥ 0.3 with the expert's; predicted minus expert's."
)
RUN_FIELDS = ("created", "seconds", "host", "devices", "workers")

Document = dict[str, Any]


def describe_report(report: Report) -> Document:
    """Return the whole report as JSON values.

    Only ``run`` may differ between two runs on the same images, models and software.
    """
    return {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "notice": NOTICE,
        "run": asdict(report.run) | {"devices": list(report.run.devices)},
        "software": {"name": "ctbox", "version": report.software_version},
        "partial": report.partial,
        "rules": {
            "iou": IOU_RULE,
            "negatives_and_lesions": NEGATIVE_RULE,
            "seen_patients": SEEN_RULE,
            "long_axis": LONG_AXIS_RULE,
        },
        "images": _as_json(asdict(report.images)),
        "models": [_describe_model(model) for model in report.models],
        "comparisons": [_as_json(asdict(one)) for one in report.comparisons],
        "pictures": [],
    }


def _as_json(value: Any) -> Any:
    """Return tuples as lists, so that what is written equals what is read back."""
    if isinstance(value, dict):
        return {key: _as_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(each) for each in value]
    return value


def _describe_model(model: ModelReport) -> Document:
    return {
        **_as_json(asdict(model.header)),
        "seen_patients": list(model.seen_patients),
        "populations": {
            name: _describe_population(part) for name, part in model.populations.items()
        },
        "thesis_table": None if model.thesis is None else _as_json(asdict(model.thesis)),
    }


def _describe_population(part: Population) -> Document:
    summary = part.summary
    pairs = [part.long_axes_mm[uid] for uid in sorted(part.long_axes_mm)]
    return {
        **describe_figures(summary),
        "froc_band": [asdict(point) for point in part.froc_band],
        "calibration": [asdict(one) for one in summary.calibration],
        "slice_counts": summary.slice_counts,
        "long_axis": {
            **asdict(compute_agreement([a for a, _ in pairs], [b for _, b in pairs])),
            "unit": "mm",
        },
        "baseline_note": part.baseline_note,
        "baselines": {name: describe_figures(one) for name, one in part.baselines.items()},
        "comparisons": {
            name: [_as_json(asdict(one)) for one in rows] for name, rows in part.comparisons.items()
        },
        "slices": [_describe_slice(one, part) for one in summary.scored_slices],
        "lesions": _as_json(describe_lesions(summary.scored_lesions)),
    }


def describe_figures(summary: EvaluationSummary) -> Document:
    """Return an evaluation's figures, whole and by group, without its slices and lesions."""
    return {
        **asdict(summary.options),
        "patients": summary.patients,
        "overall": asdict(summary.overall),
        "groups": {
            kind: {name: asdict(group) for name, group in groups.items()}
            for kind, groups in summary.groups.items()
        },
    }


def _describe_slice(one: ScoredSlice, part: Population) -> Document:
    expert, predicted = part.long_axes_mm.get(one.slice.sop_uid, (None, None))
    return {
        **describe_slice(one),
        "slice_thickness_mm": one.slice.slice_thickness_mm,
        "vendor": one.slice.vendor,
        "kernel": one.slice.kernel,
        "expert_long_axis_mm": expert,
        "predicted_long_axis_mm": predicted,
        "expert_boxes_xyxy": one.slice.expert_boxes.tolist(),
        "detections_xyxy": one.slice.boxes.tolist(),
        "scores": one.slice.scores.tolist(),
    }

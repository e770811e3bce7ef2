"""The report's six plots of one model and population, drawn from the report's document."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ctbox.evaluation.reporting.document import Document
from ctbox.evaluation.reporting.drawing import (
    BLUE,
    FAINT,
    GREY,
    OTHER_STYLE,
    PREDICTED_COLOR,
    SKY,
    SUBTYPE_STYLES,
    Picture,
    draw,
)

_SIZE = (4.6, 3.2)
_BINS = 20
_MOST_NAMED = 60


def draw_plots(part: Document, prefix: str) -> list[Picture]:
    """Return histogram, size, FROC, patients, calibration and Bland-Altman.

    Parameters
    ----------
    part : dict
        A population of the document.
    prefix : str
        Start of the pictures' names.
    """
    rows = [row for row in part["slices"] if row["status"] == "annotated"]
    return [
        _draw_histogram(rows, part, prefix),
        _draw_sizes(rows, prefix),
        _draw_froc(part, prefix),
        _draw_patients(rows, part, prefix),
        _draw_calibration(part, prefix),
        _draw_bland_altman(rows, part, prefix),
    ]


def _draw_histogram(rows: Sequence[Document], part: Document, prefix: str) -> Picture:
    values = [row["top_iou"] for row in rows]
    misses = sum(value == 0 for value in values)
    figures = part["overall"]["figures"]
    mean, median = figures["mean_iou"], figures["median_iou"]

    def paint(figure: Any) -> None:
        axes = figure.add_subplot()
        edges = [number / _BINS for number in range(_BINS + 1)]
        hits = [value for value in values if value > 0]
        axes.hist(hits, bins=edges, color=BLUE, edgecolor="white", linewidth=0.6)
        axes.bar(-0.05, misses, width=0.05, color=PREDICTED_COLOR, hatch="///", edgecolor="white")
        axes.axvline(mean, color="black", linewidth=1.2)
        axes.annotate(
            f"mean {mean:.2f}", (mean, 1), xycoords=("data", "axes fraction"),
            xytext=(0, 2), textcoords="offset points", ha="center", va="bottom", fontsize=8,
        )  # fmt: skip
        axes.set_xticks([-0.05, 0, 0.25, 0.5, 0.75, 1], ["miss", "0", "0.25", "0.5", "0.75", "1"])
        axes.get_xticklabels()[0].set_horizontalalignment("right")
        axes.set_xlim(-0.1, 1.02)
        axes.set_xlabel("IoU of the surest box")
        axes.set_ylabel("Annotated slices")
        axes.grid(axis="x", visible=False)

    alt = (
        f"Histogram of IoU over {len(values)} annotated slices: mean {mean:.2f}, median "
        f"{median:.2f}; on {misses} slices the surest box misses or there is none."
    )
    return draw(f"{prefix}iou-histogram", "IoU by slice", alt, _SIZE, paint)


def _draw_sizes(rows: Sequence[Document], prefix: str) -> Picture:
    known = [row for row in rows if row["size_mm"] is not None]
    subtypes = sorted({row["subtype"] or "unknown" for row in known})

    def paint(figure: Any) -> None:
        axes = figure.add_subplot()
        for subtype in subtypes:
            chosen = [row for row in known if (row["subtype"] or "unknown") == subtype]
            color, marker = SUBTYPE_STYLES.get(subtype, OTHER_STYLE)
            axes.scatter(
                [row["size_mm"] for row in chosen], [row["top_iou"] for row in chosen],
                s=18, color=color, marker=marker, alpha=0.75, linewidths=0.8, label=subtype,
            )  # fmt: skip
        axes.set_ylim(-0.03, 1.03)
        axes.set_xlabel("Longest side of the expert's box (mm)")
        axes.set_ylabel("IoU")
        if subtypes:
            axes.legend(title="Subtype", loc="upper left", bbox_to_anchor=(1.0, 1.0))

    span = "no known size"
    if known:
        sizes = [row["size_mm"] for row in known]
        span = f"sizes {min(sizes):.0f} to {max(sizes):.0f} mm"
    alt = f"IoU of {len(known)} annotated slices against lesion size, by subtype; {span}."
    return draw(f"{prefix}iou-by-size", "IoU against lesion size", alt, _SIZE, paint)


def _draw_froc(part: Document, prefix: str) -> Picture:
    points = [one for one in part["froc_band"] if one["sensitivity"] is not None]
    rates = [one["false_lesions_per_scan"] for one in points]

    def paint(figure: Any) -> None:
        axes = figure.add_subplot()
        banded = [one for one in points if one["low"] is not None and one["high"] is not None]
        axes.fill_between(
            [one["false_lesions_per_scan"] for one in banded],
            [one["low"] for one in banded],
            [one["high"] for one in banded],
            color=SKY, alpha=0.35, linewidth=0, label="95 % over patients",
        )  # fmt: skip
        axes.plot(
            rates, [one["sensitivity"] for one in points],
            color=BLUE, marker="o", markersize=4, label="sensitivity",
        )  # fmt: skip
        axes.set_xscale("log", base=2)
        axes.set_xticks(rates, [f"{rate:g}" for rate in rates])
        axes.minorticks_off()
        axes.set_ylim(-0.03, 1.03)
        axes.set_xlabel("False lesions a scan")
        axes.set_ylabel("Share of lesions found")
        _put_legend_above(axes)

    read = ", ".join(
        f"{one['sensitivity']:.2f} at {one['false_lesions_per_scan']:g}" for one in points
    )
    alt = f"FROC curve with its 95 % band: sensitivity {read or 'unknown'} false lesions a scan."
    return draw(f"{prefix}froc", "FROC", alt, _SIZE, paint)


def _draw_patients(rows: Sequence[Document], part: Document, prefix: str) -> Picture:
    groups = part["groups"]["patient"]
    means = {name: one["figures"]["mean_iou"] for name, one in groups.items() if one["slices"]}
    order = sorted(means, key=lambda name: (means[name], name))
    place = {name: number for number, name in enumerate(order)}

    def paint(figure: Any) -> None:
        axes = figure.add_subplot()
        shown = [row for row in rows if row["patient_id"] in place]
        axes.scatter(
            [row["top_iou"] for row in shown], [place[row["patient_id"]] for row in shown],
            s=14, color=SKY, alpha=0.6, linewidths=0, label="slice",
        )  # fmt: skip
        axes.scatter(
            [means[name] for name in order], range(len(order)),
            marker="|", s=140, linewidths=2.2, color=PREDICTED_COLOR, label="patient's mean",
        )  # fmt: skip
        named = len(order) <= _MOST_NAMED
        axes.set_yticks(range(len(order)) if named else [], order if named else [])
        axes.set_ylim(-0.6, max(len(order) - 0.4, 0.6))
        axes.set_xlim(-0.03, 1.03)
        axes.set_xlabel("IoU")
        if not named:
            axes.set_ylabel(f"{len(order)} patients, worst below")
        _put_legend_above(axes)

    worst_best = ""
    if order:
        first, last = order[0], order[-1]
        worst_best = (
            f" Lowest mean {means[first]:.2f} ({first}), highest {means[last]:.2f} ({last})."
        )
    alt = f"IoU of every annotated slice by patient, {len(order)} patients.{worst_best}"
    height = min(max(0.24 * len(order) + 1.2, 2.2), 9.0)
    return draw(f"{prefix}patients", "IoU by patient", alt, (_SIZE[0], height), paint)


def _draw_calibration(part: Document, prefix: str) -> Picture:
    bins = part["calibration"]
    error = part["overall"]["figures"]["calibration_error"]

    def paint(figure: Any) -> None:
        axes = figure.add_subplot()
        axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", label="as sure as right")
        axes.plot(
            [one["mean_score"] for one in bins], [one["precision"] for one in bins],
            color=BLUE, linewidth=1.2,
        )  # fmt: skip
        axes.scatter(
            [one["mean_score"] for one in bins], [one["precision"] for one in bins],
            s=[14 + 22 * math.log10(one["detections"]) for one in bins],
            color=BLUE, zorder=3, label="boxes of like score",
        )  # fmt: skip
        axes.set_xlim(-0.03, 1.03)
        axes.set_ylim(-0.03, 1.03)
        axes.set_xlabel("Score")
        axes.set_ylabel("Share that hits at IoU ≥ 0.5")
        _put_legend_above(axes)

    told = "unknown" if error is None else f"{error:.3f}"
    count = sum(one["detections"] for one in bins)
    alt = f"Calibration of {count} boxes: score against precision; expected error {told}."
    return draw(f"{prefix}calibration", "Calibration", alt, _SIZE, paint)


def _draw_bland_altman(rows: Sequence[Document], part: Document, prefix: str) -> Picture:
    pairs = [
        (row["expert_long_axis_mm"], row["predicted_long_axis_mm"])
        for row in rows
        if row["expert_long_axis_mm"] is not None
    ]
    agreement = part["long_axis"]

    def paint(figure: Any) -> None:
        axes = figure.add_subplot()
        axes.scatter(
            [(a + b) / 2 for a, b in pairs], [b - a for a, b in pairs],
            s=16, color=BLUE, alpha=0.7, linewidths=0,
        )  # fmt: skip
        for name, style in (("bias", "-"), ("low", "--"), ("high", "--")):
            value = agreement[name]
            if value is not None:
                axes.axhline(value, color=PREDICTED_COLOR, linewidth=1.2, linestyle=style)
                axes.annotate(
                    f"{'bias' if name == 'bias' else '95 %'} {_sign(value)}",
                    (1, value), xycoords=("axes fraction", "data"), xytext=(4, 0),
                    textcoords="offset points", ha="left", va="center", fontsize=8,
                )  # fmt: skip
        axes.axhline(0, color=FAINT, linewidth=1)
        axes.set_xlabel("Mean of both long axes (mm)")
        axes.set_ylabel("Predicted − expert's (mm)")

    alt = f"Bland-Altman plot of the long axis on {len(pairs)} slices"
    if agreement["bias"] is not None:
        alt += f": bias {_sign(agreement['bias'])} mm"
    if agreement["low"] is not None:
        alt += f", limits of agreement {_sign(agreement['low'])} to {_sign(agreement['high'])} mm"
    return draw(f"{prefix}long-axis", "Long axis, Bland-Altman", f"{alt}.", _SIZE, paint)


def _put_legend_above(axes: Any) -> None:
    """Lay a legend of two over the axes, where it hides no point."""
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)


def _sign(value: float) -> str:
    """Return a difference with a sign as long as a plus."""
    return f"{value:+.1f}".replace("-", "−")

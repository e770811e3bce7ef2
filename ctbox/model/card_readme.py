"""The README of a model, written from its card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ctbox.model.card import MetricRecord, ModelCard
from ctbox.model.splits import LEAKY

NOT_A_DEVICE = "**Not a medical device: for research use only, not for diagnosis.**"


def format_readme(card: ModelCard) -> str:
    """Return the README of a model as Markdown, ending in a newline."""
    sections = [
        f"# {card.name}",
        NOT_A_DEVICE,
        _format_facts(card),
        _format_training(card),
        _format_list("What it can't do", card.limitations),
        *(_format_metrics(record) for record in card.metrics),
        f"## Made by\n\n```\n{card.command}\n```\n\nSeed {card.seed}, {card.date}, "
        f"ctbox {card.software_version}. The whole configuration stands in `card.json`.",
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _format_facts(card: ModelCard) -> str:
    pixels = f"{card.input.rows}×{card.input.columns} pixels"
    if card.input.pixel_spacing_mm is not None:
        pixels += f" of {card.input.pixel_spacing_mm:g} mm"
    rows = [
        ("architecture", card.architecture),
        ("parameters", f"{card.parameters:,}"),
        ("weights", f"{card.weights_bytes / 1e6:.1f} MB, sha256 `{card.weights_sha256}`"),
        ("input", f"{pixels}; {', '.join(card.input.channels)}"),
        ("classes", ", ".join(card.classes)),
        ("threshold", f"{card.threshold:g}"),
    ]
    if card.lineage is not None:
        rows.append(("fine-tuned from", f"{card.lineage.name} (`{card.lineage.sha256}`)"))
    return _format_table(("", ""), rows)


def _format_training(card: ModelCard) -> str:
    training, split = card.training, card.split
    # Records name a leaky split by its label, which says so in one word already.
    kind = split.kind.removesuffix(f" ({LEAKY})")
    leaky = f" ({LEAKY}: slices of one patient stand on both sides)" if split.leaky else ""
    lines = [
        "## Trained on",
        "",
        f"- Patients: {_join(training.patient_ids)}",
        f"- Held out for validation: {_join(split.validation_patient_ids)}",
        f"- Split: {kind}{leaky}",
        f"- Phantom seeds: {_join(str(seed) for seed in training.synthetic_seeds)}",
        f"- Series: {len(training.series_instance_uids)}",
        *(f"  - `{uid}`" for uid in training.series_instance_uids),
    ]
    if training.attribution:
        lines.append(f"- Data: {training.attribution}")
    return "\n".join(lines)


def _join(items: Any) -> str:
    return ", ".join(items) or "none"


def _format_list(title: str, items: tuple[str, ...]) -> str:
    return "\n".join([f"## {title}", "", *(f"- {item}" for item in items)]) if items else ""


def _format_metrics(record: MetricRecord) -> str:
    threshold = "" if record.threshold is None else f", threshold {record.threshold:g}"
    head = f"## {record.title}\n\nSplit: {record.split}; patients: {record.patients}{threshold}."
    return f"{head}\n\n{_format_table(('metric', 'value'), list(_flatten(record.values)))}"


def _flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}, ")
        else:
            yield f"{prefix}{key}", _format_value(value)


def _format_value(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, list | tuple):
        return " … ".join(_format_value(item) for item in value)
    return str(value)


def _format_table(head: tuple[str, str], rows: list[tuple[str, str]]) -> str:
    lines = [head, ("---", "---"), *rows]
    return "\n".join(f"| {left} | {_escape(right)} |" for left, right in lines)


def _escape(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")

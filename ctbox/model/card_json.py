"""Model cards to JSON and back, with an error that names the field that is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, NoReturn

from ctbox.errors import CheckpointError
from ctbox.model.card import (
    SCHEMA_VERSION,
    Lineage,
    MetricRecord,
    ModelCard,
    ModelInput,
    SplitRecord,
    TrainingRecord,
)

_HINT = "Take the model's folder anew from where it came from; ctbox runs nothing it can't verify."


def format_card(card: ModelCard) -> str:
    """Return a card as JSON text, keys in the card's own order, ending in a newline.

    Raises
    ------
    ValueError
        If a metric or the configuration holds NaN or infinity: absent values are null.
    TypeError
        If they hold something JSON can't.
    """
    text = json.dumps(asdict(card), indent=2, ensure_ascii=False, allow_nan=False)
    return text + "\n"


def parse_card(data: bytes, source: str) -> ModelCard:
    """Return the card in a JSON file's bytes; keys that are not known are passed over.

    Raises
    ------
    CheckpointError
        If it is no JSON, of a later schema, or a field is missing or of the wrong kind.
    """
    root = parse_json_object(data, source)
    fields = _Fields(root, source)
    version = fields.integer("schema_version")
    if version > SCHEMA_VERSION:
        raise CheckpointError(
            f"The model card has schema version {version}; this ctbox knows up to "
            f"{SCHEMA_VERSION}.",
            "Install a newer ctbox to use this model.",
            source,
        )
    try:
        return _build_card(fields, version)
    except ValueError as error:
        raise CheckpointError(f"The model card is not usable: {error}.", _HINT, source) from error


def parse_json_object(data: bytes, source: str) -> dict[str, Any]:
    """Return the JSON object in these bytes.

    Raises
    ------
    CheckpointError
        If it is no JSON or no object, or holds NaN or infinity.
    """

    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is no JSON number")

    try:
        root = json.loads(data.decode("utf-8-sig"), parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        message = f"This is no readable JSON ({error})."
        raise CheckpointError(message, _HINT, source) from error
    if not isinstance(root, dict):
        raise CheckpointError("The JSON here must be an object.", _HINT, source)
    return root


def _build_card(fields: _Fields, version: int) -> ModelCard:
    return ModelCard(
        schema_version=version,
        name=fields.text("name"),
        architecture=fields.text("architecture"),
        parameters=fields.integer("parameters"),
        input=_build_input(fields.child("input")),
        classes=fields.texts("classes"),
        threshold=fields.number("threshold"),
        training=_build_training(fields.child("training")),
        split=_build_split(fields.child("split")),
        date=fields.text("date"),
        software_version=fields.text("software_version"),
        command=fields.text("command"),
        seed=fields.integer("seed"),
        config=fields.mapping("config"),
        metrics=tuple(_build_metrics(item) for item in fields.children("metrics")),
        limitations=fields.texts("limitations"),
        lineage=None if fields.is_null("lineage") else _build_lineage(fields.child("lineage")),
        weights_sha256=fields.text("weights_sha256"),
        weights_bytes=fields.integer("weights_bytes"),
    )


def _build_input(fields: _Fields) -> ModelInput:
    spacing = None if fields.is_null("pixel_spacing_mm") else fields.number("pixel_spacing_mm")
    return ModelInput(
        fields.integer("rows"), fields.integer("columns"), fields.texts("channels"), spacing
    )


def _build_training(fields: _Fields) -> TrainingRecord:
    return TrainingRecord(
        series_instance_uids=fields.texts("series_instance_uids"),
        patient_ids=fields.texts("patient_ids"),
        synthetic_seeds=fields.integers("synthetic_seeds"),
        attribution=fields.text("attribution"),
    )


def _build_split(fields: _Fields) -> SplitRecord:
    noted = "held_out_sha256"  # not in cards of older versions
    return SplitRecord(
        kind=fields.text("kind"),
        validation_patient_ids=fields.texts("validation_patient_ids"),
        leaky=fields.boolean("leaky"),
        held_out_sha256="" if fields.is_null(noted) else fields.text(noted),
    )


def _build_metrics(fields: _Fields) -> MetricRecord:
    return MetricRecord(
        title=fields.text("title"),
        split=fields.text("split"),
        patients=fields.integer("patients"),
        values=fields.mapping("values"),
        threshold=None if fields.is_null("threshold") else fields.number("threshold"),
    )


def _build_lineage(fields: _Fields) -> Lineage:
    return Lineage(fields.text("name"), fields.text("sha256"), fields.texts("seen_patient_ids"))


class _Fields:
    """Typed access to a JSON object; every error names the field by its path."""

    def __init__(self, values: Mapping[str, Any], source: str, path: str = "") -> None:
        self._values = values
        self._source = source
        self._path = path

    def _fail(self, key: str, expected: str) -> NoReturn:
        found = "nothing" if key not in self._values else type(self._values[key]).__name__
        message = f"Field '{self._path}{key}' must be {expected}, found {found}."
        raise CheckpointError(message, _HINT, self._source)

    def is_null(self, key: str) -> bool:
        return self._values.get(key) is None

    def text(self, key: str) -> str:
        value = self._values.get(key)
        return value if isinstance(value, str) else self._fail(key, "text")

    def integer(self, key: str) -> int:
        value = self._values.get(key)
        # JSON's true is Python's int 1, and never meant as a number.
        if isinstance(value, bool) or not isinstance(value, int):
            self._fail(key, "an integer")
        return value

    def number(self, key: str) -> float:
        value = self._values.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._fail(key, "a number")
        return float(value)

    def boolean(self, key: str) -> bool:
        value = self._values.get(key)
        return value if isinstance(value, bool) else self._fail(key, "true or false")

    def mapping(self, key: str) -> dict[str, Any]:
        value = self._values.get(key)
        return value if isinstance(value, dict) else self._fail(key, "an object")

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._values.get(key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self._fail(key, "a list of texts")
        return tuple(value)

    def integers(self, key: str) -> tuple[int, ...]:
        value = self._values.get(key)
        if not isinstance(value, list) or not all(type(item) is int for item in value):
            self._fail(key, "a list of integers")
        return tuple(value)

    def child(self, key: str) -> _Fields:
        return _Fields(self.mapping(key), self._source, f"{self._path}{key}.")

    def children(self, key: str) -> list[_Fields]:
        value = self._values.get(key)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self._fail(key, "a list of objects")
        return [
            _Fields(item, self._source, f"{self._path}{key}[{index}].")
            for index, item in enumerate(value)
        ]

"""The report's JSON, written and read back: a file of unknown origin, checked on the way."""

from __future__ import annotations

import json
from pathlib import Path

from ctbox.errors import CtboxError
from ctbox.evaluation.reporting.document import FORMAT, SCHEMA_VERSION, Document

JSON_NAME = "report.json"


def format_json(document: Document) -> str:
    """Return the document as it is written to ``report.json``."""
    return json.dumps(document, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def find_report(path: Path) -> Path:
    """Return a report's JSON file: the path itself, or the one in that folder."""
    return path / JSON_NAME if path.is_dir() else path


def read_report(path: Path) -> Document:
    """Return the document of a report: its ``report.json``, or a folder that holds one.

    Raises
    ------
    CtboxError
        If it cannot be read, is no report, or one of a newer ctbox.
    """
    place = find_report(path)
    hint = "Choose the report.json that `ctbox report` has written."
    try:
        document = json.loads(place.read_bytes())
    except OSError as error:
        message = f"{place} cannot be read: {error.strerror or error}."
        raise CtboxError(message, hint, place) from error
    except (ValueError, RecursionError) as error:
        raise CtboxError(f"{place} is no JSON file.", hint, place) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise CtboxError(f"{place} is no report of ctbox.", hint, place)
    if document.get("schema_version") != SCHEMA_VERSION:
        raise CtboxError(
            f"{place} was written by another version of ctbox (layout "
            f"{document.get('schema_version')}, this one reads {SCHEMA_VERSION}).",
            "Open it with that version, or make the report again.",
            place,
        )
    return document

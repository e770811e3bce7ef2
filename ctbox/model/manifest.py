"""``weights/manifest.json``: which models ship with ctbox, and which one is the default."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ctbox.errors import CheckpointError
from ctbox.model.card import SCHEMA_VERSION, ModelCard
from ctbox.model.card_json import parse_json_object

MANIFEST_FILE = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The shipped models.

    Parameters
    ----------
    default : str or None
        Name of the model that runs where none is named.
    sha256_by_name : dict
        Hash of each shipped model's weights.
    """

    default: str | None
    sha256_by_name: dict[str, str]


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a folder of models, or None where there is none.

    Raises
    ------
    CheckpointError
        If it is there and can't be understood.
    """
    path = folder / MANIFEST_FILE
    if not path.is_file():
        return None
    root = parse_json_object(path.read_bytes(), str(path))
    default, models = root.get("default"), root.get("models")
    if not isinstance(models, list) or not (default is None or isinstance(default, str)):
        message = "The list of shipped models has neither a default nor models."
        raise CheckpointError(message, "Install ctbox anew.", path)
    known = {str(item["name"]): str(item["sha256"]) for item in models if _is_entry(item)}
    return Manifest(default, known)


def _is_entry(item: object) -> bool:
    return isinstance(item, dict) and {"name", "sha256"} <= item.keys()


def write_manifest(folder: Path, cards: dict[str, ModelCard], default: str | None) -> Path:
    """Write the manifest of a folder of models, replacing an older one at once.

    Parameters
    ----------
    folder : pathlib.Path
        Where the models' folders lie.
    cards : dict
        Folder name to the card of each model to ship.
    default : str or None
        Which of them runs where none is named.

    Raises
    ------
    ValueError
        If the default is none of them.
    """
    if default is not None and default not in cards:
        raise ValueError(f"The default '{default}' is none of {sorted(cards)}.")
    content = {
        "schema_version": SCHEMA_VERSION,
        "default": default,
        "models": [_describe(name, cards[name]) for name in sorted(cards)],
    }
    path = folder / MANIFEST_FILE
    temporary = path.with_suffix(".json.tmp")
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
    return path


def _describe(name: str, card: ModelCard) -> dict[str, Any]:
    return {
        "name": name,
        "sha256": card.weights_sha256,
        "bytes": card.weights_bytes,
        "architecture": card.architecture,
        "parameters": card.parameters,
        "input": asdict(card.input),
        "classes": list(card.classes),
    }

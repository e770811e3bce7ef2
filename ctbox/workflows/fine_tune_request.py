"""What to fine-tune on what: a frozen value that crosses processes and is kept with the run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from ctbox.errors import TrainingDataError
from ctbox.model.card import is_model_name
from ctbox.workflows.fine_tune_plan import FineTunePlan

REQUEST_FILE = "config.json"
COLLECTION_SUBTYPES = {
    "A": "Adenocarcinoma",
    "B": "Small cell carcinoma",
    "E": "Large cell carcinoma",
    "G": "Squamous cell carcinoma",
}


@dataclass(frozen=True, slots=True)
class FineTuneRequest:
    """What to fine-tune on what.

    Parameters
    ----------
    dicom, annotations : pathlib.Path
        As for `ctbox.workflows.data_place.open_place`: a folder, a ZIP or a catalogue.
    subtype : str
        A letter of the collection, or a new name: then every annotated patient counts whom no
        letter of the collection marks as another one's.
    name : str
        Of the new model.
    out : pathlib.Path
        Folder of the run.
    base : str or None
        Name or folder of the model to start from; None for the shipped one.
    test_patients, stopping_patients : tuple of str
        Who judges and who ends the training; empty chooses.
    left_out_series : tuple of str
        Keys of series that are not to be used.
    steps : int or None
        Another length than the preset's.
    plan : FineTunePlan or None
        Everything else, instead of a preset.
    old_dicom, old_annotations : pathlib.Path or None
        Patients of old subtypes, for replay and the forgetting check.
    seed : int
        Of everything random.
    device : str
        "auto", "cpu" or "cuda".
    resume : bool
        Go on with the run in `out`.
    command : str
        What to write into the card.

    Raises
    ------
    TrainingDataError
        If name or subtype can't be used.
    """

    dicom: Path
    annotations: Path | None
    subtype: str
    name: str
    out: Path
    base: str | None = None
    test_patients: tuple[str, ...] = ()
    stopping_patients: tuple[str, ...] | None = None
    left_out_series: tuple[str, ...] = ()
    steps: int | None = None
    plan: FineTunePlan | None = None
    old_dicom: Path | None = None
    old_annotations: Path | None = None
    seed: int = 1
    device: str = "auto"
    resume: bool = False
    command: str = "ctbox finetune"

    def __post_init__(self) -> None:
        if not is_model_name(self.name):
            raise TrainingDataError(
                f"'{self.name}' is no name for a model.",
                "Use up to 64 letters, digits, '.', '-' or '_', a letter or digit first.",
            )
        if not self.subtype.strip():
            raise TrainingDataError("The subtype has no name.", "Name it, or choose A, B, E or G.")

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        values = asdict(self)
        return {k: str(v) if isinstance(v, Path) else v for k, v in values.items()}


def parse_request(values: Mapping[str, Any]) -> FineTuneRequest:
    """Return the request that `FineTuneRequest.to_json` wrote.

    Raises
    ------
    TypeError, ValueError, KeyError
        If it makes no sense.
    """
    known = {f.name for f in fields(FineTuneRequest)}
    given = {name: value for name, value in values.items() if name in known}
    for name in ("dicom", "annotations", "out", "old_dicom", "old_annotations"):
        given[name] = None if given.get(name) is None else Path(given[name])
    for name in ("test_patients", "stopping_patients", "left_out_series"):
        given[name] = None if given.get(name) is None else tuple(given[name])
    plan = given.get("plan")
    given["plan"] = FineTunePlan(**plan) if isinstance(plan, Mapping) else None
    return FineTuneRequest(**given)


_DECIDES = (
    "subtype", "name", "base", "test_patients", "stopping_patients", "left_out_series", "steps",
    "plan", "seed",
)  # fmt: skip


def require_same_run(request: FineTuneRequest) -> None:
    """Raise unless a run is gone on with as it was started.

    With another split, whoever taught might judge, and nobody would know. Images may have moved.

    Raises
    ------
    TrainingDataError
        If there is no run in the folder, or it was started with other settings.
    """
    started = read_request(request.out)
    for name in _DECIDES:
        before, now = getattr(started, name), getattr(request, name)
        if before != now:
            raise TrainingDataError(
                f"The run was started with another {name.replace('_', ' ')}: {before}, not {now}.",
                "Go on with what it was started with, or start a new run in another folder.",
                request.out,
            )


def write_request(request: FineTuneRequest) -> None:
    """Keep a request in its run's folder.

    Raises
    ------
    TrainingDataError
        If the disk refuses.
    """
    text = json.dumps(request.to_json(), indent=2, ensure_ascii=False) + "\n"
    path = request.out / REQUEST_FILE
    scratch = path.with_suffix(".part")
    try:
        scratch.write_text(text, encoding="utf-8")
        scratch.replace(path)
    except OSError as error:
        raise TrainingDataError(
            f"The run's folder can't be written to: {error.strerror or error}.",
            "Free disk space, or choose another folder.",
            request.out,
        ) from error


def read_request(out: Path) -> FineTuneRequest:
    """Return the request that was kept with a run.

    Raises
    ------
    TrainingDataError
        If there is none, or it is damaged.
    """
    path = out / REQUEST_FILE
    try:
        return parse_request(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise TrainingDataError(
            f"There is no run in {out}.", "Start it without --resume.", path
        ) from error
    except (ValueError, TypeError, KeyError) as error:
        raise TrainingDataError(
            f"The run's configuration is damaged ({error}).", "Start a new run.", path
        ) from error

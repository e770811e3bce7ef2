"""The traces of a run in its folder: configuration, curves, split; TensorBoard and MLflow."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ctbox.errors import TrainingDataError
from ctbox.model.training_updates import EpochFinished, StepFinished
from ctbox.workflows.fine_tune_results import FineTuneResult
from ctbox.workflows.fine_tune_runs import RESULTS_FILE
from ctbox.workflows.fine_tune_split import Division
from ctbox.workflows.fine_tune_updates import StartMeasured
from ctbox.workflows.tfevents import EventWriter

METRICS_CSV, METRICS_JSONL = "metrics.csv", "metrics.jsonl"
SPLIT_FILE = "split.json"
EVENTS_FOLDER = "tensorboard"
_COLUMNS = (
    "epoch", "epochs", "training_loss", "validation_iou", "learning_rate", "seconds", "is_best",
)  # fmt: skip


def read_rounds(folder: Path) -> tuple[tuple[int, float, bool], ...]:
    """Return the rounds that a run has kept, for its curve: round, IoU, and whether it is best.

    Rounds without an IoU are left out. Empty where nothing is kept or it can't be read: a
    picture of the past is not worth an error.
    """
    rounds: dict[int, tuple[int, float, bool]] = {}
    try:
        for line in (folder / METRICS_JSONL).read_text(encoding="utf-8").splitlines():
            found = json.loads(line)
            number, iou = int(found["epoch"]), found["validation_iou"]
            if iou is not None:
                rounds[number] = (number, float(iou), bool(found.get("is_best")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ()
    return tuple(rounds[number] for number in sorted(rounds))


class RunTracker:
    """Writes what a run tells into its folder as it goes.

    Parameters
    ----------
    folder : pathlib.Path
        Of the run; it exists.
    resumed : bool
        Whether to go on with the curves that are there.

    Raises
    ------
    TrainingDataError
        From every method, if the disk refuses.
    """

    def __init__(self, folder: Path, *, resumed: bool = False) -> None:
        self._folder, self._resumed = folder, resumed
        try:
            if not resumed or not (folder / METRICS_CSV).is_file():
                (folder / METRICS_JSONL).write_text("", encoding="utf-8")
                with (folder / METRICS_CSV).open("w", newline="", encoding="utf-8") as file:
                    csv.writer(file).writerow(_COLUMNS)
            self._events = EventWriter(folder / EVENTS_FOLDER)
        except OSError as error:
            raise _describe(error, folder) from error

    def take(self, update: object) -> None:
        """Note a step's loss, the start's or an epoch's figures; anything else is passed over."""
        try:
            if isinstance(update, StepFinished):
                self._events.write_scalar("loss/step", update.loss, update.step)
            elif isinstance(update, EpochFinished):
                self._take_epoch(update)
            elif isinstance(update, StartMeasured):
                self._take_start(update)
        except OSError as error:
            raise _describe(error, self._folder) from error

    def _take_start(self, update: StartMeasured) -> None:
        """Note the start as round 0, once: a run that was cut off in its first begins again."""
        if update.validation_iou is None or self.start_iou is not None:
            return
        known = {"epoch": 0, "validation_iou": update.validation_iou}
        self._write_round({**dict.fromkeys(_COLUMNS), **known})
        self._events.write_scalar("IoU/stopping patients", update.validation_iou, 0)

    @property
    def start_iou(self) -> float | None:
        """How good the model was on the stopping patients at the start; None if unknown."""
        try:
            lines = (self._folder / METRICS_JSONL).read_text(encoding="utf-8").splitlines()
            first = json.loads(lines[0]) if lines else {}
        except (OSError, ValueError):
            return None
        value = first.get("validation_iou") if first.get("epoch") == 0 else None
        return float(value) if isinstance(value, float) else None

    def _take_epoch(self, update: EpochFinished) -> None:
        self._write_round(asdict(update))
        self._events.write_scalar("loss/epoch", update.training_loss, update.epoch)
        self._events.write_scalar("learning rate", update.learning_rate, update.epoch)
        if update.validation_iou is not None:
            self._events.write_scalar("IoU/stopping patients", update.validation_iou, update.epoch)

    def _write_round(self, values: Mapping[str, Any]) -> None:
        with (self._folder / METRICS_CSV).open("a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerow(["" if values[c] is None else values[c] for c in _COLUMNS])
        with (self._folder / METRICS_JSONL).open("a", encoding="utf-8") as file:
            file.write(json.dumps(values) + "\n")

    def write_split(
        self, division: Division, old: tuple[Sequence[str], Sequence[str]] = ((), ())
    ) -> None:
        """Keep who stood on which side, and which old patients are replayed and which check.

        Raises
        ------
        TrainingDataError
            If the run was started with other sides: whoever taught must never judge.
        """
        rows = [asdict(row) for row in division.rows]
        replayed, checks = old
        document = {
            "kind": "patient",
            "patients": rows,
            "old_patients": {"replayed": list(replayed), "check": list(checks)},
        }
        if self._resumed:
            self._require_same_sides(document)
        self._write_json(SPLIT_FILE, document)

    def _require_same_sides(self, document: Mapping[str, Any]) -> None:
        try:
            started = json.loads((self._folder / SPLIT_FILE).read_text(encoding="utf-8"))
            before = _list_sides(started)
        except FileNotFoundError:
            return  # cut off before anybody had a side
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise TrainingDataError(
                "It can't be read any more who stood on which side of this run.",
                "Start a new run.",
                self._folder / SPLIT_FILE,
            ) from error
        now = _list_sides(document)
        moved = sorted(name for name in before | now if before.get(name) != now.get(name))
        if moved:
            who = ", ".join(moved[:5]) + ("…" if len(moved) > 5 else "")
            raise TrainingDataError(
                f"The patients are not those that the run was started with: {who}.",
                "Put the images back as they were, or start a new run.",
                self._folder,
            )

    def write_results(self, result: FineTuneResult) -> None:
        """Keep the figures of the end."""
        self._write_json(RESULTS_FILE, result.to_json())

    def _write_json(self, name: str, document: Mapping[str, Any]) -> None:
        path = self._folder / name
        scratch = path.with_suffix(".part")
        try:
            text = json.dumps(document, indent=2, allow_nan=False, ensure_ascii=False)
            scratch.write_text(text + "\n", encoding="utf-8")
            scratch.replace(path)
        except OSError as error:
            raise _describe(error, self._folder) from error


def _list_sides(document: Mapping[str, Any]) -> dict[str, str]:
    sides = {row["patient_id"]: str(row["side"]) for row in document["patients"]}
    for role, names in document.get("old_patients", {}).items():
        sides |= dict.fromkeys(names, role)
    return sides


def _describe(error: OSError, folder: Path) -> TrainingDataError:
    return TrainingDataError(
        f"The run's folder can't be written to: {error.strerror or error}.",
        "Free disk space and go on with the run: its best weights are kept.",
        folder,
    )


def log_to_mlflow(
    folder: Path, name: str, settings: Mapping[str, Any], result: FineTuneResult
) -> str | None:
    """Log a finished run to MLflow where that is installed.

    Settings, curves and figures go where MLFLOW_TRACKING_URI points, or below the run's folder;
    patient IDs and images stay here.

    Returns
    -------
    str or None
        Why it could not be logged, in one sentence; None where it was, or there is no MLflow.
    """
    if find_spec("mlflow") is None:
        return None
    mlflow: Any = import_module("mlflow")
    try:
        _log(mlflow, folder, name, (settings, result))
    except (mlflow.exceptions.MlflowException, OSError) as error:
        return f"MLflow did not take the run ({error}); everything is in {folder} all the same."
    return None


def _log(
    mlflow: Any, folder: Path, name: str, what: tuple[Mapping[str, Any], FineTuneResult]
) -> None:
    settings, result = what
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        mlflow.set_tracking_uri(f"sqlite:///{folder / 'mlflow.db'}")
    mlflow.set_experiment("ctbox fine-tuning")
    with mlflow.start_run(run_name=name):
        mlflow.log_params({k: v for k, v in settings.items() if not isinstance(v, Mapping)})
        for line in (folder / METRICS_JSONL).read_text(encoding="utf-8").splitlines():
            values = json.loads(line)
            for key in ("training_loss", "validation_iou", "learning_rate"):
                if values[key] is not None:
                    mlflow.log_metric(key, values[key], step=values["epoch"])
        if result.test is not None and result.test.difference is not None:
            mlflow.log_metric("test_iou_gain", result.test.difference)

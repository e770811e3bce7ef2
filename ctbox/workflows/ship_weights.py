"""Make the shipped weights anew: the recipe on every annotated series of a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from ctbox.errors import TrainingDataError
from ctbox.model.card import MetricRecord
from ctbox.progress import TaskContext
from ctbox.workflows.open_case import open_case
from ctbox.workflows.samples import collect_samples, make_training_series

if TYPE_CHECKING:  # torch comes with it
    from ctbox.model.card import ModelCard

METRICS_FILE = "cross-validation.json"


def ship_weights(dicom: Path, weights: Path, state: Path, ctx: TaskContext) -> ModelCard:
    """Train the default detector on all patients of a folder and write it into `weights`.

    Figures of the same recipe on patients left out of training are taken from
    ``weights/cross-validation.json`` into the card.

    Parameters
    ----------
    dicom : pathlib.Path
        Folder, or folder of ZIPs, with its annotations.
    weights : pathlib.Path
        The folder of shipped models.
    state : pathlib.Path
        Where the run's state is kept; a stopped run goes on from there.
    ctx : TaskContext
        Told of progress and asked to stop.

    Raises
    ------
    TrainingDataError
        If there is nothing annotated.
    CtboxError
        As `ctbox.model.training.fit`.
    TaskCancelledError
        If stopped; nothing is shipped.
    """
    from ctbox.model.shipped import ShippedRun, train_shipped

    samples = collect_samples(open_case(dicom, None, ctx))
    series = make_training_series(samples.cases, samples.select(range(len(samples.keys))))
    run = ShippedRun(weights=weights, state=state, metrics=read_metrics(weights / METRICS_FILE))
    return train_shipped(series, run, ctx)


def read_metrics(path: Path) -> tuple[MetricRecord, ...]:
    """Return the figures in a JSON list of metric records; none if there is no such file.

    Raises
    ------
    TrainingDataError
        If the file is damaged.
    """
    if not path.is_file():
        return ()
    try:
        return tuple(MetricRecord(**each) for each in json.loads(path.read_text("utf-8")))
    except (TypeError, ValueError) as error:
        message = f"The figures in {path.name} cannot be read: {error}."
        raise TrainingDataError(message, "Make them anew or remove the file.", path) from error

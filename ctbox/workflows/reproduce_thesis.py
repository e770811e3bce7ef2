"""Make the 2023 thesis's tables again, beside what they are worth: all of its splits are LEAKY."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import FloatArray, compute_iou
from ctbox.dicom.pixels import read_hu
from ctbox.errors import TrainingDataError
from ctbox.evaluation.baselines import CopyBaseline
from ctbox.model.linking import SampleKey, group_samples
from ctbox.model.splits import Fold, SplitKind, SplitPlan, make_folds
from ctbox.model.training_updates import EpochFinished
from ctbox.progress import Progress, TaskContext
from ctbox.workflows.curve_svg import draw_curve
from ctbox.workflows.open_case import open_case
from ctbox.workflows.samples import Samples, collect_samples, get_boxes, make_training_series
from ctbox.workflows.thesis_tables import (
    PUBLISHED_AFTER,
    PUBLISHED_BEFORE,
    PUBLISHED_FIRST,
    ThesisResult,
    ThesisRow,
    ThesisSize,
    format_tables,
)

if TYPE_CHECKING:  # torch comes with it
    from ctbox.model.thesis import ThesisNetwork, ThesisSettings, TrainedThesis

FIRST, OTHERS = "B", ("A", "G", "E")
_LATE, _LATE_TUNED = 100, 10
_HELD_OUT = 0.2
_NETWORKS = "networks"
Predict = Callable[[NDArray[np.generic]], FloatArray]


@dataclass(frozen=True, slots=True)
class ThesisRequest:
    """What to reproduce on what, and how much smaller.

    Parameters
    ----------
    dicom, annotations : pathlib.Path
        As for `ctbox.workflows.open_case.open_case`.
    out : pathlib.Path
        Folder of tables and curves; new or empty.
    max_slices : int
        Of each subtype, chosen at random; 1000 as published.
    epochs, fine_tune_epochs : int
        1000 and 100 as published.
    side : int
        Rows and columns of the network's picture; 512 as published.
    seed : int
        Of everything random.
    device : str
        "auto", "cpu" or "cuda".
    resume : bool
        Take over the networks in `out` that were trained whole on these slices in this way.
    """

    dicom: Path
    annotations: Path | None
    out: Path
    max_slices: int = 1000
    epochs: int = 1000
    fine_tune_epochs: int = 100
    side: int = 512
    seed: int = 1
    device: str = "auto"
    resume: bool = False

    @property
    def size(self) -> ThesisSize:
        """How large the run is, for the tables."""
        return ThesisSize(self.max_slices, self.epochs, self.fine_tune_epochs, self.side)


def reproduce_thesis(request: ThesisRequest, ctx: TaskContext) -> ThesisResult:
    """Train as the thesis did, and write its tables and curves.

    Raises
    ------
    TrainingDataError
        If there is no annotated patient of the first subtype, the folder is occupied, or memory
        runs out.
    CtboxError
        If data can't be read or the training can't go on.
    TaskCancelledError
        If cancelled.
    """
    from ctbox.model.fine_tuning import tell_out_of_memory

    _make_folder(request)
    with tell_out_of_memory():
        return _reproduce(request, ctx)


def _reproduce(request: ThesisRequest, ctx: TaskContext) -> ThesisResult:
    from ctbox.model.thesis import ThesisSettings

    case = open_case(request.dicom, request.annotations, ctx)
    samples = collect_samples(case)
    settings = ThesisSettings(request.side, request.seed, request.device)
    bench = _Bench(samples, case.linked_folders, request, settings, ctx)
    present = {key.subtype for key in samples.keys}
    if FIRST not in present:
        raise TrainingDataError(
            f"The thesis starts with subtype {FIRST}, and no patient of it is annotated here.",
            "Check --dicom and --annotations with `ctbox scan`.",
        )
    rows = [bench.train_first()]
    rows += [bench.tune(letter) for letter in OTHERS if letter in present]
    missing = tuple(letter for letter in OTHERS if letter not in present)
    result = ThesisResult(tuple(rows), bench.losses, missing, request.size)
    _write(request, result)
    shutil.rmtree(request.out / _NETWORKS, ignore_errors=True)
    return result


class _Bench:
    """Trains and measures, keeping the loss curves."""

    def __init__(
        self,
        samples: Samples,
        linked: tuple[frozenset[str], ...],
        request: ThesisRequest,
        settings: ThesisSettings,
        ctx: TaskContext,
    ) -> None:
        self._samples, self._linked, self._ctx = samples, linked, ctx
        self._request, self._settings = request, settings
        self.losses: dict[str, tuple[float, ...]] = {}
        self._first: TrainedThesis | None = None
        self._honest: TrainedThesis | None = None

    def train_first(self) -> ThesisRow:
        keys = self._choose(FIRST)
        fold = self._split(keys)
        self._first = self._train(FIRST, keys, fold.training, None)
        row = self._measure(FIRST, keys, fold, None)
        by_patient = self._split_by_patient(keys)
        if by_patient is not None:
            self._honest = self._train(f"{FIRST} by patient", keys, by_patient.training, None)
        return self._add_by_patient(row, keys, by_patient, self._honest)

    def tune(self, letter: str) -> ThesisRow:
        keys = self._choose(letter)
        fold = self._split(keys)
        assert self._first is not None  # the first subtype comes first
        before = self._measure_iou(keys, range(len(keys)), self._load(self._first).predict)
        start = self._first
        tuned = self._train(letter, keys, fold.training, start)
        row = self._measure(letter, keys, fold, before, tuned)
        by_patient = self._split_by_patient(keys)
        honest = None
        if by_patient is not None:
            base = self._honest or self._first
            honest = self._train(f"{letter} by patient", keys, by_patient.training, base)
        return self._add_by_patient(row, keys, by_patient, honest)

    # --- parts --------------------------------------------------------------------------------

    def _choose(self, letter: str) -> list[SampleKey]:
        keys = sorted((k for k in self._samples.keys if k.subtype == letter), key=lambda k: k.order)
        rng = np.random.default_rng([self._request.seed, ord(letter)])
        picked = sorted(rng.permutation(len(keys))[: self._request.max_slices].tolist())
        return [keys[index] for index in picked]

    def _split(self, keys: Sequence[SampleKey]) -> Fold:
        plan = SplitPlan(
            SplitKind.SLICE_RANDOM, seed=self._request.seed, held_out_fraction=_HELD_OUT
        )
        return make_folds(keys, plan, self._linked)[0]

    def _split_by_patient(self, keys: Sequence[SampleKey]) -> Fold | None:
        groups = len(group_samples(keys, self._linked))
        if groups < 2:
            return None
        plan = SplitPlan(SplitKind.PATIENT, seed=self._request.seed, folds=min(5, groups))
        return make_folds(keys, plan, self._linked)[0]

    def _train(
        self,
        name: str,
        keys: Sequence[SampleKey],
        chosen: Sequence[int],
        start: TrainedThesis | None,
    ) -> TrainedThesis:
        from ctbox.model.thesis import find_trained, keep_trained, mark_training, train_thesis

        wanted = frozenset(keys[index].sop_uid for index in chosen)
        series = make_training_series(self._samples.cases, wanted)
        request = self._request
        epochs = request.epochs if start is None else request.fine_tune_epochs

        def note(update: object) -> None:
            if isinstance(update, EpochFinished):
                told = f"{name}: loss {update.training_loss:.4g}"
                self._ctx.report(Progress(update.epoch, epochs, told))

        mark = mark_training(series, epochs, self._settings, "" if start is None else start.mark)
        place = request.out / _NETWORKS / f"{name.replace(' ', '-')}.safetensors"
        trained = find_trained(place, mark) if request.resume else None
        if trained is None:
            inner = TaskContext(note, lambda: self._ctx.cancelled)
            state = None if start is None else start.state
            trained = replace(train_thesis(series, epochs, self._settings, inner, state), mark=mark)
            keep_trained(place, trained)
        self.losses[name] = trained.losses
        return trained

    def _load(self, trained: TrainedThesis) -> ThesisNetwork:
        from ctbox.model.thesis import ThesisNetwork

        return ThesisNetwork(trained.state, self._settings)

    def _measure(
        self,
        letter: str,
        keys: Sequence[SampleKey],
        fold: Fold,
        before: float | None,
        trained: TrainedThesis | None = None,
    ) -> ThesisRow:
        chosen = trained or self._first
        assert chosen is not None  # trained just before
        predict = self._load(chosen).predict
        return ThesisRow(
            subtype=letter,
            patients=len({key.patient_id for key in keys}),
            slices=len(keys),
            old=before,
            entire=self._measure_iou(keys, range(len(keys)), predict),
            test=self._measure_iou(keys, fold.held_out, predict),
            copied=self._measure_iou(keys, fold.held_out, self._copy(keys, fold)),
            by_patient=None,
            by_patient_copied=None,
        )

    def _add_by_patient(
        self,
        row: ThesisRow,
        keys: Sequence[SampleKey],
        fold: Fold | None,
        trained: TrainedThesis | None,
    ) -> ThesisRow:
        if fold is None or trained is None:
            return row
        network, copied = self._load(trained).predict, self._copy(keys, fold)
        return ThesisRow(
            **{
                **asdict(row),
                "by_patient": self._measure_iou(keys, fold.held_out, network),
                "by_patient_copied": self._measure_iou(keys, fold.held_out, copied),
                "held_out_patients": len({keys[i].patient_id for i in fold.held_out}),
            }
        )

    def _copy(self, keys: Sequence[SampleKey], fold: Fold) -> Predict:
        baseline = CopyBaseline.fit(
            (hu, boxes) for hu, boxes in self._read([keys[i] for i in fold.training])
        )
        return lambda hu: baseline.predict(hu)[:1]

    def _measure_iou(
        self, keys: Sequence[SampleKey], chosen: Sequence[int], predict: Predict
    ) -> float:
        ious = [
            float(compute_iou(predict(hu), boxes).max())
            for hu, boxes in self._read([keys[i] for i in chosen])
        ]
        return float(np.mean(ious))

    def _read(self, keys: Sequence[SampleKey]) -> Any:
        wanted = {key.sop_uid for key in keys}
        for case in self._samples.cases:
            for each in case.series.slices:
                if each.sop_instance_uid in wanted:
                    self._ctx.check()
                    yield read_hu(each), get_boxes(case, each.sop_instance_uid)


def _make_folder(request: ThesisRequest) -> None:
    out = request.out
    try:
        if not request.resume and out.is_dir() and any(out.iterdir()):
            raise TrainingDataError(
                f"The folder {out} is not empty.",
                "Choose a new one, or go on with what was broken off in it by --resume.",
                out,
            )
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TrainingDataError(
            f"The folder {out} cannot be made: {error.strerror or error}.",
            "Choose a folder you may write to.",
            out,
        ) from error


def _write(request: ThesisRequest, result: ThesisResult) -> None:
    out = request.out
    try:
        values = asdict(request)
        document = {
            "notice": "Research use only, not for diagnosis. Slice-random splits are LEAKY.",
            "request": {k: str(v) if isinstance(v, Path) else v for k, v in values.items()},
            "published": {
                "B": PUBLISHED_FIRST,
                "before": PUBLISHED_BEFORE,
                "test": PUBLISHED_AFTER,
            },
            "rows": [asdict(row) for row in result.rows],
            "missing": list(result.missing),
        }
        text = json.dumps(document, indent=2, allow_nan=False) + "\n"
        (out / "results.json").write_text(text, encoding="utf-8")
        (out / "tables.md").write_text(format_tables(result), encoding="utf-8")
        for name, losses in result.losses.items():
            _write_curves(out, name, losses)
    except OSError as error:
        raise TrainingDataError(
            f"The results can't be written: {error.strerror or error}.",
            "Free disk space and run it again.",
            out,
        ) from error


def _write_curves(out: Path, name: str, losses: Sequence[float]) -> None:
    stem = f"loss-{name.replace(' ', '-')}"
    with (out / f"{stem}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", "loss"])
        writer.writerows(enumerate(losses, 1))
    late = _LATE if name.startswith(FIRST) else _LATE_TUNED
    leaky = "" if "by patient" in name else " (LEAKY)"
    for first, suffix in ((1, ""), (late, f"-from-{late}")):
        picture = draw_curve(f"Training loss, {name}{leaky}, from epoch {first}", losses, first)
        (out / f"{stem}{suffix}.svg").write_text(picture, encoding="utf-8")

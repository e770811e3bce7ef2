"""What the report's dialog is filled with, and what it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ctbox.gui.translation import tr
from ctbox.workflows.report_request import ReportRequest

MOST_WORKERS = 64


@dataclass(frozen=True)
class ReportChoices:
    """The fields of the dialog as they stand; kept between runs.

    Parameters
    ----------
    dicom, annotations, training, out : str
        Folders as typed; empty where nothing is chosen.
    models : tuple of str
        Names of the ticked models.
    workers : int
        Worker processes.
    resume : bool
        Go on with an earlier run in the same folder.
    pdf : bool
        Print a PDF as well.
    """

    dicom: str = ""
    annotations: str = ""
    training: str = ""
    out: str = ""
    models: tuple[str, ...] = field(default=())
    workers: int = 1
    resume: bool = True
    pdf: bool = False

    @property
    def problem(self) -> str:
        """What is still missing, as a sentence; empty if the report can start."""
        if not self.dicom:
            return tr("Choose the folder of images.")
        if not Path(self.dicom).exists():
            return tr("The folder of images does not exist.")
        if not self.out:
            return tr("Choose a folder for the report.")
        if not self.models:
            return tr("Tick at least one model.")
        return ""

    def build_request(self, *, overwrite: bool = False) -> ReportRequest:
        """Return what the workflow is asked for."""
        return ReportRequest(
            dicom=Path(self.dicom),
            annotations=Path(self.annotations) if self.annotations else None,
            models=self.models,
            out=Path(self.out),
            workers=self.workers,
            resume=self.resume,
            overwrite=overwrite,
            training=Path(self.training) if self.training else None,
            pdf=self.pdf,
        )

    def to_json(self) -> dict[str, Any]:
        """Return JSON values for the settings."""
        return {**asdict(self), "models": list(self.models)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> ReportChoices:
        """Return the choices kept in the settings; what makes no sense is left out."""
        known: dict[str, Any] = {}
        for name in ("dicom", "annotations", "training", "out"):
            if isinstance(values.get(name), str):
                known[name] = values[name]
        for name in ("resume", "pdf"):
            if isinstance(values.get(name), bool):
                known[name] = values[name]
        models, workers = values.get("models"), values.get("workers")
        if isinstance(models, list) and all(isinstance(one, str) for one in models):
            known["models"] = tuple(models)
        if isinstance(workers, int) and not isinstance(workers, bool):
            known["workers"] = min(max(workers, 1), MOST_WORKERS)
        return cls(**known)

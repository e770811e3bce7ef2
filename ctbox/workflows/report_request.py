"""What a batch report is asked for, and what it gives back; free of numpy, the window builds it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """Which patients are judged by which models, and where the report goes.

    Parameters
    ----------
    dicom : pathlib.Path
        DICOM folder, TCIA download or ZIP.
    annotations : pathlib.Path or None
        Annotation root; None looks for it in and beside `dicom`.
    models : tuple of str
        Names or folders of models; empty for the shipped default.
    out : pathlib.Path
        Folder of the report.
    workers : int
        Worker processes; memory grows with them, not with the number of patients.
    resume : bool
        Take over what an earlier run in `out` has finished.
    overwrite : bool
        Replace a report that is there.
    device : str
        "auto", "cpu" or "cuda".
    threshold : float or None
        Least score that counts; None for each card's own.
    training : pathlib.Path or None
        Where the models' training patients lie, for the copy and mean-box baselines, if not
        among `dicom`.
    baselines : bool
        Whether to ask the baselines.
    scheduler : str or None
        Address of a Dask scheduler; None runs on this computer.
    panels : tuple of str
        SOP Instance UIDs of slices to show in five pictures each; empty chooses three.
    pdf : bool
        Whether to print the HTML to `report.pdf`.
    seed, resamples : int
        Of the bootstrap.
    """

    dicom: Path
    annotations: Path | None
    models: tuple[str, ...]
    out: Path
    workers: int = 1
    resume: bool = False
    overwrite: bool = False
    device: str = "auto"
    threshold: float | None = None
    training: Path | None = None
    baselines: bool = True
    scheduler: str | None = None
    panels: tuple[str, ...] = ()
    pdf: bool = False
    seed: int = 0
    resamples: int = 1000


@dataclass(frozen=True, slots=True)
class SeriesFailed:
    """One series could not be judged; the others go on.

    Parameters
    ----------
    series_key : str
        The series.
    patient_id : str
        Whose it is.
    reason : str
        Why, in a sentence without any place on this computer.
    """

    series_key: str
    patient_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReportResult:
    """A written report.

    Parameters
    ----------
    folder : pathlib.Path
        Where it lies.
    json_path, html_path : pathlib.Path
        The whole of it, and the page to read.
    pdf_path : pathlib.Path or None
        The printed page, if asked for.
    partial : bool
        Whether the run was stopped before all series were judged.
    series, failed : int
        Series in the report, and those left out with a reason.
    resumed : int
        Series taken over from an earlier run.
    slices_per_second : float or None
        Pace of the judging; None where nothing was left to judge.
    """

    folder: Path
    json_path: Path
    html_path: Path
    pdf_path: Path | None
    partial: bool
    series: int
    failed: int
    resumed: int
    slices_per_second: float | None

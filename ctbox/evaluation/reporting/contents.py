"""Everything a report says, as frozen values; `document` turns them into JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ctbox.evaluation.comparison import PairedDifference
from ctbox.evaluation.froc_band import FrocPoint
from ctbox.evaluation.summary import EvaluationSummary

LongAxes = Mapping[str, tuple[float, float]]
"""SOP Instance UID to long axis (expert's box, predicted box) in mm."""


@dataclass(frozen=True, slots=True)
class ModelHeader:
    """What must be known of a model before its figures are read.

    Parameters
    ----------
    label : str
        What the report calls it; unique in the report.
    name, sha256, architecture : str
        From its card.
    threshold : float
        Least score that counted, 0…1.
    split : str
        How its card says that validation data were kept apart.
    leaky : bool
        Whether that split had slices of one patient on both sides.
    parameters, training_patients, training_series, synthetic_seeds : int
        Counts, from its card.
    trained_on : str
        ISO 8601 date of its training.
    software_version : str
        The ctbox that made it.
    parent : str or None
        The model it was fine-tuned from.
    """

    label: str
    name: str
    sha256: str
    architecture: str
    threshold: float
    split: str
    leaky: bool
    parameters: int
    training_patients: int
    training_series: int
    synthetic_seeds: int
    trained_on: str
    software_version: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Population:
    """Patients whose figures may be taken together.

    Parameters
    ----------
    summary : EvaluationSummary
        The model's figures.
    froc_band : tuple of FrocPoint
        FROC with intervals.
    long_axes_mm : mapping
        Paired long axes.
    baselines : dict
        Name to figures of a baseline on the same slices.
    comparisons : dict
        Baseline's name to paired differences, the model's minus the baseline's.
    baseline_note : str
        What the baselines copied from, or why there are none.
    """

    summary: EvaluationSummary
    froc_band: tuple[FrocPoint, ...]
    long_axes_mm: LongAxes
    baselines: Mapping[str, EvaluationSummary] = field(default_factory=dict)
    comparisons: Mapping[str, tuple[PairedDifference, ...]] = field(default_factory=dict)
    baseline_note: str = ""


@dataclass(frozen=True, slots=True)
class ThesisRow:
    """One subtype in the shape of the 2023 thesis's table; every figure is LEAKY.

    Parameters
    ----------
    subtype : str
        Letter of the collection.
    slices, test_slices : int
        Annotated slices in all, and in the test subset.
    entire_set, test_subset : float or None
        Mean IoU over either.
    old_iou : float or None
        The parent model's mean IoU on the entire set, before fine-tuning.
    """

    subtype: str
    slices: int
    entire_set: float | None
    test_slices: int
    test_subset: float | None
    old_iou: float | None


@dataclass(frozen=True, slots=True)
class ThesisTable:
    """The thesis's table; `note` says how its test subset is known, or that it is not."""

    rows: tuple[ThesisRow, ...]
    note: str


@dataclass(frozen=True, slots=True)
class ModelReport:
    """One model's part.

    Parameters
    ----------
    header : ModelHeader
        What it is.
    seen_patients : tuple of str
        Judged patients that shaped the model: their figures prove nothing.
    populations : mapping
        "unseen" and "seen" to their figures; absent where nobody belongs there.
    thesis : ThesisTable or None
        Where the model comes from the thesis's protocol.
    """

    header: ModelHeader
    seen_patients: tuple[str, ...]
    populations: Mapping[str, Population]
    thesis: ThesisTable | None = None


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """Two models on the same patients, second minus first.

    Parameters
    ----------
    first, second : str
        Labels.
    patients : int
        How many are compared.
    population : str
        "unseen" by both, or "all" where no patient is unseen by both.
    figures : tuple of PairedDifference
        From `ctbox.evaluation.comparison`.
    """

    first: str
    second: str
    patients: int
    population: str
    figures: tuple[PairedDifference, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A series or slice that is not in the figures, and why."""

    patient_id: str
    series_key: str
    reason: str
    sop_instance_uid: str | None = None


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """What was judged, and what was not.

    Parameters
    ----------
    series, slices, patients : int
        Judged.
    failed, not_judged, unreadable : tuple of LeftOut
        Series that could not be judged, series that have nothing to judge by, and slices
        whose pixels could not be read.
    skipped_files : int
        Files that are no DICOM image.
    annotation_files, annotation_files_matched : int
        Annotation files read, and those with a slice here.
    """

    series: int
    slices: int
    patients: int
    failed: tuple[LeftOut, ...] = ()
    not_judged: tuple[LeftOut, ...] = ()
    unreadable: tuple[LeftOut, ...] = ()
    skipped_files: int = 0
    annotation_files: int = 0
    annotation_files_matched: int = 0


@dataclass(frozen=True, slots=True)
class RunFields:
    """What may differ between two runs of the same report, and nothing else may.

    Parameters
    ----------
    created : str
        ISO 8601 time; `SOURCE_DATE_EPOCH` sets it.
    seconds : float
        How long the run took.
    host : str
        System and processor, never the computer's name.
    devices : tuple of str
        Where the models ran.
    workers : str
        How the work was shared.
    """

    created: str
    seconds: float
    host: str
    devices: tuple[str, ...]
    workers: str


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report.

    Parameters
    ----------
    models : tuple of ModelReport
        In the order asked for.
    comparisons : tuple of ModelComparison
        Every later model against every earlier one.
    images : ImageRecord
        What was judged.
    run : RunFields
        Time, duration, host and device.
    software_version : str
        Of ctbox.
    partial : bool
        Whether the run was stopped before all series were judged.
    """

    models: tuple[ModelReport, ...]
    comparisons: tuple[ModelComparison, ...]
    images: ImageRecord
    run: RunFields
    software_version: str
    partial: bool = False

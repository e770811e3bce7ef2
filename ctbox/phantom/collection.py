"""Phantoms as files: DICOM series and VOC XML in the layout of Lung-PET-CT-Dx."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctbox.annotations.pascal_voc import write_voc
from ctbox.boxes import BoundingBox
from ctbox.dicom.pet_writing import F18_HALF_LIFE_S, PetHeader, write_pet_slice
from ctbox.dicom.series import LUNG_WINDOW, MEDIASTINUM_WINDOW
from ctbox.dicom.writing import CtHeader, write_ct_slice
from ctbox.errors import CtboxError
from ctbox.phantom.config import LETTERS, KernelName, PhantomConfig
from ctbox.phantom.kernels import Kernel, draw_kernel
from ctbox.phantom.pet import SLICE_MM, make_pet
from ctbox.phantom.planning import ScanPlan, plan_scan
from ctbox.phantom.tumours import BoxHabit, draw_boxes
from ctbox.phantom.volume import PhantomScan, find_corners, run_scan
from ctbox.progress import Progress, TaskContext

COLLECTION_FOLDER = "Lung-PET-CT-Dx"
ANNOTATION_FOLDER = "Annotation"
# Real patients of the collection have numbers below 500: nobody shall mistake a phantom for one.
FIRST_NUMBER = 9001
_PADDING_HU = -3024
_HABIT = BoxHabit(margin_px=1.0, jitter_px=3.0)


@dataclass(frozen=True, slots=True)
class PhantomReport:
    """What was written.

    Parameters
    ----------
    folder : pathlib.Path
        Where.
    patients, series, slices, annotation_files, boxes : int
        How many of each.
    patient_ids : tuple of str
        As in the files.
    """

    folder: Path
    patients: int
    series: int
    slices: int
    annotation_files: int
    boxes: int
    patient_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Maker:
    """How one make of scanner names things and stores pixels."""

    kernels: dict[KernelName, str]
    is_signed: bool


_ROUND = _Maker({"soft": "STANDARD", "sharp": "LUNG"}, is_signed=True)
_SQUARE = _Maker({"soft": "B40f", "sharp": "B70f"}, is_signed=False)


def write_collection(
    out: Path,
    patients: int,
    seed: int,
    ctx: TaskContext,
    config: PhantomConfig | None = None,
    *,
    with_pet: bool = False,
) -> PhantomReport:
    """Write synthetic patients as DICOM files with annotations; same seed, same bytes.

    Every patient has one study with two series of one scan, a soft and a sharp kernel: same
    frame of reference and positions. Subtypes follow A, B, E, G, A…; patient IDs are
    `Lung_Dx-A9001`, `Lung_Dx-B9002`… and every description says SYNTHETIC. The layout is the
    collection's: `Lung-PET-CT-Dx/<patient>/<study>/<series>/1-01.dcm` and
    `Annotation/<A9001>/<SOPInstanceUID>.xml`.

    Parameters
    ----------
    out : pathlib.Path
        Folder to write to; made if missing.
    patients : int
        How many.
    seed : int
        Same seed, same files.
    ctx : TaskContext
        Told `Progress` in slices; asked at every slice whether to stop.
    config : PhantomConfig, optional
        What all of them have in common; letter and kernel are ignored.
    with_pet : bool, optional
        Write a PET series as well, in the CT's frame of reference, with other pixels and slices
        and all tags that SUV needs.

    Returns
    -------
    PhantomReport
        What was written.

    Raises
    ------
    CtboxError
        If the folder holds something already, is a file, or cannot be written.
    TaskCancelledError
        If cancelled: then whatever was written is removed again.
    ValueError
        If fewer than one patient is asked for.
    """
    if patients < 1:
        raise ValueError(f"At least one patient is needed, got {patients}.")
    existed = _prepare_folder(out)
    writer = _Writer(out, seed, ctx, with_pet=with_pet)
    try:
        return writer.write(_plan_patients(patients, seed, config or PhantomConfig()))
    except BaseException:
        # Half a collection looks like a whole one: better none.
        for folder in (COLLECTION_FOLDER, ANNOTATION_FOLDER):
            shutil.rmtree(out / folder, ignore_errors=True)
        if not existed:
            shutil.rmtree(out, ignore_errors=True)
        raise


def _prepare_folder(out: Path) -> bool:
    """Make the folder; return whether it was there before, empty."""
    try:
        if out.is_dir() and any(out.iterdir()):
            raise CtboxError(
                f"{out} is not empty, and phantoms overwrite nothing.",
                "Name a new or an empty folder.",
                out,
            )
        existed = out.is_dir()
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CtboxError(
            f"{out} cannot be used as a folder: {error.strerror or error}.",
            "Name a folder that you may write to.",
            out,
        ) from error
    return existed


def _plan_patients(patients: int, seed: int, config: PhantomConfig) -> list[ScanPlan]:
    plans = []
    for index in range(patients):
        values = {name: getattr(config, name) for name in config.__dataclass_fields__}
        values["letter"] = LETTERS[index % len(LETTERS)]
        plans.append(plan_scan(PhantomConfig(**values), np.random.default_rng([seed, index])))
    return plans


class _Writer:
    """Writes patients one after the other and counts."""

    def __init__(self, out: Path, seed: int, ctx: TaskContext, *, with_pet: bool) -> None:
        self._out, self._seed, self._ctx = out, seed, ctx
        self._with_pet = with_pet
        self._done = self._total = 0
        self._message = ""
        self._slices = self._files = self._boxes = 0

    def write(self, plans: list[ScanPlan]) -> PhantomReport:
        # Every slice is painted once and reconstructed and written twice.
        self._total = 3 * sum(len(plan.positions_mm) for plan in plans)
        names = []
        for index, plan in enumerate(plans):
            name = f"{plan.letter}{FIRST_NUMBER + index}"
            names.append(f"Lung_Dx-{name}")
            self._message = f"Lung_Dx-{name} (SYNTHETIC)"
            watcher = TaskContext(lambda _update: self._step(), lambda: self._ctx.cancelled)
            scan = run_scan(plan, watcher)
            study = _Study(name, self._seed, scan)
            self._write_series(study, "soft", 2)
            self._write_series(study, "sharp", 3)
            if self._with_pet:
                self._write_pet(study, 4)
        return PhantomReport(
            folder=self._out,
            patients=len(plans),
            series=(3 if self._with_pet else 2) * len(plans),
            slices=self._slices,
            annotation_files=self._files,
            boxes=self._boxes,
            patient_ids=tuple(names),
        )

    def _step(self) -> None:
        self._ctx.report(Progress(self._done, self._total, self._message))
        self._done += 1

    def _write_series(self, study: _Study, name: KernelName, number: int) -> None:
        scan = study.scan
        kernel = draw_kernel(name, np.random.default_rng([scan.seed, 8]))
        series = study.describe_series(name, number)
        boxes = study.draw_reader_boxes(number)
        folder = self._out / COLLECTION_FOLDER / study.patient_id / study.folder / series.folder
        annotations = self._out / ANNOTATION_FOLDER / study.name
        annotations.mkdir(parents=True, exist_ok=True)
        count = len(scan.clean.hu)
        width = max(2, len(str(count)))
        for index in range(count):
            self._ctx.check()
            self._step()
            header = study.build_header(series, index)
            hu = _finish_slice(scan, kernel, index, study.maker)
            write_ct_slice(folder / f"1-{index + 1:0{width}d}.dcm", hu, header)
            self._slices += 1
            if index in boxes:
                uid = header.sop_instance_uid
                rows, columns = hu.shape
                write_voc(annotations / f"{uid}.xml", uid, boxes[index], columns, rows)
                self._files += 1
                self._boxes += len(boxes[index])

    def _write_pet(self, study: _Study, number: int) -> None:
        pet = make_pet(study.scan)
        facts = study.draw_injection()
        uid = study.make_uid("series", number)
        description = "SYNTHETIC PET AC"
        folder = self._out / COLLECTION_FOLDER / study.patient_id / study.folder
        folder = folder / f"{number}.000000-{description}-{uid[-5:]}"
        series = _SeriesNames(uid, number, "soft", description, folder.name)
        count = len(pet.suv)
        width = max(2, len(str(count)))
        for index, suv in enumerate(pet.suv):
            self._ctx.check()
            common = replace(
                study.build_header(series, 0),
                sop_instance_uid=study.make_uid("instance", number, index),
                image_position_mm=(pet.corner_mm, pet.corner_mm, float(pet.positions_mm[index])),
                pixel_spacing_mm=(pet.pixel_mm, pet.pixel_mm),
                slice_thickness_mm=SLICE_MM,
                instance_number=index + 1,
                convolution_kernel="",
                padding_value=None,
                windows=(),
            )
            header = PetHeader(common, count, *facts)
            path = folder / f"1-{index + 1:0{width}d}.dcm"
            write_pet_slice(path, suv * compute_bq_per_suv(header), header)
            self._slices += 1


def compute_bq_per_suv(header: PetHeader) -> float:
    """Return the activity in Bq/ml that an uptake of 1 g/ml has at the start of a scan."""
    decay_s = (header.scanned_at - header.injected_at).total_seconds()
    left_bq = header.injected_dose_bq * 2.0 ** (-decay_s / F18_HALF_LIFE_S)
    return float(left_bq) / (1000 * header.patient_weight_kg)


def _finish_slice(
    scan: PhantomScan, kernel: Kernel, index: int, maker: _Maker
) -> NDArray[np.int16]:
    hu = scan.reconstruct_slice(index, kernel)
    if maker.is_signed:
        hu[find_corners(len(hu))] = _PADDING_HU
    return hu


@dataclass(frozen=True, slots=True)
class _SeriesNames:
    uid: str
    number: int
    kernel: KernelName
    description: str
    folder: str


@dataclass(frozen=True, slots=True)
class _Study:
    """Names, dates and identifiers of one patient's study."""

    name: str
    seed: int
    scan: PhantomScan

    @property
    def patient_id(self) -> str:
        return f"Lung_Dx-{self.name}"

    @property
    def maker(self) -> _Maker:
        return _ROUND if self.scan.is_round else _SQUARE

    @property
    def uid(self) -> str:
        return self.make_uid("study")

    @property
    def date(self) -> tuple[int, int, int]:
        """Year, month, day: of no meaning, but as scans have one."""
        number = int(self.uid[-6:])
        return 2001 + number % 9, 1 + number // 9 % 12, 1 + number // 108 % 28

    @property
    def folder(self) -> str:
        year, month, day = self.date
        return f"{month:02d}-{day:02d}-{year}-NA-Chest SYNTHETIC-{self.uid[-5:]}"

    def make_uid(self, *parts: str | int) -> str:
        """Return a UID under 2.25 (PS3.5 B.2) that depends on nothing but the seed and names."""
        text = "|".join(["ctbox phantom", str(self.seed), self.name, *map(str, parts)])
        digest = hashlib.sha256(text.encode()).digest()[:16]
        return f"2.25.{int.from_bytes(digest, 'big')}"

    def draw_injection(self) -> tuple[float, float, float, datetime, datetime]:
        """Return weight, size, dose in Bq, time of injection and of the PET scan."""
        rng = np.random.default_rng([self.scan.seed, 78])
        year, month, day = self.date
        # Clock times without a zone, as scanners write them.
        injected = datetime(year, month, day, 9, int(rng.integers(0, 50)))  # noqa: DTZ001
        weight = round(float(rng.uniform(52, 95)), 1)
        dose = round(weight * 4.2) * 1e6
        scanned = injected + timedelta(seconds=int(rng.integers(55 * 60, 80 * 60)))
        return weight, round(float(rng.uniform(1.55, 1.9)), 2), dose, injected, scanned

    def describe_series(self, kernel: KernelName, number: int) -> _SeriesNames:
        uid = self.make_uid("series", number)
        thickness = self.scan.spacing_mm
        description = f"SYNTHETIC {thickness:g}mm {self.maker.kernels[kernel]}"
        folder = f"{number}.000000-{description}-{uid[-5:]}"
        return _SeriesNames(uid, number, kernel, description, folder)

    def draw_reader_boxes(self, number: int) -> dict[int, list[tuple[BoundingBox, str]]]:
        """Return boxes with labels by slice: every series is read anew."""
        rng = np.random.default_rng([self.scan.seed, 10, number])
        found: dict[int, list[tuple[BoundingBox, str]]] = {}
        for lesion in self.scan.lesions:
            for index, box in draw_boxes(lesion, _HABIT, rng).items():
                found.setdefault(index, []).append((box, self.scan.letter))
        return found

    def build_header(self, series: _SeriesNames, index: int) -> CtHeader:
        scan, maker = self.scan, self.maker
        pixel, rows = scan.frame.spacing_mm, scan.frame.rows
        year, month, day = self.date
        corner = -(rows - 1) / 2 * pixel
        lung_first = (LUNG_WINDOW, MEDIASTINUM_WINDOW)
        windows = lung_first if series.kernel == "sharp" else lung_first[::-1]
        patient = scan.frame.patient
        return CtHeader(
            patient_id=self.patient_id,
            study_instance_uid=self.uid,
            series_instance_uid=series.uid,
            sop_instance_uid=self.make_uid("instance", series.number, index),
            frame_of_reference_uid=self.make_uid("frame"),
            image_position_mm=(corner, corner, float(scan.clean.positions_mm[index])),
            pixel_spacing_mm=(pixel, pixel),
            slice_thickness_mm=scan.spacing_mm,
            instance_number=index + 1,
            acquisition_number=1,
            series_number=series.number,
            series_description=series.description,
            study_description="SYNTHETIC chest phantom",
            study_date=f"{year:04d}{month:02d}{day:02d}",
            manufacturer="ctbox phantom",
            convolution_kernel=maker.kernels[series.kernel],
            patient_sex="F" if patient.is_female else "M",
            patient_age=f"{patient.age:03d}Y",
            windows=windows,
            storage="int16" if maker.is_signed else "uint12",
            padding_value=-2000 if maker.is_signed else None,
            image_comments="SYNTHETIC: a phantom made by ctbox, no person.",
        )

"""Standardized uptake values of PET, by body weight.

    SUVbw [g/ml] = activity [Bq/ml] · weight [g] / (injected dose [Bq] · 2^(−t / half-life))

where t is the time from injection to the time that the values are decay corrected to. The rules
for which attributes allow it follow the vendor-neutral pseudo-code of the QIBA FDG-PET/CT
profile (“SUV vendor neutral pseudo-code, happy path only”, qibawiki.rsna.org) and PS3.3:
Units, Decay Correction and Corrected Image in C.8.9.1, the isotope's dose, half-life and times
in C.8.9.2, Patient's Weight in C.7.2.2.

- Units BQML: the formula. Decay Correction START means t runs to the start of the series,
  ADMIN that the values are corrected to the injection, so that t = 0.
- Units GML: the values are SUV already, by body weight unless SUV Type says otherwise.
- Units CNTS: Philips' private factor (7053,xx00) turns counts to SUV, where it is there.
- Anything else, or anything missing, gives no SUV and the reason.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pydicom import dcmread
from pydicom.dataset import Dataset

from ctbox.dicom.pydicom_errors import DAMAGED_FILE
from ctbox.dicom.series import Series
from ctbox.dicom.suv_scale import SuvScale
from ctbox.errors import CtboxError

_DAY_S = 86400.0
_LONGEST_UPTAKE_S = 24 * 3600.0
_PHILIPS_CREATOR = "Philips PET Private Group"
UNIT_NAMES = {"BQML": "Bq/ml", "GML": "g/ml", "CNTS": "counts", "CPS": "counts/s"}


class SuvError(ValueError):
    """Why there is no SUV; its text is one sentence for the user."""


def read_suv_scale(series: Series) -> SuvScale:
    """Return how the values of a PET series become SUVbw; reads the first slice's header."""
    source = series.slices[0].source
    try:
        with source.open() as file:
            dataset = dcmread(file, stop_before_pixels=True, force=True)
        unit = UNIT_NAMES.get(_find_text(dataset, "Units"), _find_text(dataset, "Units").lower())
        return _build_scale(dataset, unit)
    except (*DAMAGED_FILE, CtboxError) as error:
        return SuvScale(None, "", f"No SUV: {source.display} cannot be read ({error}).")


def _build_scale(dataset: Dataset, unit: str) -> SuvScale:
    try:
        return SuvScale(compute_suv_factor(dataset), unit)
    except SuvError as error:
        return SuvScale(None, unit, f"No SUV, values are in {unit or 'unknown units'}: {error}.")


def compute_suv_factor(dataset: Dataset) -> float:
    """Return the factor from a slice's values to SUVbw, g/ml per unit of the values.

    Parameters
    ----------
    dataset : pydicom.Dataset
        A slice's header.

    Raises
    ------
    SuvError
        If an attribute is missing, empty, zero or contradicts another.
    """
    units = _find_text(dataset, "Units")
    if units == "GML":
        kind = _find_text(dataset, "SUVType") or "BW"
        if kind != "BW":
            raise SuvError(f"they are SUV already, but by {kind}, not by body weight")
        return 1.0
    found: Any = dataset.get("CorrectedImage") or []
    # pydicom gives a single value bare.
    corrected = {found} if isinstance(found, str) else {str(each) for each in found}
    for needed, words in (("ATTN", "attenuation"), ("DECY", "decay")):
        if needed not in corrected:
            raise SuvError(f"Corrected Image does not say that {words} was corrected")
    if units == "CNTS":
        return _find_philips_factor(dataset)
    if units != "BQML":
        raise SuvError(f"Units is {units or 'missing'}, not BQML, GML or CNTS")
    weight_g = 1000 * _find_number(dataset, "PatientWeight", "Patient's Weight")
    isotopes = dataset.get("RadiopharmaceuticalInformationSequence") or []
    if len(isotopes) != 1:
        raise SuvError("Radiopharmaceutical Information Sequence does not hold one item")
    dose = _find_number(isotopes[0], "RadionuclideTotalDose", "Radionuclide Total Dose")
    half_life = _find_number(isotopes[0], "RadionuclideHalfLife", "Radionuclide Half Life")
    decay_s = _find_decay_time(dataset, isotopes[0])
    return float(weight_g / (dose * 2.0 ** (-decay_s / half_life)))


def _find_decay_time(dataset: Dataset, isotope: Dataset) -> float:
    """Return the seconds from injection to the time that the values are corrected to."""
    correction = _find_text(dataset, "DecayCorrection")
    if correction == "ADMIN":
        return 0.0
    if correction != "START":
        raise SuvError(f"Decay Correction is {correction or 'missing'}, not START or ADMIN")
    scanned = _find_moment(dataset, "SeriesDate", "SeriesTime")
    acquired = _find_moment(dataset, "AcquisitionDate", "AcquisitionTime")
    if scanned is None:
        raise SuvError("Series Date or Series Time is missing")
    if acquired is not None and scanned > acquired:
        raise SuvError("Series Time is after Acquisition Time, so the start of the scan is unknown")
    injected = _find_injection(isotope, scanned)
    decay_s = (scanned - injected).total_seconds()
    if not 0 <= decay_s <= _LONGEST_UPTAKE_S:
        raise SuvError("the injection is not within the day before the scan")
    return decay_s


def _find_injection(isotope: Dataset, scanned: datetime) -> datetime:
    moment = _parse_moment(_find_text(isotope, "RadiopharmaceuticalStartDateTime")[:14])
    if moment is not None:
        return moment
    time = _find_text(isotope, "RadiopharmaceuticalStartTime")
    moment = _parse_moment(scanned.strftime("%Y%m%d") + time[:6])
    if moment is None:
        raise SuvError("Radiopharmaceutical Start Time is missing")
    # The time alone tells no day: an injection cannot follow its scan.
    return moment - timedelta(seconds=_DAY_S) if moment > scanned else moment


def _find_moment(dataset: Dataset, date: str, time: str) -> datetime | None:
    return _parse_moment(_find_text(dataset, date) + _find_text(dataset, time)[:6])


def _parse_moment(text: str) -> datetime | None:
    try:
        # Both moments are of one clock: a zone would tell nothing about their distance.
        return datetime.strptime(text, "%Y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError:
        return None


def _find_philips_factor(dataset: Dataset) -> float:
    try:
        value: Any = dataset.private_block(0x7053, _PHILIPS_CREATOR)[0x00].value
        factor = float(value)
    except (KeyError, TypeError, ValueError):
        factor = 0.0
    if factor <= 0:
        raise SuvError("Units is CNTS and the private factor of Philips is missing")
    return factor


def _find_text(dataset: Dataset, keyword: str) -> str:
    value = dataset.get(keyword)
    return "" if value is None else str(value).strip()


def _find_number(dataset: Dataset, keyword: str, name: str) -> float:
    value = dataset.get(keyword)
    try:
        number = float(value) if value is not None else 0.0
    except (TypeError, ValueError):
        number = 0.0
    if not 0 < number < 1e15:
        raise SuvError(f"{name} is missing or zero")
    return number

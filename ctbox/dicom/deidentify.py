"""De-identified copies of images (PS3.15 E.2, Basic Application Level Confidentiality Profile).

With the option "Retain Longitudinal Temporal Information With Modified Dates". Names, IDs and UIDs
are replaced by figures of a keyed hash: the same key maps the same patient, series and image to
the same new ones, in images and annotations alike, and without the key nobody can map back.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import math
import re
import secrets
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pydicom
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian

from ctbox import __version__
from ctbox.dicom.deid_attributes import (
    DATE_TIMES,
    EMPTIED,
    KEPT,
    KEPT_MOMENTS,
    LONE_TIMES,
    NEVER_NAMES,
)
from ctbox.dicom.deid_dates import shift_date_time, shift_moment, shift_time
from ctbox.dicom.deid_pixels import CleanPixels, clean_pixels
from ctbox.dicom.encapsulation import FrameError
from ctbox.dicom.lesion_marks import RESEARCH_NOTICE, split_frame
from ctbox.dicom.pydicom_errors import BAD_VALUE, DAMAGED_FILE
from ctbox.dicom.series import SECONDARY_CAPTURE_PREFIX
from ctbox.errors import DicomReadError

KEY_BYTES = 32
MAX_SHIFT_DAYS = 3650
# A shift of a day or two would leave the dates of one study among another's.
MIN_SHIFT_DAYS = 60

_STANDARD_UID = re.compile(r"1\.2\.840\.10008(?:\.[0-9]{1,6}){1,10}")
_TEXT_VRS = ("CS", "LO", "SH", "ST", "LT", "UC", "UT")
_CODE_STRING = re.compile(r"[A-Z0-9_ ]{0,16}")
_NAMED_ELSEWHERE = (
    "PatientID", "OtherPatientIDs", "AccessionNumber", "StudyID", "InstitutionName",
    "InstitutionAddress", "StationName", "DeviceSerialNumber", "InstitutionalDepartmentName",
)  # fmt: skip
_LEAST_NAME, _LEAST_ID = 3, 4
_CODES = (
    ("113100", "Basic Application Confidentiality Profile"),
    ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
)


@dataclass(frozen=True)
class DeidentifiedInstance:
    """A copy of one image file.

    Parameters
    ----------
    data : bytes
        The file.
    patient_id, study_instance_uid, series_instance_uid, sop_instance_uid : str
        As in the copy.
    burned_in : str
        Why text may stand in its pixels, which are never painted over; empty if nothing says so.
    """

    data: bytes
    patient_id: str
    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    burned_in: str = ""


class Deidentifier:
    """Makes copies that tell nothing of who the patient is.

    Parameters
    ----------
    key : bytes, optional
        A secret of at least 32 bytes: with the same key, exports on different days fit together.
        A new one if not given.

    Raises
    ------
    ValueError
        If the key is shorter.
    """

    def __init__(self, key: bytes | None = None) -> None:
        self._key = secrets.token_bytes(KEY_BYTES) if key is None else key
        if len(self._key) < KEY_BYTES:
            raise ValueError(f"The key needs {KEY_BYTES} bytes, it has {len(self._key)}.")

    def _hash(self, kind: str, value: str) -> bytes:
        return hmac.digest(self._key, f"{kind}\0{value}".encode(), hashlib.sha256)

    def map_uid(self, uid: str) -> str:
        """Return the new UID of an old one; UIDs of the standard itself stay."""
        instance, frame = split_frame(uid)
        if not instance or _STANDARD_UID.fullmatch(instance):
            return uid
        # 122 bits make a UID of the form 2.25.<UUID> (PS3.5 B.2).
        mapped = f"2.25.{int.from_bytes(self._hash('uid', instance)[:16]) >> 6}"
        return mapped if frame is None else f"{mapped}#{frame}"

    def map_patient(self, patient_id: str) -> str:
        """Return the pseudonym of a patient."""
        return f"CTBOX-{self._hash('patient', patient_id).hex()[:12].upper()}"

    def get_shift(self, patient_id: str) -> timedelta:
        """Return how far a patient's dates move, backwards by two months to ten years."""
        number = int.from_bytes(self._hash("shift", patient_id)[:8])
        days = MIN_SHIFT_DAYS + number % (MAX_SHIFT_DAYS - MIN_SHIFT_DAYS)
        return -timedelta(days=days, seconds=(number >> 20) % 86_400)

    def deidentify(self, data: bytes, source: str) -> DeidentifiedInstance:
        """Return the copy of one image file.

        Parameters
        ----------
        data : bytes
            The whole file.
        source : str
            What to call it in errors.

        Raises
        ------
        DicomReadError
            If it cannot be read as a DICOM image, or not be written again.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of values that break the standard
                original = pydicom.dcmread(io.BytesIO(data), force=True)
                copy = self._copy(original)
                _set_pixels(copy, clean_pixels(data))
                buffer = io.BytesIO()
                copy.save_as(buffer, enforce_file_format=True)
        except FrameError as error:  # before the others: it is a ValueError too
            raise DicomReadError(
                f"{source} could not be de-identified. {error}",
                "Leave the file out, or convert its pixels to Explicit VR Little Endian first.",
                source,
            ) from error
        except DAMAGED_FILE as error:
            raise DicomReadError(
                f"{source} could not be de-identified: it breaks the DICOM standard.",
                "Leave the file out, or repair it first.",
                source,
            ) from error
        return DeidentifiedInstance(
            data=buffer.getvalue(),
            patient_id=str(copy.PatientID),
            study_instance_uid=str(copy.get("StudyInstanceUID", "")),
            series_instance_uid=str(copy.get("SeriesInstanceUID", "")),
            sop_instance_uid=str(copy.SOPInstanceUID),
            burned_in=_find_burned_in(original),
        )

    def _copy(self, original: Dataset) -> FileDataset:
        patient = str(original.get("PatientID") or original.get("StudyInstanceUID") or "")
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = UID(str(original.SOPClassUID))
        meta.MediaStorageSOPInstanceUID = UID(self.map_uid(str(original.SOPInstanceUID)))
        meta.TransferSyntaxUID = UID(str(original.file_meta.TransferSyntaxUID))
        meta.ImplementationVersionName = "CTBOX"
        copy = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
        syntax = meta.TransferSyntaxUID
        # Without it pydicom takes big endian pixels for little endian ones and refuses.
        copy.set_original_encoding(syntax.is_implicit_VR, syntax.is_little_endian)
        copy.SpecificCharacterSet = "ISO_IR 192"
        filtered = _Filter(self, self.get_shift(patient), _collect_names(original))
        copy.update(filtered.apply(original))
        for keyword in EMPTIED:
            setattr(copy, keyword, "")
        copy.PatientID = self.map_patient(patient)
        _state_method(copy)
        return copy


def _set_pixels(copy: FileDataset, pixels: CleanPixels) -> None:
    if pixels.high_bit is not None:
        copy.HighBit = pixels.high_bit
    if pixels.is_decoded:
        copy.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        copy.set_original_encoding(is_implicit_vr=False, is_little_endian=True)
        for keyword in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
            copy.pop(keyword, None)
    vr = copy["PixelData"].VR
    if pixels.is_decoded:
        vr = "OW" if copy.BitsAllocated > 8 else "OB"
    is_compressed = copy.file_meta.TransferSyntaxUID.is_encapsulated
    copy["PixelData"] = DataElement("PixelData", vr, pixels.data, is_undefined_length=is_compressed)


class _Filter:
    """Copies what may stay of one file."""

    def __init__(self, mapper: Deidentifier, shift: timedelta, names: frozenset[str]) -> None:
        self.mapper, self.shift, self.names = mapper, shift, names

    def apply(self, original: Dataset) -> Dataset:
        """Return a dataset with the kept attributes alone, at every depth."""
        copy = Dataset()
        for element in _iterate(original):
            kept = self.copy_element(element)
            if kept is not None:
                copy.add(kept)
        self.shift_dates(original, copy)
        return copy

    def copy_element(self, element: DataElement) -> DataElement | None:
        if element.tag.is_private or element.keyword not in KEPT:
            return None
        if not _makes_sense(element):
            return None
        if element.VR == "SQ":
            items = [self.apply(item) for item in element.value]
            return DataElement(element.tag, "SQ", Sequence(items))
        if element.VR == "UI":
            uids = element.value if element.VM > 1 else [element.value]
            return DataElement(element.tag, "UI", [self.mapper.map_uid(str(u)) for u in uids])
        return None if self.tells_a_name(element) else element

    def tells_a_name(self, element: DataElement) -> bool:
        """Whether a kept text repeats a name or number of the patient or the institution."""
        if element.VR not in _TEXT_VRS or element.keyword in NEVER_NAMES:
            return False
        text = str(element.value).casefold()
        return any(name in text for name in self.names)

    def shift_dates(self, original: Dataset, copy: Dataset) -> None:
        for date_name, time_name in DATE_TIMES:
            date, time = (_read(original, name) for name in (date_name, time_name))
            moved = shift_date_time(date, time, self.shift)
            for name, value in zip((date_name, time_name), moved, strict=True):
                if name in original:
                    setattr(copy, name, value)
        for name in LONE_TIMES:
            if name in original:
                setattr(copy, name, shift_time(_read(original, name), self.shift))
        for name in KEPT_MOMENTS:
            if name in original:
                setattr(copy, name, shift_moment(_read(original, name), self.shift))


def _makes_sense(element: DataElement) -> bool:
    """Whether a value is of its attribute's own kind: anything else may be free text."""
    # Explicit files name each value's kind themselves, and may call a number a text.
    if element.VR not in dictionary_VR(element.tag).split(" or "):
        return False
    values = element.value if element.VM > 1 else [element.value]
    if element.VR == "CS":
        texts = [str(value or "") for value in values]
        if element.keyword in NEVER_NAMES:  # some scanners write "rgb"
            texts = [text.upper() for text in texts]
        return all(_CODE_STRING.fullmatch(text) for text in texts)
    if element.VR not in ("DS", "IS"):
        return True
    try:
        return all(math.isfinite(float(value)) for value in values if value not in (None, ""))
    except (ValueError, TypeError):
        return False


def _iterate(dataset: Dataset) -> Iterator[DataElement]:
    """Yield the elements that can be read; a value that makes no sense is not worth keeping."""
    for tag in sorted(dataset.keys()):
        try:
            yield dataset[tag]
        except BAD_VALUE:
            continue


def _read(dataset: Dataset, keyword: str) -> str:
    try:
        value = dataset.get(keyword)
    except BAD_VALUE:
        return ""
    # Only the first of several: dates and times here have one value.
    return "" if value is None else str(value).partition("\\")[0]


def _collect_names(dataset: Dataset) -> frozenset[str]:
    """Return the parts of every person's name in a file, and the numbers that name the patient."""
    names: set[str] = set()
    for element in _walk(dataset):
        if element.VR == "PN":
            parts = str(element.value).replace("^", " ").replace("=", " ").split()
            names |= {part.casefold() for part in parts if len(part) >= _LEAST_NAME}
        elif element.keyword in _NAMED_ELSEWHERE:
            text = str(element.value).strip().casefold()
            names |= {text} if len(text) >= _LEAST_ID else set()
    return frozenset(names)


def _walk(dataset: Dataset) -> Iterator[DataElement]:
    for element in _iterate(dataset):
        yield element
        if element.VR == "SQ":
            for item in element.value:
                yield from _walk(item)


def _state_method(copy: Dataset) -> None:
    """Say in the copy that, and how, it was de-identified (PS3.3 C.7.1.1, C.12.1.1.7)."""
    copy.PatientIdentityRemoved = "YES"
    copy.DeidentificationMethod = [
        f"ctbox {__version__}: PS3.15 Basic Profile, dates shifted",
        RESEARCH_NOTICE,
    ]
    items = []
    for value, meaning in _CODES:
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
        items.append(item)
    copy.DeidentificationMethodCodeSequence = Sequence(items)
    copy.LongitudinalTemporalInformationModified = "MODIFIED"


def _find_burned_in(original: Dataset) -> str:
    """Return why text may be burned into the pixels; they are never changed."""
    burned_in = _read(original, "BurnedInAnnotation").strip().upper()
    if burned_in == "YES":
        return "The file says that text is burned into its pixels."
    # Secondary captures are screens as often as not, whatever they say of themselves.
    if _read(original, "SOPClassUID").startswith(SECONDARY_CAPTURE_PREFIX):
        return "A secondary capture may show text in its pixels."
    if burned_in == "NO":
        return ""
    if _read(original, "SamplesPerPixel") not in ("", "1"):
        return "A colour image may show text in its pixels."
    return ""

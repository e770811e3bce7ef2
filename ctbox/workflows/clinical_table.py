"""The collection's clinical table (XLSX): sex, age, weight, stages, grade and smoking by patient.

The published table has a full-width "Ｍ-Stage" in its header, numbers and texts mixed in a column,
blanks, and grades spelled several ways. Columns are found by their names, so their order is free.
"""

from __future__ import annotations

import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ctbox.annotations.pairing import get_short_name
from ctbox.errors import CtboxError

MAX_ROWS = 100_000
MAX_BYTES = 50_000_000
"""A table that unpacks to more is refused; the collection's is 0.3 MB."""

_COLUMNS = {
    "newpatientid": "patient", "patientid": "patient", "subjectid": "patient",
    "sex": "sex", "age": "age", "weightkg": "weight_kg", "weight": "weight_kg",
    "tstage": "t_stage", "nstage": "n_stage", "mstage": "m_stage",
    "histopathologicalgrading": "grade", "smokinghistory": "smoking",
}  # fmt: skip
_NAMES = ("statistics-clinical*.xlsx", "*clinical*.xlsx")
_LEVELS_UP = 2
_NOT_XLSX = (
    zipfile.BadZipFile, zlib.error, LookupError, AttributeError, ValueError, TypeError,
    SyntaxError,  # both XML libraries' errors are one
    NotImplementedError, RuntimeError, EOFError, OSError,
)  # fmt: skip
"""What zipfile and openpyxl raise of a file that is no whole workbook."""
_HINT = "Give the collection's statistics-clinical table as an Excel workbook (.xlsx)."


@dataclass(frozen=True, slots=True)
class ClinicalRow:
    """What the table says of one patient; None where it says nothing.

    Parameters
    ----------
    patient : str
        Short ID, such as "A0001".
    sex : str or None
        "M" or "F".
    age : float or None
        Years.
    weight_kg : float or None
        Kilograms.
    t_stage, n_stage, m_stage : str or None
        TNM without its letter: "2b", "3", "1b".
    grade : str or None
        "G1", "G2", "G3" or a range such as "G2-3".
    smoking : bool or None
        Whether the patient smokes or smoked.
    """

    patient: str
    sex: str | None = None
    age: float | None = None
    weight_kg: float | None = None
    t_stage: str | None = None
    n_stage: str | None = None
    m_stage: str | None = None
    grade: str | None = None
    smoking: bool | None = None


def find_clinical_table(path: Path) -> Path | None:
    """Return the clinical table beside or inside a folder, or up to two levels above it."""
    start = path if path.is_dir() else path.parent
    for folder in (start, *list(start.absolute().parents)[:_LEVELS_UP]):
        for pattern in _NAMES:
            try:
                found = sorted(p for p in folder.glob(pattern) if not p.name.startswith((".", "~")))
            except OSError:
                continue
            if found:
                return found[0]
    return None


def read_clinical_table(path: Path) -> tuple[ClinicalRow, ...]:
    """Read the table; of a patient who is listed twice the first row counts.

    Raises
    ------
    CtboxError
        If the file is missing, no workbook, or has no column of patient IDs.
    """
    rows = list(_iterate_rows(path))
    for number, row in enumerate(rows[:20]):
        places = _find_columns(row)
        if "patient" in places:
            return _parse_rows(rows[number + 1 :], places)
    raise CtboxError(f"{path} has no column of patient IDs.", _HINT, path)


def _iterate_rows(path: Path) -> Iterator[tuple[object, ...]]:
    import openpyxl  # slow to import

    try:
        _check_safe(path)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            for count, row in enumerate(book.worksheets[0].iter_rows(values_only=True)):
                if count >= MAX_ROWS:
                    return
                yield row
        finally:
            book.close()
    except FileNotFoundError as error:
        raise CtboxError(f"{path} does not exist.", "Check the path.", path) from error
    except _NOT_XLSX as error:
        raise CtboxError(f"{path} is no Excel workbook that can be read.", _HINT, path) from error


def _check_safe(path: Path) -> None:
    """Refuse what unpacks to more than any table, or defines entities that could."""
    with zipfile.ZipFile(path) as archive:
        size = sum(info.file_size for info in archive.infolist())
        if size > MAX_BYTES:
            raise CtboxError(f"{path} unpacks to {size} bytes, which no table needs.", _HINT, path)
        for info in archive.infolist():
            if b"<!ENTITY" in archive.read(info):
                raise CtboxError(f"{path} defines XML entities, which no table needs.", _HINT, path)


def _find_columns(row: Iterable[object]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, value in enumerate(row):
        # NFKC makes the full-width "Ｍ" a plain one.
        text = unicodedata.normalize("NFKC", str(value or "")).lower()
        name = _COLUMNS.get("".join(letter for letter in text if letter.isalnum()))
        if name is not None:
            places.setdefault(name, place)
    return places


def _parse_rows(
    rows: Iterable[tuple[object, ...]], places: dict[str, int]
) -> tuple[ClinicalRow, ...]:
    found: dict[str, ClinicalRow] = {}
    for row in rows:
        values = {name: row[place] for name, place in places.items() if place < len(row)}
        patient = get_short_name(_read_text(values.get("patient")) or "")
        if patient:
            found.setdefault(patient, _parse_row(patient, values))
    return tuple(found.values())


def _parse_row(patient: str, values: dict[str, object]) -> ClinicalRow:
    sex = (_read_text(values.get("sex")) or "").upper()[:1]
    smoking = _read_number(values.get("smoking"))
    return ClinicalRow(
        patient=patient,
        sex=sex if sex in ("M", "F") else None,
        age=_read_number(values.get("age")),
        weight_kg=_read_number(values.get("weight_kg")),
        t_stage=_read_text(values.get("t_stage")),
        n_stage=_read_text(values.get("n_stage")),
        m_stage=_read_text(values.get("m_stage")),
        grade=_read_text(values.get("grade")),
        smoking=None if smoking is None else bool(smoking),
    )


def _read_text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFKC", str(value)).strip() or None


def _read_number(value: object) -> float | None:
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        return None
    return number if 0 <= number < 1000 else None

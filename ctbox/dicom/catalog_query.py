"""Rows for a catalogue's browser: patients, studies and series, filtered and sorted by SQL."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from ctbox.dicom.catalog import Catalog
from ctbox.dicom.catalog_schema import distrust_rows

PAGE = 200
"""Patients a question returns at once."""

SORT_KEYS = {
    "patient": "s.patient_id",
    "subtype": "s.subtype",
    "sex": "sex",
    "age": "age",
    "date": "s.study_date",
    "vendor": "s.manufacturer",
    "model": "s.model_name",
    "thickness": "s.thickness_mm",
    "kernel": "s.kernel",
    "phase": "s.phase",
    "slices": "s.n_slices",
    "annotated": "s.annotated_slices",
    "problems": "s.n_problems",
    "reviewed": "review",
    "description": "s.description",
}
"""Columns that rows can be sorted by."""

_SUMMED = frozenset({"slices", "annotated", "problems"})

_FROM = """
FROM series s
LEFT JOIN clinical c ON c.patient_short = s.patient_short
LEFT JOIN review r ON r.series_key = s.key
"""
SUBTYPE_WORDS = {
    "A": "adenocarcinoma",
    "B": "small cell carcinoma",
    "E": "large cell carcinoma",
    "G": "squamous cell carcinoma",
}
"""What people search for instead of a letter; the collection's subtypes."""
_SEX, _AGE, _REVIEW = (
    "coalesce(s.sex, c.sex)",
    "coalesce(s.age, c.age)",
    "coalesce(r.state, 'open')",
)
_SEARCHED = (
    "s.patient_id", "s.description", "s.study_description", "s.manufacturer", "s.model_name",
    "s.kernel", "s.study_uid", "s.key",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CatalogFilter:
    """Which series are wanted; what is None or empty does not matter.

    Parameters
    ----------
    text : str
        Words that must all occur in patient, description, vendor, model, kernel or a UID.
    subtypes : tuple of str
        Letters; "?" for series of unknown subtype.
    annotated, has_problems, reviewed : bool or None
        Whether a slice has a box, a problem is known, a reader has decided.
    """

    text: str = ""
    subtypes: tuple[str, ...] = ()
    annotated: bool | None = None
    has_problems: bool | None = None
    reviewed: bool | None = None

    @property
    def is_empty(self) -> bool:
        """Whether every series is wanted."""
        return self == CatalogFilter()


@dataclass(frozen=True, slots=True)
class CatalogSort:
    """By what patients, and the series of each, are sorted.

    Parameters
    ----------
    key : str
        One of `SORT_KEYS`.
    descending : bool
        Largest first.
    """

    key: str = "patient"
    descending: bool = False


@dataclass(frozen=True, slots=True)
class CatalogRow:
    """A patient, a study or a series; a value on which its series differ is None.

    Parameters
    ----------
    patient_id : str
        As in the files; "" where they have none.
    study_uid : str or None
        None for a patient.
    series_key : str or None
        None for a patient or a study.
    studies, series, slices, annotated, boxes, problems : int
        How many; annotated counts slices with a box, problems counts sentences.
    subtype, sex, date, vendor, model, kernel, phase, description, modality : str or None
        As in the files; sex also from the clinical table.
    age, thickness_mm : float or None
        Years, also from the clinical table; nominal thickness.
    reviewed : int
        Series that a reader has decided on.
    sentences : tuple of str
        The problems of a series.
    """

    patient_id: str
    study_uid: str | None = None
    series_key: str | None = None
    studies: int = 1
    series: int = 1
    slices: int = 0
    annotated: int = 0
    boxes: int = 0
    problems: int = 0
    reviewed: int = 0
    subtype: str | None = None
    sex: str | None = None
    age: float | None = None
    date: str | None = None
    vendor: str | None = None
    model: str | None = None
    thickness_mm: float | None = None
    kernel: str | None = None
    phase: str | None = None
    description: str | None = None
    modality: str | None = None
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClinicalFacts:
    """What the clinical table says of a patient; see `ctbox.workflows.clinical_table`."""

    sex: str | None
    age: float | None
    weight_kg: float | None
    t_stage: str | None
    n_stage: str | None
    m_stage: str | None
    grade: str | None
    smoking: int | None


_COUNTS = (
    "count(DISTINCT s.study_uid), count(*), sum(s.n_slices), sum(s.annotated_slices), "
    f"sum(s.boxes), sum(s.n_problems), sum({_REVIEW} != 'open')"
)
_TEXTS = ", ".join(
    # One value where all series agree, else None.
    f"CASE WHEN min(ifnull({each}, '')) = max(ifnull({each}, '')) THEN min({each}) END"
    for each in (
        "s.subtype", _SEX, _AGE, "s.study_date", "s.manufacturer", "s.model_name",
        "s.thickness_mm", "s.kernel", "s.phase",
    )
)  # fmt: skip
_SERIES = (
    "s.patient_id, s.study_uid, s.key, 1, 1, s.n_slices, s.annotated_slices, s.boxes, "
    f"s.n_problems, {_REVIEW} != 'open', s.subtype, {_SEX}, {_AGE}, s.study_date, s.manufacturer, "
    "s.model_name, s.thickness_mm, s.kernel, s.phase, s.description, s.modality, s.problems"
)
_DESCRIPTION = "CASE WHEN count(DISTINCT {0}) = 1 THEN min({0}) END"


class CatalogQuery:
    """Asks a catalogue for the rows of its browser.

    Parameters
    ----------
    catalog : Catalog
        Open.
    wanted : CatalogFilter
        Which series count.
    sort : CatalogSort
        In what order.
    """

    def __init__(
        self,
        catalog: Catalog,
        wanted: CatalogFilter | None = None,
        sort: CatalogSort | None = None,
    ) -> None:
        self._catalog = catalog
        self._sort = sort or CatalogSort()
        self._where, self._values = _compose_filter(wanted or CatalogFilter())

    def count(self) -> tuple[int, int, int]:
        """Return the numbers of patients, series and slices."""
        sql = (
            f"SELECT count(DISTINCT s.patient_id), count(*), sum(s.n_slices) {_FROM} {self._where}"
        )
        patients, series, slices = self._catalog.ask(sql, self._values)[0]
        return patients, series, slices or 0

    def list_patients(self, offset: int = 0, limit: int = PAGE) -> list[CatalogRow]:
        """Return one page of patients."""
        what = _DESCRIPTION.format("s.study_description")
        sql = (
            f"SELECT s.patient_id, NULL, NULL, {_COUNTS}, {_TEXTS}, {what}, NULL, '[]' "
            f"{_FROM} {self._where} GROUP BY s.patient_id "
            f"ORDER BY {self._compose_order(grouped=True)} LIMIT ? OFFSET ?"
        )
        return self._list(sql, limit, offset)

    def list_studies(self, patient_id: str) -> list[CatalogRow]:
        """Return the studies of a patient."""
        what = _DESCRIPTION.format("s.study_description")
        sql = (
            f"SELECT s.patient_id, s.study_uid, NULL, {_COUNTS}, {_TEXTS}, {what}, NULL, '[]' "
            f"{_FROM} {self._where} AND s.patient_id = ? GROUP BY s.study_uid "
            "ORDER BY s.study_date, s.study_uid"
        )
        return self._list(sql, patient_id)

    def list_series(self, patient_id: str, study_uid: str) -> list[CatalogRow]:
        """Return the series of a study."""
        order = (
            "s.series_number, s.key"
            if self._sort.key == "patient"
            else self._compose_order(grouped=False)
        )
        sql = (
            f"SELECT {_SERIES} {_FROM} {self._where} "
            f"AND s.patient_id = ? AND s.study_uid = ? ORDER BY {order}"
        )
        return self._list(sql, patient_id, study_uid)

    def list_all_series(self) -> list[CatalogRow]:
        """Return every series that is wanted, patient by patient."""
        sql = (
            f"SELECT {_SERIES} {_FROM} {self._where} "
            "ORDER BY s.patient_id, s.study_date, s.study_uid, s.series_number, s.key"
        )
        return self._list(sql)

    def find_clinical(self, patient_id: str) -> ClinicalFacts | None:
        """Return what the clinical table says of a patient."""
        found = self._catalog.ask(
            "SELECT c.sex, c.age, c.weight_kg, c.t_stage, c.n_stage, c.m_stage, c.grade, c.smoking "
            "FROM clinical c JOIN series s ON s.patient_short = c.patient_short "
            "WHERE s.patient_id = ? LIMIT 1",
            (patient_id,),
        )
        if not found:
            return None
        return ClinicalFacts(*found[0])

    def _list(self, sql: str, *values: Any) -> list[CatalogRow]:
        rows = self._catalog.ask(sql, (*self._values, *values))
        with distrust_rows(self._catalog.path):
            return [
                replace(CatalogRow(*row), sentences=tuple(map(str, json.loads(row[-1]))))
                for row in rows
            ]

    def _compose_order(self, *, grouped: bool) -> str:
        key = self._sort.key
        column = {"sex": _SEX, "age": _AGE, "review": _REVIEW}.get(SORT_KEYS[key], SORT_KEYS[key])
        if grouped:
            column = f"{_choose_aggregate(key, self._sort.descending)}({column})"
        direction = "DESC" if self._sort.descending else "ASC"
        tail = "s.patient_id" if grouped else "s.series_number, s.key"
        return f"{column} IS NULL, {column} {direction}, {tail}"


def _choose_aggregate(key: str, descending: bool) -> str:
    if key in _SUMMED:
        return "sum"
    return "max" if descending else "min"


def _compose_filter(wanted: CatalogFilter) -> tuple[str, list[Any]]:
    """Return a WHERE clause and its values."""
    clauses, values = ["1"], []
    for word in wanted.text.split():
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        letters = [key for key, name in SUBTYPE_WORDS.items() if word.lower() in name]
        marks = ",".join("?" * len(letters))
        like = " OR ".join(f"{name} LIKE ? ESCAPE '\\'" for name in _SEARCHED)
        clauses.append(f"({like} OR s.subtype IN ({marks}))")
        values += [*[f"%{escaped}%"] * len(_SEARCHED), *letters]
    if wanted.subtypes:
        marks = ",".join("?" * len(wanted.subtypes))
        clauses.append(f"ifnull(s.subtype, '?') IN ({marks})")
        values += wanted.subtypes
    for flag, clause in (
        (wanted.annotated, "s.annotated_slices > 0"),
        (wanted.has_problems, "s.n_problems > 0"),
        (wanted.reviewed, f"{_REVIEW} != 'open'"),
    ):
        if flag is not None:
            clauses.append(clause if flag else f"NOT ({clause})")
    return "WHERE " + " AND ".join(clauses), values

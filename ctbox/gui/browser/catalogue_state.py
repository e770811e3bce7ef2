"""What the catalogue's views share: the file, the filter and the order; no widgets."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ctbox.dicom.catalog import Catalog
from ctbox.dicom.catalog_query import SORT_KEYS, CatalogFilter, CatalogQuery, CatalogSort
from ctbox.errors import CatalogError
from ctbox.gui.browser.indexing_pace import IndexingNews


class CatalogueState(QObject):
    """An open catalogue with a filter and an order.

    Parameters
    ----------
    path : pathlib.Path
        The catalogue's file; it is opened once there is one, and never made here.
    """

    changed = Signal()
    indexing_changed = Signal()
    failed = Signal(object)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self.filter = CatalogFilter()
        self.sort = CatalogSort()
        self.indexing: IndexingNews | None = None
        self._catalog: Catalog | None = None

    @property
    def catalog(self) -> Catalog | None:
        """The open catalogue, None while there is none."""
        return self._catalog

    def open(self) -> None:
        """Open the catalogue if it is there; `failed` tells why it cannot be."""
        if self._catalog is not None or not self.path.is_file():
            return
        try:
            self._catalog = Catalog(self.path)
        except CatalogError as error:
            self.failed.emit(error)
            return
        self.changed.emit()

    def close(self) -> None:
        """Let go of the file."""
        if self._catalog is not None:
            self._catalog.close()
            self._catalog = None

    def refresh(self) -> None:
        """Look again: something was indexed or reviewed."""
        self.open()
        self.changed.emit()

    def set_indexing(self, news: IndexingNews | None) -> None:
        """Tell how far the indexing is; None where there is none."""
        if news != self.indexing:
            self.indexing = news
            self.indexing_changed.emit()

    def make_query(self) -> CatalogQuery | None:
        """Return what asks for the rows that are wanted now; None without a catalogue."""
        if self._catalog is None:
            return None
        return CatalogQuery(self._catalog, self.filter, self.sort)

    def set_filter(self, wanted: CatalogFilter) -> None:
        """Show other series."""
        if wanted != self.filter:
            self.filter = wanted
            self.changed.emit()

    def set_sort(self, sort: CatalogSort) -> None:
        """Show them in another order."""
        if sort != self.sort:
            self.sort = sort
            self.changed.emit()

    # --- between runs -----------------------------------------------------------------------

    def describe(self) -> dict[str, object]:
        """Return filter and order for the settings; the search text is not kept."""
        kept = replace(self.filter, text="")
        return {"filter": asdict(kept), "sort": asdict(self.sort)}

    def restore(self, described: object) -> None:
        """Take up what `describe` gave; what makes no sense is left out."""
        if not isinstance(described, dict):
            return
        self.filter = _read_filter(described.get("filter"))
        sort = described.get("sort")
        key = sort.get("key") if isinstance(sort, dict) else None
        if isinstance(sort, dict) and isinstance(key, str) and key in SORT_KEYS:
            self.sort = CatalogSort(key, bool(sort.get("descending")))


def _read_filter(described: object) -> CatalogFilter:
    if not isinstance(described, dict):
        return CatalogFilter()
    flags = {
        name: described[name]
        for name in ("annotated", "has_problems", "reviewed")
        if isinstance(described.get(name), bool)
    }
    letters = described.get("subtypes")
    listed = letters if isinstance(letters, list | tuple) else ()
    subtypes = tuple(each for each in listed if isinstance(each, str))
    return CatalogFilter(subtypes=subtypes, **flags)


def parse_settings(text: str) -> dict[str, object]:
    """Return the catalogue's part of the settings; empty where it makes no sense."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

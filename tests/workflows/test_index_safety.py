"""Indexing where there is no place for it, what is no folder, and what grows with the square."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ctbox.dicom.catalog import Catalog
from ctbox.errors import CatalogError, DicomReadError
from ctbox.progress import TaskContext
from ctbox.workflows import index
from ctbox.workflows.index import IndexRequest, index_collection
from tests.workflows.test_index import run, write_patient


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on Windows")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DicomReadError, match="neither a file nor a folder"):
        run(tmp_path / "pipe", tmp_path)


def test_a_catalogue_without_a_place_is_told(tmp_path: Path) -> None:
    write_patient(tmp_path / "data", "Lung_Dx-A0001", 1)
    (tmp_path / "file").write_text("no folder")
    request = IndexRequest(tmp_path / "data", tmp_path / "file" / "below" / "c.sqlite")
    with pytest.raises(CatalogError, match="cannot be made"):
        index_collection(request, TaskContext())


def test_dropping_what_is_unused_does_not_go_through_all_for_each(tmp_path: Path) -> None:
    with Catalog(tmp_path / "c.sqlite") as catalog:
        with catalog.writing() as connection:
            connection.execute("INSERT INTO folder VALUES (1, x'2f', 1)")
            connection.execute("INSERT INTO file VALUES (1, 1, x'61', 1, 1, 0, 1)")
            connection.execute("INSERT INTO series_uid VALUES (1, '1.2', 0)")
            bodies = [(str(number),) for number in range(1001)]
            connection.executemany("INSERT INTO common(body) VALUES (?)", bodies)
            connection.executemany(
                "INSERT INTO instance(file_id, series_id, common_id, sop_uid) VALUES (1, 1, 1, ?)",
                bodies,
            )
        steps: list[None] = []
        catalog.connection.set_progress_handler(lambda: steps.append(None), 1000)
        index._tidy(catalog)
        catalog.connection.set_progress_handler(None, 0)
        assert catalog.ask("SELECT count(*) FROM common") == [(1,)]
        assert len(steps) < 200  # thousand operations each: 4,000 with a search for each row
        assert catalog.ask("PRAGMA foreign_keys") == [(1,)]

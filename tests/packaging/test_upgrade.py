"""A newer ctbox over an older one's files: settings, models, catalogue and edits are kept."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ctbox import paths
from ctbox.annotations.box_edits import OwnBox, add_boxes
from ctbox.annotations.store import AnnotationStore
from ctbox.boxes import BoundingBox
from ctbox.dicom.catalog_schema import MIGRATIONS, connect
from ctbox.model.checkpoint import read_card
from ctbox.settings import load_settings, save_settings, settings_path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "Ärztin Müller"
    monkeypatch.setenv("CTBOX_HOME", str(folder))
    folder.mkdir()
    return folder


def test_settings_of_the_first_version_are_kept(home: Path) -> None:
    path = settings_path(paths.user_config_folder())
    path.write_text(json.dumps({"version": 1, "theme": "light", "confidence": 0.4}))

    loaded = load_settings(paths.user_config_folder())
    save_settings(loaded.settings, paths.user_config_folder())

    assert loaded.problem is None
    again = load_settings(paths.user_config_folder()).settings
    assert (again.theme, again.confidence) == ("light", 0.4)


def test_the_catalogue_of_every_earlier_version_keeps_its_tables(home: Path) -> None:
    for version in range(1, len(MIGRATIONS) + 1):
        path = home / f"catalogue-{version}.sqlite"
        connect(path, migrations=MIGRATIONS[:version]).close()

        connection = connect(path)
        (now,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute("SELECT * FROM review")
        connection.close()

        assert now == len(MIGRATIONS)


def test_unsaved_edits_are_found_again(home: Path) -> None:
    journal = home / "edits" / "case.jsonl"
    journal.parent.mkdir()
    store = AnnotationStore.open(journal, title="case", case_path="/case")
    store.apply(add_boxes("Draw", (OwnBox(store.next_id, "1.2", BoundingBox(1, 2, 9, 8), "A"),)))
    store.close()

    again = AnnotationStore.open(journal, title="case", case_path="/elsewhere")
    assert [own.box for own in again.find("1.2")] == [BoundingBox(1, 2, 9, 8)]
    again.close()


def test_a_user_s_model_is_still_found_by_name(home: Path) -> None:
    shipped = paths.weights_folder() / "ctbox-lung"
    shutil.copytree(shipped, paths.user_models_folder() / "mine")

    folders = [root / "mine" for root in paths.model_folders() if (root / "mine").is_dir()]

    assert len(folders) == 1
    assert read_card(folders[0]).name

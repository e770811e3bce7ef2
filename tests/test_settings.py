from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctbox.errors import SettingsError
from ctbox.settings import (
    MAX_RECENT,
    VERSION,
    Settings,
    load_settings,
    save_settings,
    settings_path,
)

CHANGED = Settings(
    theme="light",
    recent_paths=("/data/Lung_Dx-A0001.zip", "/data/Größe 肺"),
    last_folder="/data",
    window_geometry="AdnQywADAAA=",
    window_state="AAAA/w==",
    window_preset="Mediastinum",
    device="cpu",
    default_model="detector-s",
    confidence=0.35,
    show_loose_boxes=False,
    hit_iou=0.5,
    attention_opacity=0.25,
    smooth=False,
    show_outline=True,
    show_raw_sobel=True,
    shortcuts="annotator",
    own_shortcuts={"annotator": {"fit": ("X", "Shift+F2"), "cine": ()}},
    hidden_overlays=("patient",),
    save_folder="/home/reader/ctbox",
    reader_name="Dr. Größe",
    user_windows=(("Bone", 2000.0, 300.0), ("Größe", 160, 60)),
    invert_window_drag=True,
    catalogue_view='{"view": {}}',
    cine_fps=25,
    language="de",
    report_choices={"dicom": "/data", "models": ["detector-s"], "workers": 2},
)


def write(folder: Path, data: Any) -> Path:
    path = settings_path(folder)
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return path


def test_no_file_gives_defaults_without_a_word(tmp_path: Path) -> None:
    loaded = load_settings(tmp_path / "never made")
    assert loaded.settings == Settings()
    assert loaded.problem is None


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    save_settings(CHANGED, tmp_path / "new" / "folder")
    loaded = load_settings(tmp_path / "new" / "folder")
    assert loaded.settings == CHANGED
    assert loaded.problem is None
    default = Settings()
    for name in vars(default):
        if name != "unknown":
            assert getattr(CHANGED, name) != getattr(default, name), f"{name} is not tested"


def test_home_variable_moves_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path))
    save_settings(CHANGED)
    assert (tmp_path / "settings.json").is_file()
    assert load_settings().settings == CHANGED


def test_fields_and_version_of_a_newer_ctbox_survive(tmp_path: Path) -> None:
    path = write(tmp_path, {"version": VERSION + 1, "theme": "light", "hologram": {"depth": [1]}})
    loaded = load_settings(tmp_path)
    assert loaded.problem is None
    save_settings(replace(loaded.settings, device="cpu"), tmp_path)
    data = json.loads(path.read_text())
    assert data["hologram"] == {"depth": [1]}
    assert data["version"] == VERSION + 1
    assert (data["theme"], data["device"]) == ("light", "cpu")


@pytest.mark.parametrize(
    "text",
    ["", "{", "null", "[]", '"text"', '{"theme": "dark"', "\x00\x00\x00", "[" * 100_000],
)
def test_damaged_file_is_kept_aside(tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    loaded = load_settings(tmp_path)
    assert loaded.settings == Settings()
    assert loaded.problem is not None
    (backup,) = tmp_path.glob("settings.damaged-*.json")
    assert str(backup) in loaded.problem
    assert backup.read_text() == text
    assert load_settings(tmp_path).problem is None
    save_settings(CHANGED, tmp_path)
    assert load_settings(tmp_path).settings == CHANGED


def test_damaged_bytes_are_kept_aside(tmp_path: Path) -> None:
    settings_path(tmp_path).write_bytes(b"\xff\xfe{}")
    assert load_settings(tmp_path).problem is not None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "pink"),
        ("theme", ["dark"]),
        ("theme", {"a": 1}),
        ("recent_paths", "not a list"),
        ("recent_paths", [1]),
        ("confidence", "high"),
        ("confidence", 1.5),
        ("confidence", True),
        ("confidence", float("nan")),
        ("smooth", 1),
        ("device", None),
        ("window_geometry", None),
    ],
)
def test_one_senseless_field_is_reset_and_named(tmp_path: Path, name: str, value: Any) -> None:
    write(tmp_path, {"version": 1, "default_model": "kept", name: value})
    loaded = load_settings(tmp_path)
    assert loaded.settings == Settings(default_model="kept")
    assert loaded.problem is not None
    assert name in loaded.problem


def test_old_file_without_new_fields(tmp_path: Path) -> None:
    write(tmp_path, {"version": 1, "theme": "light"})
    assert load_settings(tmp_path).settings == Settings(theme="light")


def test_unreadable_file_is_left_alone(tmp_path: Path) -> None:
    settings_path(tmp_path).mkdir()
    loaded = load_settings(tmp_path)
    assert loaded.settings == Settings()
    assert loaded.problem is not None
    assert "could not be read" in loaded.problem


def test_failed_save_says_so_and_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_settings(CHANGED, tmp_path)

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(SettingsError, match="No space left") as caught:
        save_settings(Settings(), tmp_path)
    assert caught.value.hint
    monkeypatch.undo()
    assert load_settings(tmp_path).settings == CHANGED
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]


def test_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="could not be saved"):
        save_settings(Settings(), tmp_path / "file")


def test_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    save_settings(CHANGED, tmp_path)
    if os.name == "posix":
        assert stat.S_IMODE(settings_path(tmp_path).stat().st_mode) == 0o600


@given(st.lists(st.sampled_from("abcdefghijklmnop"), max_size=40))
def test_recent_paths_are_unique_newest_first_and_few(opened: list[str]) -> None:
    settings = Settings()
    for path in opened:
        settings = settings.with_recent(path)
    assert settings.recent_paths == tuple(dict.fromkeys(reversed(opened)))[:MAX_RECENT]


words = st.text("aé/\\ud800", max_size=5)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | words
json_values = scalars | st.lists(scalars, max_size=3) | st.dictionaries(words, scalars, max_size=2)


@given(data=st.dictionaries(st.sampled_from([*vars(Settings()), "version", "x"]), json_values))
def test_no_content_stops_the_program(
    data: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("settings")
    write(folder, data)
    settings = load_settings(folder).settings
    save_settings(settings, folder)
    assert load_settings(folder).problem is None

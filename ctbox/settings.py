"""What ctbox remembers between runs: one frozen value, kept in a versioned JSON file.

A damaged file never stops the program: it is kept beside under another name, and the defaults
are used. What a newer version wrote and this one does not know is carried along untouched.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from ctbox.errors import SettingsError
from ctbox.paths import user_config_folder

VERSION = 1
FILE_NAME = "settings.json"
MAX_RECENT = 10
THEMES = ("dark", "light")
DEVICES = ("auto", "cpu", "cuda")
SYSTEM_LANGUAGE = "system"
HIDEABLE_OVERLAYS = ("annotations", "detections", "mine", "texts", "patient")


@dataclass(frozen=True)
class Settings:
    """What the user chose, and where he left off.

    Parameters
    ----------
    theme : str
        "dark" or "light".
    recent_paths : tuple of str
        Last opened places, newest first.
    last_folder : str
        Where the user chose something to open last; empty before.
    window_geometry, window_state : str
        Qt's own bytes as base64; empty before the first run.
    window_preset : str
        Name of the last display window, such as "Lung".
    device : str
        "auto", "cpu" or "cuda".
    default_model : str or None
        Name of the model to predict with; None for the shipped one.
    confidence : float or None
        Score in 0…1 from which boxes are shown; None for the model's own.
    show_loose_boxes : bool
        Whether the AI's boxes that belong to no lesion are shown.
    hit_iou : float
        Least IoU with an expert's box that makes a detection a hit, 0…1.
    attention_opacity : float
        Of the attention map's brightest place, 0…1.
    smooth : bool
        Whether pixels are interpolated on the screen.
    show_outline : bool
        Whether the outline is laid on the slice.
    show_raw_sobel : bool
        Whether the panel shows the raw Sobel picture.
    shortcuts : str
        Profile of shortcuts.
    own_shortcuts : mapping
        What the user changed of each profile: its name to commands to their keys.
    hidden_overlays : tuple of str
        Layers that are not shown from the start, of `HIDEABLE_OVERLAYS`.
    save_folder : str
        Where the reader's boxes were saved last; empty for the user's documents.
    reader_name : str
        Who unlocked an expert's boxes last.
    user_windows : tuple of (str, float, float)
        The user's own display windows: name, width, level.
    invert_window_drag : bool
        Whether dragging left widens the window and down brightens.
    cine_fps : int
        Slices a second of cine, 1…60.
    language : str
        Code of the window's language, such as "de"; `SYSTEM_LANGUAGE` for the system's.
    catalogue_view : str
        Columns, order and filters of the catalogue, as its own JSON.
    report_choices : mapping
        What the report's dialog was filled with last.
    unknown : mapping
        Fields of a newer version, written back as they were read.
    """

    theme: str = "dark"
    recent_paths: tuple[str, ...] = ()
    last_folder: str = ""
    window_geometry: str = ""
    window_state: str = ""
    window_preset: str = "Lung"
    device: str = "auto"
    default_model: str | None = None
    confidence: float | None = None
    show_loose_boxes: bool = True
    hit_iou: float = 0.3
    attention_opacity: float = 0.6
    smooth: bool = True
    show_outline: bool = False
    show_raw_sobel: bool = False
    shortcuts: str = "radiology"
    own_shortcuts: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    hidden_overlays: tuple[str, ...] = ()
    catalogue_view: str = ""
    save_folder: str = ""
    reader_name: str = ""
    user_windows: tuple[tuple[str, float, float], ...] = ()
    invert_window_drag: bool = False
    cine_fps: int = 12
    language: str = SYSTEM_LANGUAGE
    report_choices: Mapping[str, Any] = field(default_factory=dict)
    unknown: Mapping[str, Any] = field(default_factory=dict)

    def with_recent(self, path: str | Path) -> Settings:
        """Return settings with this place first among the recent ones."""
        text = str(path)
        others = tuple(each for each in self.recent_paths if each != text)
        return replace(self, recent_paths=(text, *others)[:MAX_RECENT])


@dataclass(frozen=True)
class LoadedSettings:
    """The settings, and what went wrong with reading them.

    Parameters
    ----------
    settings : Settings
        Defaults wherever the file was of no use.
    problem : str or None
        One sentence for the user.
    """

    settings: Settings
    problem: str | None = None


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_text_or_none(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _is_shortcuts(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(commands, dict) and all(map(_is_paths, commands.values()))
        for commands in value.values()
    )


def _is_hidden_overlays(value: object) -> bool:
    return _is_paths(value) and set(cast("list[str]", value)) <= set(HIDEABLE_OVERLAYS)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_paths(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is_score_or_none(value: object) -> bool:
    if value is None:
        return True
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= 1  # false for NaN too


def _is_windows(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_window, value))


def _is_window(value: object) -> bool:
    if not isinstance(value, list) or len(value) != 3 or not isinstance(value[0], str):
        return False
    numbers = [each for each in value[1:] if isinstance(each, int | float)]
    if len(numbers) < 2 or any(isinstance(each, bool) for each in numbers):
        return False
    return 1 <= numbers[0] <= 1e5 and -1e5 <= numbers[1] <= 1e5  # false for NaN too


def _is_cine_fps(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 60


def _is_score(value: object) -> bool:
    return value is not None and _is_score_or_none(value)


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "theme": THEMES.__contains__,
    "recent_paths": _is_paths,
    "last_folder": _is_text,
    "window_geometry": _is_text,
    "window_state": _is_text,
    "window_preset": _is_text,
    "device": DEVICES.__contains__,
    "default_model": _is_text_or_none,
    "confidence": _is_score_or_none,
    "show_loose_boxes": _is_flag,
    "hit_iou": _is_score,
    "attention_opacity": _is_score,
    "smooth": _is_flag,
    "show_outline": _is_flag,
    "show_raw_sobel": _is_flag,
    "shortcuts": _is_text,
    "own_shortcuts": _is_shortcuts,
    "hidden_overlays": _is_hidden_overlays,
    "catalogue_view": _is_text,
    "save_folder": _is_text,
    "reader_name": _is_text,
    "user_windows": _is_windows,
    "invert_window_drag": _is_flag,
    "cine_fps": _is_cine_fps,
    "language": _is_text,
    "report_choices": _is_object,
}


def settings_path(folder: Path | None = None) -> Path:
    """Return the settings file, in the user's own folder unless another is given."""
    return (folder or user_config_folder()) / FILE_NAME


def load_settings(folder: Path | None = None) -> LoadedSettings:
    """Read the settings; never fails, for the program must start.

    A file that is no JSON object is moved aside and named in the problem; a single field that
    makes no sense falls back to its default.
    """
    path = settings_path(folder)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return LoadedSettings(Settings())
    except OSError as error:
        reason = error.strerror or "the disk refused it"
        return LoadedSettings(
            Settings(), f"The settings in {path} could not be read ({reason}): defaults are used."
        )
    except (ValueError, RecursionError):  # no UTF-8, no JSON, or a trap of brackets
        data = None
    if not isinstance(data, dict):
        return LoadedSettings(Settings(), _set_aside(path))
    return _parse(data, path)


def save_settings(settings: Settings, folder: Path | None = None) -> None:
    """Write the settings whole or not at all.

    Raises
    ------
    SettingsError
        If the file cannot be written; the old one is left as it was.
    """
    path = settings_path(folder)
    known = {f.name: getattr(settings, f.name) for f in fields(Settings) if f.name != "unknown"}
    data = {"version": VERSION, **settings.unknown, **known}
    text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_atomically(path, text.encode("utf-8", "surrogatepass"))
    except OSError as error:
        reason = error.strerror or "the disk refused it"
        raise SettingsError(
            f"The settings could not be saved to {path}: {reason}.",
            "Check that its folder may be written to and has room.",
            path,
        ) from error


def _write_atomically(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=".settings-", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _set_aside(path: Path) -> str:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    backup = path.with_name(f"settings.damaged-{stamp}.json")
    try:
        path.replace(backup)
    except OSError:
        return f"The settings in {path} are damaged: defaults are used."
    return f"The settings were damaged: defaults are used, and the old file is kept as {backup}."


def _parse(data: dict[str, Any], path: Path) -> LoadedSettings:
    values = {name: data[name] for name in _CHECKS if name in data}
    bad = sorted(name for name, value in values.items() if not _is_valid(name, value))
    for name in bad:
        del values[name]
    if "recent_paths" in values:
        values["recent_paths"] = tuple(values["recent_paths"][:MAX_RECENT])
    if "hidden_overlays" in values:
        values["hidden_overlays"] = tuple(values["hidden_overlays"])
    if "own_shortcuts" in values:
        values["own_shortcuts"] = {
            profile: {command: tuple(keys) for command, keys in commands.items()}
            for profile, commands in values["own_shortcuts"].items()
        }
    if "user_windows" in values:
        values["user_windows"] = tuple(tuple(each) for each in values["user_windows"])
    # A newer version's number stays with its fields, so that it finds what it wrote.
    version = data.get("version")
    is_newer = isinstance(version, int) and not isinstance(version, bool) and version > VERSION
    unknown = {
        name: value
        for name, value in data.items()
        if name not in _CHECKS and (name != "version" or is_newer) and name != "unknown"
    }
    problem = None
    if bad:
        names = ", ".join(bad)
        problem = f"These settings in {path} made no sense and were reset: {names}."
    return LoadedSettings(Settings(**values, unknown=unknown), problem)


def _is_valid(name: str, value: object) -> bool:
    try:
        return _CHECKS[name](value)
    except TypeError:  # a list or an object where a word was expected
        return False

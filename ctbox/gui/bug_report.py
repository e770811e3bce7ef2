"""What a bug report says: versions, machine, settings and the last log lines, and nobody's data.

Names, paths, file names and UIDs are taken out twice over: by what they look like, and, for the
open case and the places the user chose, by what they are.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from PySide6.QtCore import qVersion

from ctbox import __version__
from ctbox.gui.privacy import scrub
from ctbox.settings import Settings
from ctbox.workflows.open_case import Case

LOG_LINES = 150
_LOG_BYTES = 64_000
_PACKAGES = ("PySide6-Essentials", "numpy", "pydicom", "torch", "scipy", "scikit-image", "lxml")
# Only fields that hold neither a place nor anything the user typed.
_FIELDS = (
    "theme", "device", "confidence", "hit_iou", "smooth", "show_outline", "show_raw_sobel",
    "window_preset", "shortcuts", "invert_window_drag", "cine_fps",
)  # fmt: skip
_UID = re.compile(r"\b[0-2](?:\.[0-9]+){4,}(?:#[0-9]+)?\b")
_OWN_CODE = re.compile(
    r"(?:[A-Za-z]:)?[\\/][^\"'\n]*?[\\/]((?:ctbox|PySide6|pydicom|torch|numpy)[\\/])"
)
_PLACE = re.compile(
    r"(?<![\w.)\]])(?:~|[A-Za-z]:|\\\\[\w.$-]+)?[\\/][^\s\"'<>|]*[^\s\"'<>|.,;:)\]]"
)
_QUOTED_PLACE = re.compile(r"([\"'])(?:~|[A-Za-z]:|\\)?[\\/][^\"'\n]*\1")
_FILE = re.compile(
    r"[^\s\"'/\\]+\.(?:dcm|dicom|ima|zip|xml|json|csv|xlsx|tar|gz|xz)\b", re.IGNORECASE
)
_PLAIN_FOLDERS = {
    "ctbox", "home", "users", "root", "tmp", "temp", "data", "mnt", "media", "usr", "var", "work",
    "opt", "run", "volumes", "documents", "desktop", "downloads", "annotation", "annotations",
    "lung-pet-ct-dx", "share", "local", "main", "shared", "lung", "pet", "chest", "thorax", "dicom",
    "case", "cases", "series", "study", "studies", "scan", "scans", "patient", "sample", "ctpet",
}  # fmt: skip
_LEAST_SECRET = 3
_BREAK = re.compile(r"[\W_]+")
_WORD = re.compile(r"[\w.^-]+")


@dataclass(frozen=True)
class ReportSource:
    """Everything a report is made from.

    Parameters
    ----------
    settings : Settings
        What the user chose.
    case : Case or None
        What is open, so that nothing of it gets into the report.
    prediction : str
        What the chip in the corner says: device and model.
    screens : tuple of str
        Sizes and scales of the screens.
    log_path : pathlib.Path or None
        The running log.
    """

    settings: Settings
    case: Case | None = None
    prediction: str = ""
    screens: tuple[str, ...] = ()
    log_path: Path | None = None


def compose_report(source: ReportSource) -> str:
    """Return the report's text, as it is shown and saved."""
    log = redact("\n".join(_read_log(source.log_path)), find_secrets(source))
    parts = [
        "ctbox bug report",
        "What happened, and what did you expect? (Write here.)\n",
        "-- Program and machine",
        *_describe_machine(source),
        "",
        "-- Settings (without places, names and layout)",
        *(f"{name}: {getattr(source.settings, name)}" for name in _FIELDS),
        f"user windows: {len(source.settings.user_windows)}",
        "",
        f"-- Last log lines (up to {LOG_LINES}; names, places, file names and UIDs taken out)",
        log or "(no log)",
    ]
    return "\n".join(parts) + "\n"


def _describe_machine(source: ReportSource) -> list[str]:
    lines = [
        f"ctbox {__version__}, Python {platform.python_version()}, Qt {qVersion()}",
        *(f"{name} {_find_version(name)}" for name in _PACKAGES),
        f"system: {platform.system()} {platform.release()}, {platform.machine()}",
        f"processors: {os.cpu_count()}",
        *(f"screen: {screen}" for screen in source.screens),
    ]
    prediction = redact(source.prediction, find_secrets(source))
    return [*lines, f"prediction: {prediction}"] if prediction else lines


def _find_version(package: str) -> str:
    # Imported here: it brings a mail parser along, which would delay the window's appearance.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _read_log(path: Path | None) -> Sequence[str]:
    if path is None:
        return ()
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(file.tell() - _LOG_BYTES, 0))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ("(the log could not be read)",)
    return text.splitlines()[-LOG_LINES:]


def find_secrets(source: ReportSource) -> tuple[str, ...]:
    """Return words that must not stand in a report, the longest first."""
    settings, case = source.settings, source.case
    places = [*settings.recent_paths, settings.last_folder, settings.save_folder]
    words = {*_split_words(settings.reader_name), settings.default_model or "", platform.node()}
    words.update(_find_user())
    if case is not None:
        places.append(case.path)
        for each in case.series:
            series = each.series
            words.update(_split_words(series.patient_id or ""))
            places += [slice_.source.display for slice_ in series.slices]
    for place in set(places):
        words.update(_list_parts(place))
    words = {word.strip() for word in words}
    kept = (w for w in words if len(w) >= _LEAST_SECRET and w.casefold() not in _PLAIN_FOLDERS)
    return tuple(sorted(kept, key=lambda word: (-len(word), word)))


def _find_user() -> Iterable[str]:
    return (os.environ.get(name, "") for name in ("USER", "USERNAME", "LOGNAME"))


def _list_parts(place: str) -> Iterable[str]:
    path = PurePath(place)
    return (place, *(word for part in path.parts for word in _split_words(part)))


def _split_words(name: str) -> Iterable[str]:
    """Return a name and the words in it, but no mere numbers: those could be anything."""
    words = (word for word in _BREAK.split(name) if not word.isdigit())
    return (name, *words)


def redact(text: str, secrets: Sequence[str] = ()) -> str:
    """Return a text without names, places, file names and UIDs.

    Parameters
    ----------
    text : str
        Log lines.
    secrets : sequence of str
        Words to take out wherever they stand, the longest first.
    """
    text = scrub(text)
    text = _OWN_CODE.sub(r"\1", text)
    text = _QUOTED_PLACE.sub(r"\1[place]\1", text)
    text = _take_out(text, secrets)
    text = _PLACE.sub("[place]", text)
    text = _FILE.sub("[file]", text)
    return _UID.sub("[uid]", text)


def _take_out(text: str, secrets: Sequence[str]) -> str:
    """Return the text without these words, nor words that they are a part of."""
    plain = {secret.casefold() for secret in secrets if _WORD.fullmatch(secret)}

    def replace(match: re.Match[str]) -> str:
        word = match.group().casefold()
        parts = {word, word.strip("."), *_BREAK.split(word)}
        return match.group() if parts.isdisjoint(plain) else "[removed]"

    for secret in secrets:
        if not _WORD.fullmatch(secret):
            text = re.sub(re.escape(secret), "[removed]", text, flags=re.IGNORECASE)
    return _WORD.sub(replace, text)

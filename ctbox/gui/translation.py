"""The window's words in the user's language, through Qt's translation files.

A text stands in English in the code: ``tr("Open folder")`` where it is shown. A constant, which is
made before a language is chosen, is marked, ``TITLE = mark("Open folder")``, and ``tr(TITLE)``
stands where it is shown. Placeholders are filled afterwards:
``tr("{done} of {total}").format(…)``. Where a number decides between singular and plural:
``tr("%n slice(s)", "", count)``, with a plain name as the count, for lupdate reads no call there.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

FOLDER = Path(__file__).parent / "translations"
ENGLISH = "en"
NAMES = {ENGLISH: "English", "de": "Deutsch"}
"""Languages by their own names: he who looks for his does not read the others."""
VARIABLE = "CTBOX_LANGUAGE"
_PLURAL = re.compile(r"\((s|es)\)")
_POSIX = ("LC_ALL", "LC_MESSAGES", "LANG")


def tr(text: str, about: str = "", count: int = -1) -> str:
    """Return a text in the window's language; in English where it has no translation.

    Parameters
    ----------
    text : str
        In English, as it stands in the code. ``%n`` is the count, and "(s)" or "(es)" after a
        word its plural.
    about : str
        What tells two equal English texts apart; empty mostly.
    count : int
        The number of things told of; −1 where there is none.
    """
    if not text:
        return text
    told = QCoreApplication.translate("", text, about or None, count)
    if count < 0:
        return told
    # A translation has forms of its own: only English still holds "(s)".
    return _PLURAL.sub("" if count == 1 else r"\1", told)


def mark(text: str) -> str:
    """Return a constant's text as it is, for lupdate to find; `tr` it where it is shown."""
    return text


def list_languages() -> tuple[str, ...]:
    """Return the codes of the languages that the window speaks, English first."""
    found = sorted(path.stem.removeprefix("ctbox_") for path in FOLDER.glob("ctbox_*.qm"))
    return (ENGLISH, *found)


def find_language(chosen: str) -> str:
    """Return the code of the language to use.

    Parameters
    ----------
    chosen : str
        The setting: a code, or `SYSTEM_LANGUAGE` for ``CTBOX_LANGUAGE`` and then the system's
        language.
    """
    known = list_languages()
    if chosen in known:
        return chosen
    for wanted in (os.environ.get(VARIABLE, ""), _find_system_language()):
        code = wanted.replace("-", "_").split("_")[0].split(".")[0].lower()
        if code in known:
            return code
        if code:
            return ENGLISH
    return ENGLISH


def _find_system_language() -> str:
    for name in _POSIX:
        if value := os.environ.get(name):
            return value
    return QLocale.system().name()


def install_language(application: QCoreApplication, chosen: str) -> str:
    """Let the window, and Qt's own buttons, speak a language; return its code.

    Must come before the first widget is built: what is shown already stays as it is.
    """
    for old in application.findChildren(QTranslator):
        application.removeTranslator(old)
        old.deleteLater()
    code = find_language(chosen)
    if code == ENGLISH:
        return code
    qt_folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    for name, folder in ((f"qtbase_{code}", qt_folder), (f"ctbox_{code}", str(FOLDER))):
        translator = QTranslator(application)
        if translator.load(name, folder):
            application.installTranslator(translator)
    return code

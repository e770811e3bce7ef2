"""The window in German: every text has its translation, and the translations fit their texts."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Formatter

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QMenu, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from ctbox.gui.app import App, build_app
from ctbox.gui.translation import (
    FOLDER,
    NAMES,
    VARIABLE,
    find_language,
    install_language,
    list_languages,
    tr,
)
from ctbox.settings import SYSTEM_LANGUAGE, Settings

GUI = FOLDER.parent
SOURCES = sorted(FOLDER.glob("*.ts"))
# Names, values and keys that are the same words in German.
SAME = re.compile(
    r"ctbox(-\w+)?|Lung|Mediastinum|English|Deutsch|Zoom|Name|Layout|Cache|Data|MPR|Label…?|Score"
    r"|TP|FP|FN|IoU|W|L|CPU|GPU \(CUDA\)|Ellipse|Box|Pixel|Cine|Radiology|Format|Plan|Start|PET"
)


def read_messages(path: Path) -> list[tuple[tuple[str, str], list[str], bool]]:
    """Return (source, comment), translations and whether they are unfinished."""
    found = []
    for message in ET.parse(path).getroot().iter("message"):
        told = message.find("translation")
        assert told is not None
        forms = [each.text or "" for each in told.iter("numerusform")] or [told.text or ""]
        key = (message.findtext("source") or "", message.findtext("comment") or "")
        found.append((key, forms, told.get("type") == "unfinished"))
    return found


def list_fields(text: str) -> list[str]:
    fields = [f"{{{name}!{conversion}:{spec}}}" for _, name, spec, conversion in
              Formatter().parse(text.replace("%n", "{count_n}")) if name is not None]  # fmt: skip
    return sorted(fields)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_translations_are_whole_and_keep_their_placeholders(path: Path) -> None:
    for (source, _), forms, is_unfinished in read_messages(path):
        assert not is_unfinished, source
        for form in forms:
            assert form.strip(), source
            assert list_fields(form) == list_fields(source), source
            # Parts are put together: what is left of one must not run into the next.
            assert len(form) - len(form.lstrip(" ")) == len(source) - len(source.lstrip(" ")), form
            assert form[-1:].isspace() == source[-1:].isspace(), form
            assert ("&" in form) == ("&" in source), source


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_text_of_the_code_is_in_the_translation(path: Path, tmp_path: Path) -> None:
    fresh = tmp_path / path.name
    tool = Path(sys.executable).with_name("pyside6-lupdate")
    files = [str(each) for each in sorted(GUI.rglob("*.py"))]
    options = ["-tr-function-alias", "QT_TR_NOOP+=mark", "-locations", "none"]
    subprocess.run([tool, *files, "-ts", fresh, *options], check=True, capture_output=True)
    wanted = {key for key, _, _ in read_messages(fresh)}
    known = {key for key, _, _ in read_messages(path)}
    assert not wanted - known, "make translations, then translate what is new"
    assert not known - wanted, "make translations: these texts are gone"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_compiled_translations_are_those_of_the_source(path: Path, qapp: object) -> None:
    language = path.stem.removeprefix("ctbox_")
    application = QCoreApplication.instance()
    assert application is not None
    try:
        assert install_language(application, language) == language
        for (source, comment), forms, _ in read_messages(path):
            if len(forms) == 1:
                assert tr(source, comment) == forms[0], "make translations compiles them"
            else:
                assert tr(source, comment, 1) == forms[0].replace("%n", "1")
                assert tr(source, comment, 7) == forms[1].replace("%n", "7")
    finally:
        install_language(application, "en")


def test_plurals_in_english() -> None:
    assert tr("%n box(es)", "", 1) == "1 box"
    assert tr("%n box(es)", "", 2) == "2 boxes"


def test_no_formatted_string_is_translated() -> None:
    guilty = [
        path.name for path in GUI.rglob("*.py")
        if re.search(r'\b(?:tr|mark)\(\s*f["\']|\{tr\(["\']', path.read_text(encoding="utf-8"))
    ]  # fmt: skip
    assert not guilty, "lupdate cannot read these"


def test_finds_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (VARIABLE, "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "de_AT.UTF-8")
    assert find_language(SYSTEM_LANGUAGE) == "de"
    assert find_language("en") == "en"
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert find_language(SYSTEM_LANGUAGE) == "en"
    monkeypatch.setenv(VARIABLE, "de")
    assert find_language(SYSTEM_LANGUAGE) == "de"
    assert find_language("klingon") == "de"


def test_every_language_has_its_own_name() -> None:
    assert set(list_languages()) == set(NAMES) == {"en", *(s.stem[6:] for s in SOURCES)}


Opener = Callable[[str], App]


@pytest.fixture
def open_in(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opener]:
    """Opens the window in a language; English comes back afterwards."""
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
    application = QCoreApplication.instance()
    assert application is not None
    opened: list[App] = []

    def open_window(language: str) -> App:
        install_language(application, language)
        app = build_app(Settings(language=language))
        qtbot.addWidget(app.window)
        app.complete()
        app.window.show()
        opened.append(app)
        return app

    yield open_window
    for app in opened:
        app.close()
    install_language(application, "en")


@pytest.fixture
def german(open_in: Opener) -> App:
    return open_in("de")


def list_texts(root: QWidget) -> set[str]:
    """Return what can be read in a window, its tooltips and accessible names included."""
    texts: set[str] = set()
    for action in root.findChildren(QAction):
        texts |= {action.text(), action.toolTip(), action.iconText()}
    for widget in root.findChildren(QWidget):
        texts |= {widget.toolTip(), widget.accessibleName(), widget.windowTitle()}
        if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
            texts.add(widget.text())
        if isinstance(widget, QLineEdit):
            texts.add(widget.placeholderText())
        if isinstance(widget, QMenu):
            texts.add(widget.title())
        if isinstance(widget, QTabBar):
            texts |= {widget.tabText(place) for place in range(widget.count())}
    return {text for text in texts if re.search(r"[A-Za-z]{2}", text)}


def find_english(texts: set[str]) -> set[str]:
    """Return those of the texts that stand in English in the code."""
    messages = read_messages(FOLDER / "ctbox_de.ts")
    english = {source.replace("&", "").rstrip("…") for (source, _), forms, _ in messages
               if source not in forms}  # fmt: skip
    plain = {re.sub(r"  \(.*\)$", "", text).replace("&", "").rstrip("…"): text for text in texts}
    german = {form.replace("&", "").rstrip("…") for _, forms, _ in messages for form in forms}
    return {text for words, text in plain.items() if words in english - german}


def test_the_window_opens_in_german(german: App) -> None:
    titles = [action.text().replace("&", "") for action in german.window.menuBar().actions()]
    assert titles[:3] == ["Datei", "Bearbeiten", "Ansicht"]
    assert german.window.commands["open_folder"].text() == "&Ordner öffnen…"
    assert "Nur für die Forschung: nicht zur Diagnose" in list_texts(german.window)
    assert not find_english(list_texts(german.window))


def test_nothing_of_the_window_reads_the_same_in_both_languages(open_in: Opener) -> None:
    shown = []
    for language in ("de", "en"):
        app = open_in(language)
        app.preferences.show()
        shown.append(list_texts(app.window))
    same = {
        text
        for text in shown[0] & shown[1]
        if not SAME.fullmatch(re.sub(r"  \(.*\)$", "", text).replace("&", "")) and "/" not in text
    }
    assert not same


def test_the_settings_are_german_and_keep_the_language(german: App) -> None:
    german.preferences.show()
    dialog = german.preferences.dialog
    assert dialog is not None
    assert not find_english(list_texts(dialog))
    chooser = dialog.reading.language
    assert chooser.currentData() == "de"
    chooser.setCurrentIndex(chooser.findData("en"))
    assert german.collect_settings().language == "en"
    assert german.window.commands["quit"].text() == "Bee&nden"  # until the next start


@pytest.mark.parametrize("language", list_languages())
def test_no_letter_stands_twice_in_a_menu(open_in: Opener, language: str) -> None:
    bar = open_in(language).window.menuBar()
    twice = []
    for menu in (bar, *bar.findChildren(QMenu)):
        texts = [action.text() for action in menu.actions()]
        letters = [found[1].lower() for text in texts if (found := re.search("&([^&])", text))]
        twice += [text for text in texts if (found := re.search("&([^&])", text))
                  and letters.count(found[1].lower()) > 1]  # fmt: skip
    assert not twice

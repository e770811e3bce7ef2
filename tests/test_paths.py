"""Folders are found in the source tree, in a wheel and in the frozen application."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from ctbox import paths


def test_the_source_tree_ships_its_own_weights() -> None:
    assert paths.weights_folder() == Path(paths.__file__).resolve().parent.parent / "weights"


def test_a_frozen_application_carries_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)

    assert paths.weights_folder() == tmp_path / "weights"


def test_a_wheel_puts_them_under_share(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shipped = tmp_path / "prefix" / "share" / "ctbox" / "weights"
    shipped.mkdir(parents=True)
    monkeypatch.setattr(paths, "_REPOSITORY", tmp_path / "site-packages")
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path / "prefix"))

    assert paths.weights_folder() == shipped


def test_every_shipped_model_is_packed_into_the_wheel() -> None:
    root = Path(paths.__file__).resolve().parent.parent
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    packed = project["tool"]["setuptools"]["data-files"]
    shipped = [card.parent.name for card in paths.weights_folder().glob("*/card.json")]

    assert shipped
    for name in shipped:
        assert packed[f"share/ctbox/weights/{name}"] == [f"weights/{name}/*"]


def test_ctbox_home_overrides_the_users_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path))
    assert paths.user_models_folder() == tmp_path / "models"
    assert paths.model_folders() == (paths.weights_folder(), tmp_path / "models")

    monkeypatch.delenv(paths.HOME_VARIABLE)
    assert "ctbox" in str(paths.user_models_folder())

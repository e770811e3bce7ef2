"""Where ctbox finds what it ships and keeps what belongs to the user.

Works alike in the source tree, in an installed wheel and in the frozen application.
"""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from pathlib import Path

import platformdirs

HOME_VARIABLE = "CTBOX_HOME"
SAMPLE_FOLDER = "sample-case"
"""Name of the folder of the synthetic sample case in the user's data folder."""
_REPOSITORY = Path(__file__).resolve().parent.parent


def weights_folder() -> Path:
    """Return the folder of the shipped models; it may be missing in a broken install.

    Looked for in the frozen application (PyInstaller's ``sys._MEIPASS``), then in the source
    tree, then under the ``share`` folder that a wheel fills.
    """
    return _shipped_folder("weights")


def guide_path() -> Path:
    """Return the user guide's first page, looked for where `weights_folder` looks.

    Its pictures and the pages it links to lie beside it; it may be missing in a broken install.
    """
    return _shipped_folder("docs") / "user-guide.md"


def licences_path() -> Path | None:
    """Return the list of licences of a frozen application's parts; None where pip keeps them."""
    bundle = getattr(sys, "_MEIPASS", None)
    path = None if bundle is None else Path(bundle) / "licences.txt"
    return path if path is not None and path.is_file() else None


def _shipped_folder(name: str) -> Path:
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle is not None:
        return Path(bundle) / name
    if (_REPOSITORY / "pyproject.toml").is_file():
        return _REPOSITORY / name
    candidates = [
        Path(root) / "share" / "ctbox" / name
        for root in (sysconfig.get_path("data"), site.getuserbase())
    ]
    return next((folder for folder in candidates if folder.is_dir()), candidates[0])


def user_data_folder() -> Path:
    """Return the user's own folder for ctbox; ``CTBOX_HOME`` overrides the system's place.

    The folder is not created here: whoever writes into it does that.
    """
    override = os.environ.get(HOME_VARIABLE, "").strip()
    if override:
        return Path(override).expanduser()
    return Path(platformdirs.user_data_dir("ctbox", appauthor=False))


def user_config_folder() -> Path:
    """Return the folder of the user's settings; ``CTBOX_HOME`` overrides the system's place."""
    override = os.environ.get(HOME_VARIABLE, "").strip()
    if override:
        return Path(override).expanduser()
    return Path(platformdirs.user_config_dir("ctbox", appauthor=False))


def user_log_folder() -> Path:
    """Return the folder of the log files; below ``CTBOX_HOME`` where that is set."""
    override = os.environ.get(HOME_VARIABLE, "").strip()
    if override:
        return Path(override).expanduser() / "logs"
    return Path(platformdirs.user_log_dir("ctbox", appauthor=False))


def user_cache_folder() -> Path:
    """Return the folder of what can be made again; below ``CTBOX_HOME`` where that is set."""
    override = os.environ.get(HOME_VARIABLE, "").strip()
    if override:
        return Path(override).expanduser() / "cache"
    return Path(platformdirs.user_cache_dir("ctbox", appauthor=False))


def user_models_folder() -> Path:
    """Return the folder of the models that the user trained or imported."""
    return user_data_folder() / "models"


def model_folders() -> tuple[Path, ...]:
    """Return the folders searched for a model's name, in order: shipped ones come first.

    In that order a user's model can't silently take the place of a shipped one.
    """
    return weights_folder(), user_models_folder()

"""What the installed program leaves out, each with its reason; pure functions on file names.

`ctbox.spec` asks these rules for every file that PyInstaller wants to put in.
"""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import PurePosixPath

EXCLUDED_MODULES = {
    "tkinter": "another window toolkit; matplotlib would bring it for a backend that never runs",
    "_tkinter": "as tkinter",
    "readline": "GNU readline is GPL only; nothing here asks for an interactive prompt",
    "_gdbm": "GNU dbm is GPL only; nothing here keeps such a database",
    "_dbm": "Berkeley DB has a licence of its own (AGPL from version 6); not used",
    "_curses": "a full-screen terminal is never used",
    "_curses_panel": "as _curses",
    "IPython": "an interactive shell; libraries ask for it only inside notebooks",
    "pytest": "tests do not run in the installed program",
    "_pytest": "as pytest",
    "hypothesis": "as pytest",
    "mypy": "types are checked before a release",
    "setuptools": "nothing is built or installed at run time",
    "pkg_resources": "slow to import; only PyInstaller's own hook would ask for it",
    "pip": "nothing is installed at run time",
    "tensorboard": "run logs are written by ctbox's own code (workflows/tfevents.py)",
    "mlflow": "an optional extra of the pip package",
    "distributed": "an optional extra of the pip package",
    "dask": "as distributed",
    "triton": "a GPU compiler; the bundle's torch computes on the CPU",
    "matplotlib.backends.backend_qtagg": "figures are written to files, never shown by matplotlib",
    "matplotlib.backends.backend_tkagg": "as above",
    "PySide6.QtQml": "the window is made of widgets",
    "PySide6.QtQuick": "as QtQml",
    "PySide6.QtSql": "the catalogue uses Python's own sqlite3",
    "qtpy": "a layer over Qt that qtawesome's code needs; only its fonts are used here",
}

_CODECS_KEPT = "shared shared_cython imcd jpeg8 jpegls jpeg2k"
# OpenJPEG is given colour profiles by Little CMS, and does not load without it.
_CODEC_LIBRARIES_KEPT = ("libjpeg-", "libcharls-", "libopenjp2-", "liblcms2-", "libgomp-")
_QT_PLUGINS_KEPT = {
    "platforms": ("qxcb", "qoffscreen", "qminimal", "qwayland", "qwindows", "qcocoa"),
    "xcbglintegrations": (),
    "platformthemes": ("qxdgdesktopportal",),
    "imageformats": ("qjpeg", "qsvg", "qico"),
    "iconengines": ("qsvg",),
    "styles": ("",),
    "platforminputcontexts": ("qcompose", "qibus", "compose", "ibus"),
    "wayland-decoration-client": ("",),
    "wayland-graphics-integration-client": (),
    "wayland-shell-integration": ("",),
}
_QT_LIBRARIES_DROPPED = (
    "*Qt6Quick*", "*Qt6Qml*", "*Qt6VirtualKeyboard*", "*Qt6Sql*", "*Qt6Test*", "*Qt6Designer*",
    "*Qt6EglF*", "*Qt6Pdf*", "*Qt6Help*", "*Qt6UiTools*", "*Qt6ShaderTools*", "*Qt6LabsSettings*",
)  # fmt: skip
_DROPPED = (
    # Programs and tests of torch's own build. torch_shm_manager stays: shared tensors need it.
    "torch/bin/[!t]*", "torch/bin/test_*", "torch/bin/torch_[!s]*", "torch/test/*",
    "torch/lib/libbackend_with_compiler.so", "torch/lib/libjitbackend_test.so",
    "torch/lib/libtorchbind_test.so", "torch/lib/libaoti_custom_ops.so",
    # Headers and templates serve compilers, and a user has none.
    "torch/include/*", "torch/share/*", "torch/lib/*.lib", "torch/lib/*.a", "*.pxd", "*.h",
    # Stubs are for editors; skimage alone reads its own, to load its parts late.
    "[!s]*/*.pyi", "s[!k]*/*.pyi",
    # Tests and pictures that libraries carry for their own developers.
    "numpy/*/tests/*", "scipy/*/tests/*", "skimage/*/tests/*", "skimage/data/*",
    "matplotlib/tests/*", "matplotlib/mpl-data/sample_data/*", "matplotlib/mpl-data/images/*",
    "pydicom/data/test_files/*", "pydicom/data/charset_files/*", "highdicom/data/*",
    # Installers' notes; licence texts are gathered by licences.py.
    "*.dist-info/RECORD", "*.dist-info/INSTALLER", "*.dist-info/REQUESTED",
    # Qt's QML parts, and words of Qt in languages that the window does not speak.
    "PySide6/qml/*", "PySide6/Qt/qml/*", "PySide6/Qt/translations/qtwebengine*",
    "PySide6/Qt/translations/qt_help*", "PySide6/Qt/translations/designer*",
    "PySide6/Qt/translations/linguist*", "PySide6/Qt/translations/assistant*",
    "PySide6/Qt/translations/qtdeclarative*", "PySide6/Qt/translations/qtmultimedia*",
    "PySide6/Qt/translations/qtconnectivity*", "PySide6/Qt/translations/qtlocation*",
    "PySide6/Qt/translations/qtserialport*", "PySide6/Qt/translations/qtwebsockets*",
)  # fmt: skip
# What Python's own extension modules link to, taken along so that the folder runs on systems that
# carry another version. All other libraries of the system stay where they are: the package
# declares them, and their security updates reach ctbox.
_SYSTEM_LIBRARIES_KEPT = (
    "libpython3", "libssl.", "libcrypto.", "libsqlite3.", "libffi.", "libbz2.", "liblzma.",
    "libz.", "libuuid.", "libexpat.", "libstdc++.", "libgcc_s.",
)  # fmt: skip
_SYSTEM_FOLDERS = ("/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/")
_GUIDE_LANGUAGES = ("qt", "qtbase")


def is_wanted(name: str, source: str, languages: frozenset[str] = frozenset()) -> bool:
    """Tell whether a file belongs into the bundle.

    Parameters
    ----------
    name : str
        Its place in the bundle; both kinds of slashes are understood.
    source : str
        Where it lies on the building machine.
    languages : frozenset of str
        Languages of ctbox's own translations; Qt's are kept for these alone.
    """
    place = name.replace("\\", "/")
    if any(fnmatch(place, pattern) for pattern in _DROPPED):
        return False
    if place.startswith("imagecodecs"):
        return _is_wanted_codec(place)
    if "PySide6" in place or place.startswith(("libQt6", "Qt")):
        return _is_wanted_of_qt(place, languages)
    return not _is_left_to_system(place, source.replace("\\", "/"))


def _is_wanted_codec(place: str) -> bool:
    """ADR 7 lists the codecs that DICOM needs; the wheel has ten times as many."""
    name = PurePosixPath(place).name
    if place.startswith("imagecodecs.libs/"):
        return name.startswith(_CODEC_LIBRARIES_KEPT)
    found = re.match(r"_(\w+)\.(abi3|cpython|cp3\w*|pyd)", name)
    return found is None or found.group(1) in _CODECS_KEPT.split()


def _is_wanted_of_qt(place: str, languages: frozenset[str]) -> bool:
    path = PurePosixPath(place)
    if any(fnmatch(path.name, pattern) for pattern in _QT_LIBRARIES_DROPPED):
        return False
    if "plugins" in path.parts:
        kind = path.parts[path.parts.index("plugins") + 1]
        name = path.name.removeprefix("lib")
        return name.startswith(_QT_PLUGINS_KEPT.get(kind, ()))
    if "translations" in path.parts:
        module, _, language = path.stem.partition("_")
        return module in _GUIDE_LANGUAGES and language in languages
    return True


def _is_left_to_system(place: str, source: str) -> bool:
    if not source.startswith(_SYSTEM_FOLDERS) or ".so" not in place:
        return False
    # Python's own modules of a system's Python (lib-dynload) are no libraries of the system.
    if "/python3" in source:
        return False
    return not PurePosixPath(place).name.startswith(_SYSTEM_LIBRARIES_KEPT)

"""What goes into the installed program, file by file."""

from __future__ import annotations

import pytest
from bundle_rules import EXCLUDED_MODULES, is_wanted

WHEEL = "/venv/lib/python3.11/site-packages/x"


@pytest.mark.parametrize(
    "place",
    [
        "torch/lib/libtorch_cpu.so",
        "torch/bin/torch_shm_manager",
        "torch/testing/_internal/common.py",
        "skimage/__init__.pyi",
        "imagecodecs/_jpeg8.abi3.so",
        "imagecodecs/_shared_cython.cp311-win_amd64.pyd",
        "imagecodecs.libs/libcharls-715d4a91.so.2.4.3",
        "imagecodecs.libs/liblcms2-eecff9fc.so.2.0.18",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6\\plugins\\platforms\\qwindows.dll",
        "PySide6/Qt/lib/libQt6Widgets.so.6",
        "weights/ctbox-lung/model.safetensors",
    ],
)
def test_what_the_program_needs_is_taken(place: str) -> None:
    assert is_wanted(place, WHEEL)


@pytest.mark.parametrize(
    "place",
    [
        "torch/bin/protoc",
        "torch/bin/test_api",
        "torch/bin/torch_headeronly_test",
        "torch/test/anything",
        "torch/include/ATen/ATen.h",
        "torch/__init__.pyi",
        "imagecodecs/_lzo.abi3.so",
        "imagecodecs.libs/libaom-391a2213.so.3.13.1",
        "PySide6/Qt/plugins/platforms/libqeglfs.so",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "PySide6/Qt/lib/libQt6Quick.so.6",
        "libQt6EglFsKmsSupport.so.6",
        "PySide6/Qt/translations/qtbase_fr.qm",
        "pydicom/data/test_files/CT_small.dcm",
    ],
)
def test_what_nobody_needs_stays_out(place: str) -> None:
    assert not is_wanted(place, WHEEL)


def test_qt_speaks_the_window_s_languages() -> None:
    place = "PySide6/Qt/translations/qtbase_de.qm"

    assert is_wanted(place, WHEEL, frozenset({"de"}))
    assert not is_wanted(place, WHEEL, frozenset({"fr"}))


def test_libraries_of_the_system_are_declared_and_not_carried() -> None:
    assert not is_wanted("libxcb-cursor.so.0", "/usr/lib/x86_64-linux-gnu/libxcb-cursor.so.0")
    assert is_wanted("libssl.so.3", "/usr/lib/x86_64-linux-gnu/libssl.so.3")
    module = "lib-dynload/_json.cpython-311-x86_64-linux-gnu.so"
    assert is_wanted(module, f"/usr/lib/python3.11/{module}")


def test_every_excluded_module_has_a_reason() -> None:
    assert all(len(reason) > 5 for reason in EXCLUDED_MODULES.values())
    assert {"readline", "_gdbm"} <= set(EXCLUDED_MODULES)

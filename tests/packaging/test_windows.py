"""What the Windows installer's script does, as far as it can be read without Windows."""

from __future__ import annotations

import pytest

from tests.packaging.conftest import PACKAGING


@pytest.fixture
def sections() -> dict[str, str]:
    text = (PACKAGING / "windows" / "ctbox.nsi").read_text(encoding="utf-8")
    parts = text.split("\nSection ")[1:]
    return {part.split("\n", 1)[0]: part.split("SectionEnd")[0] for part in parts}


@pytest.mark.parametrize("section", ['"ctbox (required)" SectionProgram', '"Uninstall"'])
def test_nothing_is_removed_while_the_program_runs(sections: dict[str, str], section: str) -> None:
    lines = [line.strip() for line in sections[section].splitlines()]
    removing = next(i for i, line in enumerate(lines) if line.startswith(("RMDir", "File ")))

    for program in ("ctbox-window.exe", "ctbox.exe"):
        assert f'!insertmacro REFUSE_WHILE_RUNNING "{program}"' in lines[:removing]


def test_removing_touches_no_data_of_the_user(sections: dict[str, str]) -> None:
    removed = [
        line.strip()
        for line in sections['"Uninstall"'].splitlines()
        if line.strip().startswith(("RMDir /r", "Delete "))
    ]

    assert removed
    assert all('"$INSTDIR\\' in line or '"$SMPROGRAMS\\ctbox"' in line for line in removed)


def test_many_marked_slices_open_no_crowd_of_windows(sections: dict[str, str]) -> None:
    (files,) = (text for title, text in sections.items() if title.endswith("SectionFiles"))

    assert '"MultiSelectModel" "Single"' in files

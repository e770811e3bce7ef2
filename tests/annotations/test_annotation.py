from __future__ import annotations

import pytest

from ctbox.annotations.annotation import ProblemKind, find_subtype_letter, is_uid, resolve_label


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.2.840.10008", True),
        ("1." + "2" * 62, True),
        ("1." + "2" * 63, False),
        ("12", False),
        ("1..2", False),
        ("1.2.", False),
        ("1.2a", False),
        ("._1.2", False),
        ("", False),
        ("١.٢", False),
        ("1.2\n", False),
    ],
)
def test_uid_is_digits_with_dots(text: str, expected: bool) -> None:
    assert is_uid(text) is expected


@pytest.mark.parametrize(
    ("folder", "letter"),
    [
        ("A0001", "A"),
        ("Lung_Dx-G0012", "G"),
        ("b0033", "B"),
        ("E5", None),
        ("C0001", None),
        ("Annotation", None),
        ("PARA0001", None),
        (None, None),
    ],
)
def test_folder_tells_the_subtype(folder: str | None, letter: str | None) -> None:
    assert find_subtype_letter(folder) == letter


@pytest.mark.parametrize(
    ("raw", "folder", "label", "kind"),
    [
        ("A", "A0001", "A", None),
        ("g", "G0001", "G", None),
        ("b", None, "B", None),
        ("e", "patient one", "E", None),
        ("a", "B0033", "A", ProblemKind.LABEL_MISMATCH),
        ("Q", "A0118", "A", ProblemKind.UNKNOWN_LABEL),
        ("A0192", "A0192", "A", ProblemKind.UNKNOWN_LABEL),
        ("", "G0002", "G", ProblemKind.UNKNOWN_LABEL),
        ("Q", None, "?", ProblemKind.UNKNOWN_LABEL),
        ("", "somewhere", "?", ProblemKind.UNKNOWN_LABEL),
    ],
)
def test_label_counts_and_the_folder_stands_in(
    raw: str, folder: str | None, label: str, kind: ProblemKind | None
) -> None:
    found_label, found_kind, reason = resolve_label(raw, folder)
    assert (found_label, found_kind) == (label, kind)
    assert bool(reason) is (kind is not None)

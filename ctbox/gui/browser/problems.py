"""What was skipped or did not match when a case was opened, as a sentence and as a list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePath

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ctbox.gui.sentences import say
from ctbox.gui.translation import mark, tr
from ctbox.workflows.open_case import Case, FileProblem

_WIDTHS = (220, 300)
_STYLE = "QTreeView::item { padding: 4px 6px; }"
_HEADINGS = (mark("What"), mark("File"), mark("Reason"))

_UID_NAME = re.compile(r"[0-9][0-9.\-]*")
_COLLECTION_ID = re.compile(r"\b(?:Lung_Dx-)?[ABEG][0-9]{4}\b")


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One line of the list."""

    what: str
    path: str
    reason: str


def list_problems(case: Case) -> tuple[ProblemRow, ...]:
    """Return everything the user may want to know of, what was not read first."""
    summary = case.annotation_summary
    kinds: tuple[tuple[str, tuple[FileProblem, ...]], ...] = (
        (tr("Skipped file"), case.skipped),
        (tr("Annotation not readable"), summary.unparsable),
        (tr("Annotation without a slice"), summary.orphans),
        (tr("Unknown label"), summary.unknown_labels),
        (tr("Annotated twice"), summary.duplicates),
        (tr("Annotation notice"), summary.warnings),
    )
    return tuple(
        ProblemRow(what, each.path, say(each.reason)) for what, found in kinds for each in found
    )


def hide_identity(row: ProblemRow) -> ProblemRow:
    """Return a line without what may name a patient: folders, archives, names that are no UIDs."""
    place = PurePath(row.path.replace("!/", "/"))
    name = place.name if _UID_NAME.fullmatch(place.stem) else f"…{place.suffix}"
    reason = _COLLECTION_ID.sub("…", row.reason.replace(row.path, name))
    return replace(row, path=name, reason=reason)


def describe_problems(case: Case) -> str:
    """Return one sentence on what was not read; empty if all was."""
    parts = []
    if case.skipped:
        count = len(case.skipped)
        parts.append(
            tr("1 file was skipped")
            if count == 1
            else tr("{count} files were skipped").format(count=count)
        )
    other = len(list_problems(case)) - len(case.skipped)
    if other:
        parts.append(
            tr("1 annotation notice")
            if other == 1
            else tr("{other} annotation notices").format(other=other)
        )
    return ", ".join(parts) + "…" if parts else ""


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """Problems of one kind in one folder."""

    what: str
    folder: str
    rows: tuple[ProblemRow, ...]

    @property
    def reason(self) -> str:
        """Their reason, if they share one."""
        reasons = {row.reason for row in self.rows}
        return (
            reasons.pop() if len(reasons) == 1 else tr("{count} reasons").format(count=len(reasons))
        )


def group_problems(rows: Iterable[ProblemRow]) -> tuple[ProblemGroup, ...]:
    """Return problems gathered by kind and folder, in the order of the first of each."""
    groups: dict[tuple[str, str], list[ProblemRow]] = {}
    for row in rows:
        groups.setdefault((row.what, _name_folder(row.path)), []).append(row)
    return tuple(ProblemGroup(*key, tuple(found)) for key, found in groups.items())


def _name_folder(path: str) -> str:
    """Return the folder that a file lies in, or the archive and the folder within."""
    parent = PurePath(path).parent
    parts = [part for part in parent.parts if part not in (parent.anchor, ".")]
    return "/".join(parts[-2:])


class ProblemsTree(QTreeWidget):
    """A line for each kind and folder with its count; a single problem stands by itself.

    Files are listed once a folder is unfolded: a collection has tens of thousands.
    """

    def __init__(self, groups: Iterable[ProblemGroup], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Skipped files and notices"))
        self.setHeaderLabels(list(map(tr, _HEADINGS)))
        self.setAlternatingRowColors(True)
        self.setUniformRowHeights(False)
        self.setWordWrap(True)
        self.setStyleSheet(_STYLE)
        self.setColumnWidth(0, _WIDTHS[0])
        self.setColumnWidth(1, _WIDTHS[1])
        self.header().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self._groups: dict[int, ProblemGroup] = {}
        self.itemExpanded.connect(self._fill)
        for place, group in enumerate(groups):
            self._add_group(place, group)

    def _add_group(self, place: int, group: ProblemGroup) -> None:
        if len(group.rows) == 1:
            self.addTopLevelItem(_make_item(group.what, group.rows[0]))
            return
        count = f"{len(group.rows):,}".replace(",", " ")
        item = QTreeWidgetItem(
            [
                group.what,
                tr("{count} files in {folder}").format(
                    count=count, folder=group.folder or tr("one folder")
                ),
            ]
        )
        item.setText(2, group.reason)
        item.setToolTip(2, group.reason)
        item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
        item.setData(0, Qt.ItemDataRole.UserRole, place)
        self._groups[place] = group
        self.addTopLevelItem(item)

    def _fill(self, item: QTreeWidgetItem) -> None:
        group = self._groups.pop(item.data(0, Qt.ItemDataRole.UserRole), None)
        if group is not None:
            item.addChildren([_make_item("", row) for row in group.rows])


def _make_item(what: str, row: ProblemRow) -> QTreeWidgetItem:
    item = QTreeWidgetItem([what, PurePath(row.path).name or row.path, row.reason])
    item.setToolTip(1, row.path)
    item.setToolTip(2, row.reason)
    return item


class _ListDialog(QDialog):
    """Lists files by folder, with the reasons; the whole list can be copied."""

    def __init__(
        self, rows: tuple[ProblemRow, ...], told: str, parent: QWidget | None, shows_identity: bool
    ) -> None:
        super().__init__(parent)
        self.resize(980, 560)
        self._rows = rows if shows_identity else tuple(map(hide_identity, rows))
        intro = QLabel(told)
        intro.setWordWrap(True)
        self.tree = ProblemsTree(group_problems(self._rows))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton(tr("&Copy list"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.setAutoDefault(False)
        copy.setToolTip(tr("Copy every file with its reason, one a line"))
        copy.clicked.connect(self._on_copy)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 16)
        layout.setSpacing(12)
        layout.addWidget(intro)
        layout.addWidget(self.tree, 1)
        layout.addWidget(buttons)

    def _on_copy(self) -> None:
        lines = ("\t".join((row.what, row.path, row.reason)) for row in self._rows)
        QGuiApplication.clipboard().setText("\n".join(lines))


class ProblemsDialog(_ListDialog):
    """Lists what was skipped when a case was opened, and what else is to be known of it."""

    def __init__(
        self, case: Case, parent: QWidget | None = None, *, shows_identity: bool = True
    ) -> None:
        told = tr("The rest of the case was opened. These files were passed over or need a look:")
        super().__init__(list_problems(case), told, parent, shows_identity)
        self.setWindowTitle(tr("Skipped files and notices"))


class UnreadDialog(_ListDialog):
    """Lists the files of the catalogue's folders that could not be read."""

    def __init__(
        self,
        rows: tuple[ProblemRow, ...],
        parent: QWidget | None = None,
        *,
        shows_identity: bool = True,
    ) -> None:
        told = tr("These files of the catalogue's folders could not be read; all others are in it:")
        super().__init__(rows, told, parent, shows_identity)
        self.setWindowTitle(tr("Files that are not in the catalogue"))

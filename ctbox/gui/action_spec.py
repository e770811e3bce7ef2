"""One command of the window, as a value."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ctbox.gui.translation import tr


class Scope(enum.Enum):
    """Where a key works."""

    WINDOW = "anywhere in the window"
    IMAGE = "while the image has the focus"


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One command.

    Parameters
    ----------
    name : str
        Its name in code.
    group : str
        Its heading in the shortcut sheet.
    text : str
        Its words in a menu, ``&`` before the letter to underline.
    keys : tuple of str
        Shortcuts, the first one shown.
    icon : str
        Key into `icons`; empty for none.
    tip : str
        What it does, where the text does not say it.
    checkable : bool
        Whether it is a switch.
    scope : Scope
        Where its keys work.
    choice : str
        Name of the set of which one is on; empty for none.
    short : str
        Its words on a button; empty for those of the menu.
    """

    name: str
    group: str
    text: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    checkable: bool = False
    scope: Scope = Scope.WINDOW
    choice: str = ""
    short: str = ""

    @property
    def plain_text(self) -> str:
        """Its words without the letter to underline and without dots."""
        return tr(self.text).replace("&", "").rstrip("…")

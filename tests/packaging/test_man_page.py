"""The man page tells of every command that there is, and of no other."""

from __future__ import annotations

import re

import typer

from ctbox.cli.app import app
from tests.packaging.conftest import PACKAGING


def test_it_names_every_command() -> None:
    page = (PACKAGING / "linux" / "ctbox.1.in").read_text(encoding="utf-8")
    section = page.split(".SH COMMANDS\n")[1].split(".SH ")[0]
    lines = [line for line in section.splitlines() if line.startswith(".BR ")]
    told = set(re.findall(r"[a-z][a-z-]+", " ".join(lines).replace("\\-", "-")))

    assert told == set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]

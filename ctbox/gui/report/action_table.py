"""The commands of batch reports, for the window's table."""

from __future__ import annotations

from ctbox.gui.action_spec import ActionSpec
from ctbox.gui.translation import mark

_REPORTS = mark("Reports")

REPORT_ACTIONS = (
    ActionSpec(
        "batch_report", _REPORTS, mark("&Batch report…"), ("Ctrl+Shift+R",), "report",
        mark("Judge models on a folder of patients and write tables, a page and pictures"),
    ),
    ActionSpec(
        "open_report", _REPORTS, mark("Open repo&rt…"), (), "report",
        mark("Show the results of a report as a table"),
    ),
    ActionSpec(
        "compare_reports", _REPORTS, mark("Co&mpare reports…"), (), "compare",
        mark("Show which patients got better or worse between two reports"),
    ),
)  # fmt: skip
REPORT_MENU = ("", "batch_report", "open_report", "compare_reports")

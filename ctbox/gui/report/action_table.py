"""The commands of batch reports, for the window's table."""

from __future__ import annotations

from ctbox.gui.action_spec import ActionSpec

_REPORTS = "Reports"

REPORT_ACTIONS = (
    ActionSpec(
        "batch_report", _REPORTS, "&Batch report…", ("Ctrl+Shift+R",), "report",
        "Judge models on a folder of patients and write tables, a page and pictures",
    ),
    ActionSpec(
        "open_report", _REPORTS, "Open repo&rt…", (), "report",
        "Show the results of a report as a table",
    ),
    ActionSpec(
        "compare_reports", _REPORTS, "&Compare reports…", (), "compare",
        "Show which patients got better or worse between two reports",
    ),
)  # fmt: skip
REPORT_MENU = ("", "batch_report", "open_report", "compare_reports")

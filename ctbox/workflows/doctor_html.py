"""The doctor's report as one HTML file that needs nothing beside it and prints well."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ctbox import __version__
from ctbox.workflows.doctor_report import (
    DoctorReport,
    Examined,
    Finding,
    Item,
    NotChecked,
    Severity,
)
from ctbox.workflows.documents import NOTICE

SHOWN_PLACES = 25
"""Places of a finding that are seen at once; the others open on a click."""

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --person: #b3261e; --warning: #9a6700;
  --info: #0b63a5; }
@media (prefers-color-scheme: dark) { :root { --person: #ff8a80; --warning: #f2c14e;
  --info: #7cc4ff; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.notice { border: 1px solid var(--line); border-radius: 6px; padding: .4rem .8rem; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .25rem .6rem;
  border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
section { border-left: 4px solid var(--line); padding: .1rem 0 .1rem 1rem; margin: 1.5rem 0; }
section.person { border-color: var(--person); } section.warning { border-color: var(--warning); }
section.info { border-color: var(--info); } section h3 { margin: 0; font-size: 1.05rem; }
.severity { font-weight: 600; } .person .severity { color: var(--person); }
.warning .severity { color: var(--warning); } .info .severity { color: var(--info); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem .8rem; margin: .5rem 0; }
dt { font-weight: 600; } dd { margin: 0; }
code { font-size: .85em; overflow-wrap: anywhere; } ul { padding-left: 1.2rem; }
li { margin: .1rem 0; }
@media print { body { max-width: none; padding: 0; font-size: 10pt; }
  h3, dl { break-after: avoid; } li, tr { break-inside: avoid; } @page { margin: 15mm; } }
"""
_CLASSES = {Severity.PERSON: "person", Severity.WARNING: "warning", Severity.INFO: "info"}


def format_html(report: DoctorReport) -> str:
    """Return a whole HTML document; every text of the data is escaped in it."""
    verdict = (
        "Some findings need a person."
        if report.needs_person
        else "Nothing here needs a person: ctbox has a rule for all that was found."
    )
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>ctbox doctor</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>",
        "<h1>Dataset doctor</h1>",
        f"<p>{escape(verdict)} Examined by ctbox {escape(__version__)}.</p>",
        f'<p class="notice">{escape(NOTICE)}</p>',
        _format_examined(report.examined),
        _format_summary(report),
        *(_format_finding(finding) for finding in report.findings),
        _format_passed(report),
        _format_not_checked(report.not_checked),
        "</main>\n</body>\n</html>\n",
    ]
    document = "\n".join(part for part in parts if part)
    # Names of files need be no valid text.
    return document.encode("utf-8", "backslashreplace").decode()


def _format_examined(examined: Examined) -> str:
    rows = (
        ("Annotation files", examined.annotation_files),
        ("Annotation folders", examined.annotation_folders),
        ("Boxes", examined.boxes),
        ("Patients with images", examined.patients),
        ("Series", examined.series),
        ("Images", examined.images),
        ("Subjects in metadata.csv", examined.subjects_listed),
    )
    lines = [
        f'<tr><th scope="row">{name}</th><td class="number">{count:,}</td></tr>'
        for name, count in rows
    ]
    return "<h2>Examined</h2>\n<table>\n" + "\n".join(lines) + "\n</table>"


def _format_summary(report: DoctorReport) -> str:
    if not report.findings:
        return "<h2>Findings</h2>\n<p>None.</p>"
    lines = [
        f'<tr class="{_CLASSES[each.check.severity]}">'
        f'<td><a href="#{escape(each.check.check_id)}">{escape(each.check.title)}</a></td>'
        f'<td class="severity">{escape(each.check.severity.value)}</td>'
        f'<td class="number">{each.count:,}</td></tr>'
        for each in report.findings
    ]
    head = (
        '<tr><th scope="col">Finding</th><th scope="col">Severity</th>'
        '<th scope="col" class="number">Count</th></tr>'
    )
    return "<h2>Findings</h2>\n<table>\n" + "\n".join([head, *lines]) + "\n</table>"


def _format_finding(finding: Finding) -> str:
    check = finding.check
    terms = [("What it means", check.explanation), ("What ctbox does", check.action)]
    if check.fix:
        terms.append(("In a corrected copy", check.fix))
    listed = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in terms)
    return (
        f'<section class="{_CLASSES[check.severity]}" id="{escape(check.check_id)}">\n'
        f"<h3>{escape(check.title)}: {format_count(finding)}</h3>\n"
        f'<p class="severity">{escape(check.severity.value)}</p>\n'
        f"<dl>{listed}</dl>\n{_format_places(finding.items)}\n</section>"
    )


def _format_places(items: Sequence[Item]) -> str:
    """Return the first places, and all others where they open on a click and are not printed."""
    text = _format_list(items[:SHOWN_PLACES])
    rest = items[SHOWN_PLACES:]
    if not rest:
        return text
    more = f"<summary>… and {len(rest):,} more</summary>"
    return f"{text}\n<details>{more}\n{_format_list(rest)}\n</details>"


def _format_list(items: Sequence[Item]) -> str:
    lines = (
        f"<li><code>{escape(item.path)}</code>"
        + (f" — {escape(item.detail)}" if item.detail else "")
        + "</li>"
        for item in items
    )
    return "<ul>\n" + "\n".join(lines) + "\n</ul>"


def format_count(finding: Finding) -> str:
    """Return a finding's count with its unit, such as "58 boxes" or "1 series"."""
    unit = finding.check.unit
    if finding.count != 1 and not unit.endswith("s"):
        unit += "es" if unit.endswith("x") else "s"
    return f"{finding.count:,} {unit}"


def _format_passed(report: DoctorReport) -> str:
    if not report.passed:
        return ""
    lines = "\n".join(f"<li>{escape(check.title)}: none</li>" for check in report.passed)
    return f"<h2>Checked, and nothing found</h2>\n<ul>\n{lines}\n</ul>"


def _format_not_checked(not_checked: tuple[NotChecked, ...]) -> str:
    if not not_checked:
        return ""
    lines = "\n".join(
        f"<li>{escape(each.check.title)}: not checked. {escape(each.reason)}</li>"
        for each in not_checked
    )
    return f"<h2>Not checked</h2>\n<ul>\n{lines}\n</ul>"

"""The doctor's report as a JSON document: a contract; add fields, never rename."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ctbox.workflows.doctor_report import DoctorReport, Finding
from ctbox.workflows.documents import NOTICE

SCHEMA_VERSION = 1


def describe_report(report: DoctorReport) -> dict[str, Any]:
    """Return what `ctbox doctor --json` prints: every finding with all its places."""
    return {
        "notice": NOTICE,
        "schema_version": SCHEMA_VERSION,
        "examined": asdict(report.examined),
        "needs_person": report.needs_person,
        "findings": [_describe_finding(finding) for finding in report.findings],
        "passed": [{"id": check.check_id, "title": check.title} for check in report.passed],
        "not_checked": [
            {"id": each.check.check_id, "title": each.check.title, "reason": each.reason}
            for each in report.not_checked
        ],
    }


def _describe_finding(finding: Finding) -> dict[str, Any]:
    check = finding.check
    return {
        "id": check.check_id,
        "severity": check.severity.value,
        "title": check.title,
        "count": finding.count,
        "unit": check.unit,
        "explanation": check.explanation,
        "action": check.action,
        "fix": check.fix or None,
        "places": [{"path": item.path, "detail": item.detail} for item in finding.items],
    }

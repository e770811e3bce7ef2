"""The 2023 thesis's tables with its published figures beside, and the honest one below."""

from __future__ import annotations

from dataclasses import dataclass

PUBLISHED_FIRST = 0.80
PUBLISHED_BEFORE = {"A": 0.07, "G": 0.15, "E": 0.17}
PUBLISHED_AFTER = {"A": 0.67, "G": 0.73, "E": 0.73}


@dataclass(frozen=True, slots=True)
class ThesisSize:
    """How large a run is: slices of each subtype at most, epochs, the picture's side."""

    max_slices: int = 1000
    epochs: int = 1000
    fine_tune_epochs: int = 100
    side: int = 512

    @property
    def sentence(self) -> str:
        """For the tables: a small run must not pass for the published one."""
        told = (
            f"At most {self.max_slices} slices of a subtype, {self.epochs} epochs on the first, "
            f"{self.fine_tune_epochs} of fine-tuning, pictures of {self.side} × {self.side}"
        )
        if self == PUBLISHED_SIZE:
            return f"{told}, as published."
        return f"**Not the published size.** {told}; published: 1000, 1000, 100, 512 × 512."


PUBLISHED_SIZE = ThesisSize()


@dataclass(frozen=True, slots=True)
class ThesisRow:
    """One subtype's figures: mean IoU over slices.

    Parameters
    ----------
    subtype : str
        Letter.
    patients, slices : int
        At hand, after the limit.
    old : float or None
        Before fine-tuning, on the entire set; None for the first subtype.
    entire, test : float
        After training: on all slices and on the held-out fifth. LEAKY.
    copied : float
        Copying the nearest training slice's box, on the same fifth.
    by_patient, by_patient_copied : float or None
        The same two on held-out patients; None where one patient is all there is.
    held_out_patients : int
        On how many these two rest.
    """

    subtype: str
    patients: int
    slices: int
    old: float | None
    entire: float
    test: float
    copied: float
    by_patient: float | None
    by_patient_copied: float | None
    held_out_patients: int = 0


@dataclass(frozen=True)
class ThesisResult:
    """All rows, the loss curves by name, and how large the run was.

    Parameters
    ----------
    rows : tuple of ThesisRow
        The first subtype, then the others.
    losses : dict
        Loss of every epoch by name of the training.
    missing : tuple of str
        Subtypes of which nobody is annotated here.
    size : ThesisSize
        Of the run.
    """

    rows: tuple[ThesisRow, ...]
    losses: dict[str, tuple[float, ...]]
    missing: tuple[str, ...]
    size: ThesisSize = PUBLISHED_SIZE


def format_tables(result: ThesisResult) -> str:
    """Return the thesis's two tables and the honest one, as Markdown."""
    first, others = result.rows[0], result.rows[1:]
    lines = [
        "# The 2023 thesis's tables, made again",
        "",
        "Mean IoU over slices. LEAKY: slices of one patient stand on both sides.",
        "",
        result.size.sentence,
        "",
        f"Small cell (B), {first.patients} patient{'' if first.patients == 1 else 's'}, "
        f"{first.slices} slices: entire set "
        f"{first.entire:.3f} LEAKY, test subset {first.test:.3f} LEAKY "
        f"(published {PUBLISHED_FIRST:.2f}).",
        "",
        "## Zero-shot: trained on B, shown others",
        "",
        "| subtype | patients | slices | IoU | published |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.subtype} | {row.patients} | {row.slices} | {_number(row.old)} | "
        f"{PUBLISHED_BEFORE[row.subtype]:.2f} |"
        for row in others
    ]
    lines += [
        "",
        "## Fine-tuned (LEAKY)",
        "",
        "| subtype | entire set | test subset | old IoU | published test | copy baseline |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.subtype} | {row.entire:.3f} LEAKY | {row.test:.3f} LEAKY | {_number(row.old)} | "
        f"{PUBLISHED_AFTER[row.subtype]:.2f} | {row.copied:.3f} LEAKY |"
        for row in others
    ]
    lines += [
        "",
        "## By patient: nobody on both sides",
        "",
        "| subtype | patients | of these held out | SimpleCancerCNN | copy baseline |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.subtype} | {row.patients} | {row.held_out_patients} | {_honest(row.by_patient)} | "
        f"{_honest(row.by_patient_copied)} |"
        for row in result.rows
    ]
    for letter in result.missing:
        lines.append(f"\nNo annotated patient of subtype {letter} is here.")
    return "\n".join(lines) + "\n"


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"


def _honest(value: float | None) -> str:
    return "— (one patient)" if value is None else f"{value:.3f}"

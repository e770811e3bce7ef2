"""A model's card, as one reads it."""

from __future__ import annotations

from PySide6.QtWidgets import QTextBrowser, QWidget

from ctbox.gui.translation import mark, tr
from ctbox.model.card import MetricRecord, ModelCard
from ctbox.workflows.model_store import StoredModel

_LIST_INDENT = 18.0


class CardView(QTextBrowser):
    """Shows what a model says of itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenExternalLinks(False)
        self.document().setIndentWidth(_LIST_INDENT)
        self.setAccessibleName(tr("Model card"))

    def show_model(self, model: StoredModel | None) -> None:
        """Show a model's card, or what is wrong with it."""
        if model is None:
            self.clear()
            return
        if model.card is None:
            self.setPlainText(f"{model.name}\n\n{model.problem}")
            return
        self.setMarkdown(describe_model(model, model.card))
        self.verticalScrollBar().setValue(0)


def describe_model(model: StoredModel, card: ModelCard) -> str:
    """Return a card as Markdown, the shortest useful one."""
    lines = [f"### {_plain(model.name)}"]
    state = [tr("shipped with ctbox") if model.is_shipped else tr("your own")]
    state += [tr("**in use**")] if model.is_active else []
    lines.append(
        tr("{architecture}, {parameters:,} parameters; {state}").format(
            architecture=card.architecture, parameters=card.parameters, state=", ".join(state)
        )
    )
    if model.problem is not None:
        lines.append(tr("**Can't be used:** {problem}").format(problem=_plain(model.problem)))
    if card.lineage is not None:
        lines.append(tr("**Fine-tuned from** {name}").format(name=_plain(card.lineage.name)))
    taught = ", ".join(card.training.patient_ids) or tr("phantoms only")
    lines.append(tr("**Learnt from** {taught}").format(taught=_plain(taught)))
    if card.split.validation_patient_ids:
        lines.append(
            tr("**Epoch chosen by** {validation_patient_ids}").format(
                validation_patient_ids=_plain(", ".join(card.split.validation_patient_ids))
            )
        )
    lines.append(
        tr("**Trained** {date} with ctbox {software_version}").format(
            date=card.date[:10], software_version=card.software_version
        )
    )
    if card.metrics:
        lines += ["", tr("#### Figures"), *(_describe_metric(each) for each in card.metrics[:8])]
    lines += ["", tr("#### Limits"), *(f"- {_plain(each)}" for each in card.limitations)]
    lines.append(f"\nsha256 `{card.weights_sha256[:16]}…`, {card.weights_bytes / 1e6:.1f} MB")
    return "\n\n".join(lines)


_SEE_CARD = mark("see the full card")


def _describe_metric(record: MetricRecord) -> str:
    value = record.values.get("patient_mean_iou")
    told = f"IoU {value:.3f}" if isinstance(value, float) else ""
    before = record.values.get("before")
    if isinstance(before, float):
        told += tr(" (before {before:.3f})").format(before=before)
    return f"- {_plain(record.title)}: {told or tr(_SEE_CARD)}; {_plain(record.split)}"


def _plain(text: str) -> str:
    """Return text whose signs Markdown leaves alone."""
    for sign in "\\`*_[]<>#|":
        text = text.replace(sign, f"\\{sign}")
    return text

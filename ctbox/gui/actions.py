"""Every command of the window in one table: menus, tool bar and shortcut sheet read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QWidget

from ctbox.gui.action_spec import ActionSpec, Scope
from ctbox.gui.editing.action_table import EDIT_ACTIONS
from ctbox.gui.icons import find_icon
from ctbox.gui.layouts.action_table import LAYOUT_ACTIONS
from ctbox.gui.report.action_table import REPORT_ACTIONS
from ctbox.gui.review.action_table import REVIEW_ACTIONS
from ctbox.gui.theme import Theme

_FILE, _SCROLL, _SHOW, _HANDS = "File", "Scroll", "Display", "Left mouse button"
_BOXES, _AI, _WINDOW = "Boxes and outline", "Prediction", "Window"
_IMAGE = Scope.IMAGE

ACTIONS = (
    ActionSpec(
        "open_folder", _FILE, "Open &folder…", ("Ctrl+O",), "open_folder",
        "Open a folder of DICOM files or a TCIA download",
    ),
    ActionSpec(
        "open_file", _FILE, "Open file or &ZIP…", ("Ctrl+Shift+O",), "open_file",
        "Open a single DICOM file or a ZIP archive as it lies",
    ),
    ActionSpec(
        "open_annotations", _FILE, "Open &annotations…", ("Ctrl+Shift+A",), "open_annotations",
        "Read the expert's boxes for this case from a folder of VOC XML files",
    ),
    ActionSpec(
        "open_sample", _FILE, "Open &sample case", (), "sample",
        "Open synthetic chest CT series made on this computer",
    ),
    ActionSpec(
        "save", _FILE, "&Save my boxes", ("Ctrl+S",), "save",
        "Write your boxes as PASCAL VOC files, one a slice",
    ),
    ActionSpec("save_as", _FILE, "Save my boxes &as…", ("Ctrl+Shift+S",), "save"),
    ActionSpec(
        "add_to_catalogue", _FILE, "Add folder to &catalogue…", ("Ctrl+Shift+L",), "add_folder",
        "Index a collection once; afterwards its series are listed and open at once",
    ),
    ActionSpec(
        "show_catalogue", _FILE, "Catalo&gue", ("Ctrl+L",), "catalogue",
        "All patients, studies and series of the folders that were added",
    ),
    ActionSpec(
        "export", _FILE, "&Export…", ("Ctrl+E",), "export",
        "Write boxes for other tools (VOC, COCO, YOLO, CSV, DICOM SR and SEG), or images without "
        "the patient's identity",
    ),
    ActionSpec(
        "doctor", _FILE, "Dataset &doctor…", (), "doctor",
        "Find every defect of a data set, and write corrected copies",
    ),
    ActionSpec("quit", _FILE, "&Quit", ("Ctrl+Q",), "quit"),
    ActionSpec("previous_slice", _SCROLL, "&Previous slice", ("Up",), scope=_IMAGE),
    ActionSpec("next_slice", _SCROLL, "&Next slice", ("Down",), scope=_IMAGE),
    ActionSpec(
        "back_ten", _SCROLL, "Ten slices &back", ("PgUp", "Shift+Up"), scope=_IMAGE
    ),
    ActionSpec(
        "forward_ten", _SCROLL, "Ten slices &forward", ("PgDown", "Shift+Down"), scope=_IMAGE
    ),
    ActionSpec("first_slice", _SCROLL, "&First slice (cranial)", ("Home",), scope=_IMAGE),
    ActionSpec("last_slice", _SCROLL, "&Last slice (caudal)", ("End",), scope=_IMAGE),
    ActionSpec(
        "next_box", _SCROLL, "Next slice with a &box", ("N",), "next_box",
        "Go to the next slice with an expert's or a predicted box",
    ),
    ActionSpec(
        "previous_box", _SCROLL, "Previous slice with a b&ox", ("Shift+N",), "previous_box",
        "Go to the previous slice with an expert's or a predicted box",
    ),
    ActionSpec(
        "cine", _SCROLL, "&Cine", ("Space", "C"), "cine", "Play through the slices",
        checkable=True, scope=_IMAGE,
    ),
    ActionSpec(
        "cine_slower", _SCROLL, "Cine s&lower", ("[",), tip="Fewer slices a second", scope=_IMAGE
    ),
    ActionSpec(
        "cine_faster", _SCROLL, "Cine fas&ter", ("]",), tip="More slices a second", scope=_IMAGE
    ),
    ActionSpec(
        "window_lung", _SHOW, "&Lung window", ("1",), "lung", "Lung window: W 1400  L −700"
    ),
    ActionSpec(
        "window_mediastinum", _SHOW, "&Mediastinum window", ("2",), "mediastinum",
        "Mediastinum window: W 350  L 40",
    ),
    ActionSpec("fit", _SHOW, "&Fit to window", ("F",), "fit", "Show the whole image"),
    ActionSpec(
        "reset", _SHOW, "&Reset display", ("Esc",), "reset",
        "Lung window, whole image, nothing selected", scope=_IMAGE,
    ),
    ActionSpec(
        "smooth", _SHOW, "S&mooth pixels", (), "smooth",
        "Interpolate between pixels; off shows them as squares", checkable=True,
    ),
    ActionSpec(
        "texts", _SHOW, "Corner &texts", ("Ctrl+T",), "texts",
        "Corner texts, orientation letters and scale bar", checkable=True,
    ),
    ActionSpec(
        "patient", _SHOW, "Patient's &identity", ("F9",), "patient",
        "Show who the patient is; off hides it from the image and the series list",
        checkable=True,
    ),
    ActionSpec(
        "tool_window", _HANDS, "&Window/level", ("W",), "tool_window",
        "Drag right for wider, up for brighter", checkable=True, choice="tool",
    ),
    ActionSpec(
        "tool_pan", _HANDS, "&Pan", ("T",), "tool_pan",
        "Drag the image (also with the middle button)", checkable=True, choice="tool",
    ),
    ActionSpec(
        "tool_zoom", _HANDS, "&Zoom", ("Z",), "tool_zoom",
        "Drag up to magnify (also with the right button)", checkable=True, choice="tool",
    ),
    ActionSpec(
        "tool_scroll", _HANDS, "&Scroll", ("S",), "tool_scroll",
        "Drag down to go caudally (also with the wheel)", checkable=True, choice="tool",
    ),
    ActionSpec(
        "tool_ruler", _HANDS, "&Distance", ("D",), "tool_ruler",
        "Measure a distance in mm", checkable=True, choice="tool",
    ),
    ActionSpec(
        "tool_angle", _HANDS, "&Angle", ("A",), "tool_angle",
        "Measure an angle: draw one arm, then click the end of the other", checkable=True,
        choice="tool",
    ),
    ActionSpec(
        "tool_ellipse", _HANDS, "&Ellipse", ("I",), "tool_ellipse",
        "Mean, SD, least and greatest value and area in an ellipse", checkable=True,
        choice="tool",
    ),
    ActionSpec(
        "tool_draw", _HANDS, "Draw &box", ("M",), "tool_draw",
        "Draw a box of your own around a tumour", checkable=True, choice="tool",
    ),
    ActionSpec(
        "copy_measurements", _HANDS, "&Copy measurements", ("Ctrl+Shift+C",), "copy",
        "Copy all measurements of this case as text",
    ),
    ActionSpec(
        "invert_grey", _SHOW, "&Inverted grey", ("Ctrl+I",), "invert_grey",
        "High values dark, as PET is read", checkable=True,
    ),
    ActionSpec(
        "invert_drag", _HANDS, "Invert &window drag", (), "",
        "Drag left for wider, down for brighter", checkable=True,
    ),
    ActionSpec(
        "annotations", _BOXES, "&Expert's boxes", ("E",), "expert",
        "Show the expert's boxes (solid, green)", checkable=True, short="Expert",
    ),
    ActionSpec(
        "detections", _BOXES, "&Predicted boxes", ("B",), "detections",
        "Show the predicted boxes (dashed, orange)", checkable=True, short="AI",
    ),
    ActionSpec(
        "mine", _BOXES, "&My boxes", ("Y",), "mine",
        "Show your own boxes (solid, white)", checkable=True, short="Mine",
    ),
    *LAYOUT_ACTIONS,
    *EDIT_ACTIONS,
    *REPORT_ACTIONS,
    *REVIEW_ACTIONS,
    ActionSpec(
        "outline", _BOXES, "Sobel &outline", ("O",), "outline",
        "Lay the tumour's Sobel outline on the slice", checkable=True, short="Outline",
    ),
    ActionSpec(
        "attention", _BOXES, "Model &attention", ("V",), "attention",
        "Lay over the slice where the model looked; it is not a segmentation", checkable=True,
    ),
    ActionSpec(
        "predict_slice", _AI, "&Predict slice", ("P",), "predict",
        "Find tumours on this slice",
    ),
    ActionSpec(
        "predict_series", _AI, "Predict &series", ("Shift+P",), "predict_series",
        "Find tumours on every slice of this series", short="Series",
    ),
    ActionSpec(
        "fine_tune", _AI, "&Fine-tune for a subtype…", (), "fine_tune",
        "Teach a model a subtype, and see whether it got better",
    ),
    ActionSpec(
        "training_run", _AI, "&Training run", (), "training_run",
        "Show the training that runs, or go on with one that was cut off",
    ),
    ActionSpec(
        "models", _AI, "&Models…", (), "models",
        "Cards, the model in use, comparison, export and import",
    ),
    ActionSpec(
        "cancel", _AI, "&Cancel", ("Ctrl+.",), "cancel", "Stop the running work"
    ),
    ActionSpec(
        "theme", _WINDOW, "&Light theme", (), "theme", "Switch between dark and light",
        checkable=True,
    ),
    ActionSpec(
        "settings", _WINDOW, "Se&ttings…", ("Ctrl+,",), "settings",
        "Look, reading, prediction, folders and the keys of every command",
    ),
    ActionSpec("full_screen", _WINDOW, "F&ull screen", ("F11",), "fit", checkable=True),
    ActionSpec("shortcuts", _WINDOW, "&Keyboard and mouse", ("F1",), "keyboard"),
    ActionSpec(
        "user_guide", _WINDOW, "&User guide", ("Shift+F1",), "guide", "Read how ctbox is used"
    ),
    ActionSpec(
        "bug_report", _WINDOW, "Save bug &report…", (), "bug",
        "See and save what helps to mend a fault: no patient's data, no names, no places",
    ),
    ActionSpec("about", _WINDOW, "&About ctbox", (), "about"),
)  # fmt: skip

MOUSE_HINTS = (
    ("Wheel", "Scroll; with Shift ten slices at a time"),
    ("Ctrl + wheel", "Zoom at the pointer"),
    ("Left drag", "Window (right: wider, up: brighter), or the chosen tool"),
    ("Middle drag", "Pan"),
    ("Right drag", "Zoom"),
    ("Double-click", "Fit the whole image"),
    ("Click on a box", "Select it; Ctrl + click pairs it with the selected one"),
    ("Drag a box of yours", "Move it; its handles change its size"),
    ("Double-click a box of yours", "Change its label"),
)


def build_actions(parent: QObject, image: QWidget, theme: Theme) -> dict[str, QAction]:
    """Return all actions by name; keys of `Scope.IMAGE` work only inside that widget.

    Parameters
    ----------
    parent : QObject
        Owns the actions.
    image : QWidget
        The viewer.
    theme : Theme
        Colours of the icons.
    """
    actions: dict[str, QAction] = {}
    groups: dict[str, QActionGroup] = {}
    for spec in ACTIONS:
        action = _build_action(spec, parent)
        if spec.scope is Scope.IMAGE:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            image.addAction(action)
        if spec.choice:
            group = groups.setdefault(spec.choice, QActionGroup(parent))
            group.addAction(action)
        actions[spec.name] = action
    apply_icons(actions, theme)
    return actions


def _build_action(spec: ActionSpec, parent: QObject) -> QAction:
    action = QAction(spec.text, parent)
    action.setObjectName(spec.name)
    action.setShortcuts([QKeySequence(key) for key in spec.keys])
    action.setCheckable(spec.checkable)
    # In a menu an icon would take the place of the tick.
    action.setIconVisibleInMenu(not spec.checkable)
    action.setToolTip(describe_tip(spec, spec.keys))
    action.setIconText(spec.short or spec.plain_text)
    return action


def describe_tip(spec: ActionSpec, keys: Sequence[str]) -> str:
    """Return a command's tooltip: what it does, and the first of its keys."""
    return _add_key(spec.tip or spec.plain_text, keys[0] if keys else "")


def follow_tip(widget: QWidget, action: QAction, words: str = "") -> None:
    """Give a widget the tooltip of a command, or these words with its key, whatever its key is."""

    def show() -> None:
        key = action.shortcut().toString(QKeySequence.SequenceFormat.PortableText)
        widget.setToolTip(_add_key(words, key) if words else action.toolTip())

    action.changed.connect(show)
    show()


def _add_key(words: str, key: str) -> str:
    return f"{words}  ({key})" if key else words


def apply_icons(actions: Mapping[str, QAction], theme: Theme) -> None:
    """Draw the icons in the theme's colours; called again when the theme changes."""
    for spec in ACTIONS:
        if spec.icon:
            actions[spec.name].setIcon(find_icon(spec.icon, theme))

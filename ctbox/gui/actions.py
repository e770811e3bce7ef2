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
from ctbox.gui.translation import mark, tr

_FILE, _SCROLL, _SHOW, _HANDS = (
    mark("File"),
    mark("Scroll"),
    mark("Display"),
    mark("Left mouse button"),
)
_BOXES, _AI, _WINDOW = mark("Boxes and outline"), mark("Prediction"), mark("Window")
_IMAGE = Scope.IMAGE

ACTIONS = (
    ActionSpec(
        "open_folder", _FILE, mark("Open &folder…"), ("Ctrl+O",), "open_folder",
        mark("Open a folder of DICOM files or a TCIA download"),
    ),
    ActionSpec(
        "open_file", _FILE, mark("Open file or &ZIP…"), ("Ctrl+Shift+O",), "open_file",
        mark("Open a single DICOM file or a ZIP archive as it lies"),
    ),
    ActionSpec(
        "open_annotations", _FILE,
        mark("Open annotatio&ns…"), ("Ctrl+Shift+A",), "open_annotations",
        mark("Read the expert's boxes for this case from a folder of VOC XML files"),
    ),
    ActionSpec(
        "open_sample", _FILE, mark("Open sa&mple case"), (), "sample",
        mark("Open synthetic chest CT series made on this computer"),
    ),
    ActionSpec(
        "save", _FILE, mark("&Save my boxes"), ("Ctrl+S",), "save",
        mark("Write your boxes as PASCAL VOC files, one a slice"),
    ),
    ActionSpec("save_as", _FILE, mark("Save my boxes &as…"), ("Ctrl+Shift+S",), "save"),
    ActionSpec(
        "add_to_catalogue", _FILE,
        mark("Add folder to &catalogue…"), ("Ctrl+Shift+L",), "add_folder",
        mark("Index a collection once; afterwards its series are listed and open at once"),
    ),
    ActionSpec(
        "show_catalogue", _FILE, mark("Catalo&gue"), ("Ctrl+L",), "catalogue",
        mark("All patients, studies and series of the folders that were added"),
    ),
    ActionSpec(
        "export", _FILE, mark("&Export…"), ("Ctrl+E",), "export",
        mark("Write boxes for other tools (VOC, COCO, YOLO, CSV, DICOM SR and SEG), or images "
             "without the patient's identity"),
    ),
    ActionSpec(
        "doctor", _FILE, mark("Dataset d&octor…"), (), "doctor",
        mark("Find every defect of a data set, and write corrected copies"),
    ),
    ActionSpec("quit", _FILE, mark("&Quit"), ("Ctrl+Q",), "quit"),
    ActionSpec("previous_slice", _SCROLL, mark("&Previous slice"), ("Up",), scope=_IMAGE),
    ActionSpec("next_slice", _SCROLL, mark("&Next slice"), ("Down",), scope=_IMAGE),
    ActionSpec(
        "back_ten", _SCROLL, mark("Ten slices b&ack"), ("PgUp", "Shift+Up"), scope=_IMAGE
    ),
    ActionSpec(
        "forward_ten", _SCROLL, mark("Ten slices fo&rward"), ("PgDown", "Shift+Down"), scope=_IMAGE
    ),
    ActionSpec("first_slice", _SCROLL, mark("&First slice (cranial)"), ("Home",), scope=_IMAGE),
    ActionSpec("last_slice", _SCROLL, mark("&Last slice (caudal)"), ("End",), scope=_IMAGE),
    ActionSpec(
        "next_box", _SCROLL, mark("Next slice with a &box"), ("N",), "next_box",
        mark("Go to the next slice with an expert's or a predicted box"),
    ),
    ActionSpec(
        "previous_box", _SCROLL, mark("Previous slice with a b&ox"), ("Shift+N",), "previous_box",
        mark("Go to the previous slice with an expert's or a predicted box"),
    ),
    ActionSpec(
        "cine", _SCROLL, mark("&Cine"), ("Space", "C"), "cine", mark("Play through the slices"),
        checkable=True, scope=_IMAGE,
    ),
    ActionSpec(
        "cine_slower", _SCROLL, mark("Cine &slower"), ("[",),
        tip=mark("Fewer slices a second"), scope=_IMAGE
    ),
    ActionSpec(
        "cine_faster", _SCROLL, mark("Cine fas&ter"), ("]",),
        tip=mark("More slices a second"), scope=_IMAGE
    ),
    ActionSpec(
        "window_lung", _SHOW, mark("&Lung window"), ("1",), "lung",
        mark("Lung window: W 1400  L −700")
    ),
    ActionSpec(
        "window_mediastinum", _SHOW, mark("&Mediastinum window"), ("2",), "mediastinum",
        mark("Mediastinum window: W 350  L 40"),
    ),
    ActionSpec("fit", _SHOW, mark("&Fit to window"), ("F",), "fit", mark("Show the whole image")),
    ActionSpec(
        "reset", _SHOW, mark("&Reset display"), ("Esc",), "reset",
        mark("Lung window, whole image, nothing selected"), scope=_IMAGE,
    ),
    ActionSpec(
        "smooth", _SHOW, mark("Smoot&h pixels"), (), "smooth",
        mark("Interpolate between pixels; off shows them as squares"), checkable=True,
    ),
    ActionSpec(
        "texts", _SHOW, mark("Corner &texts"), ("Ctrl+T",), "texts",
        mark("Corner texts, orientation letters and scale bar"), checkable=True,
    ),
    ActionSpec(
        "patient", _SHOW, mark("Patient's &identity"), ("F9",), "patient",
        mark("Show who the patient is; off hides it from the image and the series list"),
        checkable=True,
    ),
    ActionSpec(
        "tool_window", _HANDS, mark("&Window/level"), ("W",), "tool_window",
        mark("Drag right for wider, up for brighter"), checkable=True, choice="tool",
    ),
    ActionSpec(
        "tool_pan", _HANDS, mark("&Pan"), ("T",), "tool_pan",
        mark("Drag the image (also with the middle button)"), checkable=True, choice="tool",
    ),
    ActionSpec(
        "tool_zoom", _HANDS, mark("&Zoom"), ("Z",), "tool_zoom",
        mark("Drag up to magnify (also with the right button)"), checkable=True, choice="tool",
    ),
    ActionSpec(
        "tool_scroll", _HANDS, mark("&Scroll"), ("S",), "tool_scroll",
        mark("Drag down to go caudally (also with the wheel)"), checkable=True, choice="tool",
    ),
    ActionSpec(
        "tool_ruler", _HANDS, mark("&Distance"), ("D",), "tool_ruler",
        mark("Measure a distance in mm"), checkable=True, choice="tool",
    ),
    ActionSpec(
        "tool_angle", _HANDS, mark("&Angle"), ("A",), "tool_angle",
        mark("Measure an angle: draw one arm, then click the end of the other"), checkable=True,
        choice="tool",
    ),
    ActionSpec(
        "tool_ellipse", _HANDS, mark("&Ellipse"), ("I",), "tool_ellipse",
        mark("Mean, SD, least and greatest value and area in an ellipse"), checkable=True,
        choice="tool",
    ),
    ActionSpec(
        "tool_draw", _HANDS, mark("Draw &box"), ("M",), "tool_draw",
        mark("Draw a box of your own around a tumour"), checkable=True, choice="tool",
    ),
    ActionSpec(
        "copy_measurements", _HANDS, mark("&Copy measurements"), ("Ctrl+Shift+C",), "copy",
        mark("Copy all measurements of this case as text"),
    ),
    ActionSpec(
        "invert_grey", _SHOW, mark("Inverted &grey"), ("Ctrl+I",), "invert_grey",
        mark("High values dark, as PET is read"), checkable=True,
    ),
    ActionSpec(
        "invert_drag", _HANDS, mark("&Invert window drag"), (), "",
        mark("Drag left for wider, down for brighter"), checkable=True,
    ),
    ActionSpec(
        "annotations", _BOXES, mark("&Expert's boxes"), ("E",), "expert",
        mark("Show the expert's boxes (solid, green)"), checkable=True, short=mark("Expert"),
    ),
    ActionSpec(
        "detections", _BOXES, mark("&Predicted boxes"), ("B",), "detections",
        mark("Show the predicted boxes (dashed, orange)"), checkable=True, short=mark("AI"),
    ),
    ActionSpec(
        "mine", _BOXES, mark("My &boxes"), ("Y",), "mine",
        mark("Show your own boxes (solid, white)"), checkable=True, short=mark("Mine"),
    ),
    *LAYOUT_ACTIONS,
    *EDIT_ACTIONS,
    *REPORT_ACTIONS,
    *REVIEW_ACTIONS,
    ActionSpec(
        "outline", _BOXES, mark("Sobel &outline"), ("O",), "outline",
        mark("Lay the tumour's Sobel outline on the slice"), checkable=True, short=mark("Outline"),
    ),
    ActionSpec(
        "attention", _BOXES, mark("Model &attention"), ("V",), "attention",
        mark("Lay over the slice where the model looked; it is not a segmentation"), checkable=True,
    ),
    ActionSpec(
        "predict_slice", _AI, mark("&Predict slice"), ("P",), "predict",
        mark("Find tumours on this slice"),
    ),
    ActionSpec(
        "predict_series", _AI, mark("Predict &series"), ("Shift+P",), "predict_series",
        mark("Find tumours on every slice of this series"), short=mark("Series"),
    ),
    ActionSpec(
        "fine_tune", _AI, mark("&Fine-tune for a subtype…"), (), "fine_tune",
        mark("Teach a model a subtype, and see whether it got better"),
    ),
    ActionSpec(
        "training_run", _AI, mark("&Training run"), (), "training_run",
        mark("Show the training that runs, or go on with one that was cut off"),
    ),
    ActionSpec(
        "models", _AI, mark("&Models…"), (), "models",
        mark("Cards, the model in use, comparison, export and import"),
    ),
    ActionSpec(
        "cancel", _AI, mark("&Cancel"), ("Ctrl+.",), "cancel", mark("Stop the running work")
    ),
    ActionSpec(
        "theme", _WINDOW, mark("&Light theme"), (), "theme", mark("Switch between dark and light"),
        checkable=True,
    ),
    ActionSpec(
        "settings", _WINDOW, mark("Se&ttings…"), ("Ctrl+,",), "settings",
        mark("Look, reading, prediction, folders and the keys of every command"),
    ),
    ActionSpec("full_screen", _WINDOW, mark("F&ull screen"), ("F11",), "fit", checkable=True),
    ActionSpec("shortcuts", _WINDOW, mark("&Keyboard and mouse"), ("F1",), "keyboard"),
    ActionSpec(
        "user_guide", _WINDOW, mark("&User guide"), ("Shift+F1",), "guide",
        mark("Read how ctbox is used")
    ),
    ActionSpec(
        "bug_report", _WINDOW, mark("Save bug &report…"), (), "bug",
        mark("See and save what helps to mend a fault: no patient's data, no names, no places"),
    ),
    ActionSpec("about", _WINDOW, mark("&About ctbox"), (), "about"),
)  # fmt: skip

MOUSE_HINTS = (
    (mark("Wheel"), mark("Scroll; with Shift ten slices at a time")),
    (mark("Ctrl + wheel"), mark("Zoom at the pointer")),
    (mark("Left drag"), mark("Window (right: wider, up: brighter), or the chosen tool")),
    (mark("Middle drag"), mark("Pan")),
    (mark("Right drag"), mark("Zoom")),
    (mark("Double-click"), mark("Fit the whole image")),
    (mark("Click on a box"), mark("Select it; Ctrl + click pairs it with the selected one")),
    (mark("Drag a box of yours"), mark("Move it; its handles change its size")),
    (mark("Double-click a box of yours"), mark("Change its label")),
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
    action = QAction(tr(spec.text), parent)
    action.setObjectName(spec.name)
    action.setShortcuts([QKeySequence(key) for key in spec.keys])
    action.setCheckable(spec.checkable)
    # In a menu an icon would take the place of the tick.
    action.setIconVisibleInMenu(not spec.checkable)
    action.setToolTip(describe_tip(spec, spec.keys))
    action.setIconText(tr(spec.short) or spec.plain_text)
    return action


def describe_tip(spec: ActionSpec, keys: Sequence[str]) -> str:
    """Return a command's tooltip: what it does, and the first of its keys."""
    return _add_key(tr(spec.tip) or spec.plain_text, keys[0] if keys else "")


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

"""VOC files made by hand, in the collection's own shape, oddities on request."""

from __future__ import annotations

from pathlib import Path

UID = "1.3.6.1.4.1.14519.5.2.1.6655.2359.1"
APPLE_STUB = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        " + bytes(50)


def make_object(
    xmin: object = 314,
    ymin: object = 295,
    xmax: object = 348,
    ymax: object = 331,
    label: str | None = "A",
) -> str:
    name = "" if label is None else f"<name>{label}</name>"
    return f"""  <object>
    {name}
    <pose>Unspecified</pose>
    <truncated>0</truncated>
    <Difficult>0</Difficult>
    <bndbox>
      <xmin>{xmin}</xmin>
      <ymin>{ymin}</ymin>
      <xmax>{xmax}</xmax>
      <ymax>{ymax}</ymax>
    </bndbox>
  </object>
"""


def make_voc(*objects: str, depth: int = 1, verified: str = "no", extra: str = "") -> bytes:
    return f"""<annotation verified="{verified}">
  <folder>Secret Reader</folder>
  <filename>Secret Reader</filename>
  <path>C:\\Users\\Secret Reader\\image.jpg</path>
  <source>Unknow<database>Unknown</database>
  </source>
  <size>
    <width>512</width>
    <height>512</height>
    <depth>{depth}</depth>
  </size>
  <segmented>0</segmented>
{extra}{"".join(objects)}</annotation>""".encode()


def put(root: Path, folder: str, uid: str, data: bytes | None = None) -> Path:
    """Write one annotation file where the collection would have it; return its path."""
    path = root / folder / f"{uid}.xml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(make_voc(make_object()) if data is None else data)
    return path

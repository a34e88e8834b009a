# SPDX-License-Identifier: Apache-2.0
"""Decides what is told of a picture besides its pixels: by camera and programs (EXIF), in comments and text chunks."""

from collections.abc import Mapping
from typing import Any

from PIL import ExifTags, Image, TiffImagePlugin

from ream_extract.text_clean import tidy

_DOCUMENT_NAME = 269
_MAIN = {
    ExifTags.Base.Make: "camera_make",
    ExifTags.Base.Model: "camera_model",
    ExifTags.Base.DateTime: "datetime",
    ExifTags.Base.Software: "software",
    ExifTags.Base.Artist: "artist",
    ExifTags.Base.Copyright: "copyright",
    ExifTags.Base.Orientation: "orientation",
    TiffImagePlugin.IMAGEDESCRIPTION: "description",
    _DOCUMENT_NAME: "title",
}
_SHOT = {
    ExifTags.Base.DateTimeOriginal: "taken",
    ExifTags.Base.OffsetTimeOriginal: "taken_offset",
    ExifTags.Base.LensModel: "lens",
    ExifTags.Base.UserComment: "comment",
}
_WRITTEN = frozenset({"comment", "title", "author", "description", "copyright", "software", "source", "creation_time"})
"""Names of texts in PNG, GIF and JPEG that say something for people."""
_CODES = {b"ASCII\x00\x00\x00": "ascii", b"UNICODE\x00": "utf-16", b"JIS\x00\x00\x00\x00\x00": "iso2022_jp"}


def told(image: Image.Image) -> dict[str, str]:
    """Returns what an image says of itself; nothing of it is decoded for that."""
    found = {name: text for name, text in _texts(image.info).items() if text}
    # Pillow decodes a whole PNG to look for EXIF behind the picture; a bomb must not be decoded to be counted.
    if image.format == "PNG" and "exif" not in image.info:
        return found
    exif = image.getexif()
    found |= _named(exif, _MAIN) | _named(exif.get_ifd(ExifTags.IFD.Exif), _SHOT)
    return found | _place(exif.get_ifd(ExifTags.IFD.GPSInfo))


def _texts(info: Mapping[Any, Any]) -> dict[str, str]:
    named = {str(key).lower().replace(" ", "_"): value for key, value in info.items()}
    return {key: _text(value) for key, value in named.items() if key in _WRITTEN and isinstance(value, (str, bytes))}


def _named(tags: Mapping[int, Any], names: Mapping[Any, str]) -> dict[str, str]:
    said = {name: _text(tags.get(int(tag), "")) for tag, name in names.items()}
    return {name: text for name, text in said.items() if text}


def _text(value: object) -> str:
    if isinstance(value, bytes):
        code = _CODES.get(value[:8])
        value = value[8:].decode(code, "replace") if code else value.decode("utf-8", "replace")
    return tidy(str(value)).strip("\x00 \n")[:500]


def _place(tags: Mapping[int, Any]) -> dict[str, str]:
    """Returns where a picture was taken, in degrees; south and west are negative."""
    found = {}
    for name, value, sphere, most in (
        ("gps_latitude", ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, 90),
        ("gps_longitude", ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, 180),
    ):
        degrees = _degrees(tags.get(value))
        if degrees is None or degrees > most:
            return {}
        negative = str(tags.get(sphere, "")).strip("\x00 ").upper() in ("S", "W")
        found[name] = f"{-degrees if negative else degrees:.6f}"
    return found


def _degrees(value: Any) -> float | None:
    try:
        degrees, minutes, seconds = (float(one) for one in (*value, 0, 0)[:3])
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    result = degrees + minutes / 60 + seconds / 3600
    return result if 0 <= result < 1_000 else None

# SPDX-License-Identifier: Apache-2.0
"""Reads pictures with PP-OCR through rapidocr, whose wheel carries its models: for what Tesseract is not sure of."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import cv2
import numpy
from PIL import Image
from rapidocr import RapidOCR

from ream_ocr.engine import PageRead
from ream_ocr.lines import in_reading_order, levelled

_LEAST_SIDE = 8
"""Pixels: nothing narrower holds a letter, and the networks refuse it."""


class RapidocrEngine:
    """Finds runs of text and recognises each, whatever its language; keeps its networks, some 300 MB, once loaded.

    It has one thread: cells are what share the cores.
    """

    name = "rapidocr"

    def __init__(self) -> None:
        cv2.setNumThreads(1)
        self._reader = RapidOCR(
            params={
                "Global.log_level": "error",
                # Which way up a page lies is known from the first reading; asking for each run costs a tenth.
                "Global.use_cls": False,
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    @property
    def version(self) -> str:
        """Version of the package, which is that of its models."""
        return version("rapidocr")

    def read(self, picture: Image.Image) -> PageRead:
        """Reads a grey picture as it stands; the same picture gives the same words."""
        if min(picture.size) < _LEAST_SIDE:
            return PageRead()
        grey = numpy.asarray(picture)
        found: Any = self._reader(numpy.stack((grey, grey, grey), axis=-1))
        if found.boxes is None or found.txts is None:
            return PageRead()
        sure = [max(0, min(100, round(float(score) * 100))) for score in found.scores]
        return in_reading_order(levelled(found.boxes.tolist(), [str(text) for text in found.txts], sure))

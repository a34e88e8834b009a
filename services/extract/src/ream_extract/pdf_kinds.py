# SPDX-License-Identifier: Apache-2.0
"""Asks PDFium of many objects at once what kind they are of: nothing is made in Python for each of them.

The functions of pypdfium2 make an object of every handle that they return. A page has thousands, so the same functions
of the library are called here with plain addresses, in two thirds of the time.
"""

import ctypes
from itertools import repeat
from typing import Any

import pypdfium2.raw as raw  # type: ignore[import-untyped]


def _plain(function: Any, *arguments: Any, returns: Any) -> Any:
    return ctypes.CFUNCTYPE(returns, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)


_KIND = _plain(raw.FPDFPageObj_GetType, ctypes.c_void_p, returns=ctypes.c_int)
_OF_PAGE = _plain(raw.FPDFPage_GetObject, ctypes.c_void_p, ctypes.c_int, returns=ctypes.c_void_p)
_OF_FORM = _plain(raw.FPDFFormObj_GetObject, ctypes.c_void_p, ctypes.c_ulong, returns=ctypes.c_void_p)


def kinds_of(parent: Any, count: int, *, forms: bool) -> list[int]:
    """Returns the kinds (`FPDF_PAGEOBJ_*`) of the first objects of a page, or of a form on it.

    Args:
        parent: handle of the page or of the form, while it is open.
        count: objects; no more than it has.
        forms: whether it is a form.
    """
    address = ctypes.cast(parent, ctypes.c_void_p).value
    return list(map(_KIND, map(_OF_FORM if forms else _OF_PAGE, repeat(address), range(count))))

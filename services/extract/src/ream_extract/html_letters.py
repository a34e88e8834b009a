# SPDX-License-Identifier: Apache-2.0
"""Decides how many letters an HTML page shows, without a parser: what its reader must come near to."""

import re
from html import unescape

from ream_contracts.whole import letters

_UNSHOWN = re.compile(
    r"<!--(?:.*?-->|.*)"
    r"|<(script|style|template|iframe|noembed|noframes|svg|math|object)\b[^>]*>(?:.*?</\1\s*>|.*)"
    r"|<[a-z/!?][^>]*(?:>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
"""Comments, elements of whose content a person sees nothing or a drawing, and tags; each in one pass, closed or not."""


def shown_letters(page: str) -> int:
    """Counts letters and digits outside tags, comments, scripts and the like: at most what a person sees.

    Drawings and formulas are left out, although their words are read: this counts what must be there.
    """
    return letters(unescape(_UNSHOWN.sub(" ", page)))

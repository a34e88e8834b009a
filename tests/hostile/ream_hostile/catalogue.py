# SPDX-License-Identifier: Apache-2.0
"""Finds all hostile files that the modules beside this one can make."""

from __future__ import annotations

import importlib
import pkgutil

import ream_hostile
from ream_hostile.attack import Attack


def attacks() -> tuple[Attack, ...]:
    """Every attack, in the order of modules' names."""
    names = sorted(one.name for one in pkgutil.iter_modules(ream_hostile.__path__) if one.name != "catalogue")
    modules = [importlib.import_module(f"{ream_hostile.__name__}.{name}") for name in names]
    return tuple(attack for module in modules for attack in getattr(module, "ATTACKS", ()))

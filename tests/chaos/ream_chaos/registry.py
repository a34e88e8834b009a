# SPDX-License-Identifier: Apache-2.0
"""Finds the modules of a package by their being there, so that adding one takes no other edit."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType


def modules(package: ModuleType) -> dict[str, ModuleType]:
    """Loads every module of a package; by name, in the order of their names."""
    names = sorted(one.name for one in pkgutil.iter_modules(package.__path__))
    return {name: importlib.import_module(f"{package.__name__}.{name}") for name in names}

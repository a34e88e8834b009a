# SPDX-License-Identifier: Apache-2.0
"""One file for each part of the list: `ORDER` says when, `run` does it. `ORDER` None: only when asked for by name."""

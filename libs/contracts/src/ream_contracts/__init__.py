# SPDX-License-Identifier: Apache-2.0
"""Message types and topic names, made from schemas/."""

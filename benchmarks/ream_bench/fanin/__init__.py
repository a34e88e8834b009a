# SPDX-License-Identifier: Apache-2.0
"""aggregate alone: its parts, its workers, what came out of it; for the soak and for the measurement."""

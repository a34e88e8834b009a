# SPDX-License-Identifier: Apache-2.0
"""Says what a segment is: language, type scores, personal data, sensitivity."""

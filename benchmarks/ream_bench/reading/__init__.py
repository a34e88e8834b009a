# SPDX-License-Identifier: Apache-2.0
"""Compares the speed of reading with other programs, on the same files and in the same run."""

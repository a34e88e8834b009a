# SPDX-License-Identifier: Apache-2.0
"""Breaks everything on purpose, and looks whether anything is lost, doubled or stuck."""

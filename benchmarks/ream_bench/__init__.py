# SPDX-License-Identifier: Apache-2.0
"""Measures an installation of Ream from the submission of a document to its first hit and its completion."""

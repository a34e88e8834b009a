# SPDX-License-Identifier: Apache-2.0
"""Puts the parts of each document together again in a Faust table."""

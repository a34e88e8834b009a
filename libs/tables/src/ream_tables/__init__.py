# SPDX-License-Identifier: Apache-2.0
"""Tables of pages, from words with boxes and rules."""

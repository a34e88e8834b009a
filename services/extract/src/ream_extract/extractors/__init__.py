# SPDX-License-Identifier: Apache-2.0
"""One file an extractor; `ream_extract.registry` finds them all, so that adding one takes no other edit."""

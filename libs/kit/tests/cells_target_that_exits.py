# SPDX-License-Identifier: Apache-2.0
"""A module whose import ends the process, as a broken native library does."""

import os

os.write(2, b"goodbye\n")
os._exit(9)

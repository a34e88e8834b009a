# SPDX-License-Identifier: Apache-2.0
"""Vectors of what text means: texts that mean nearly the same have vectors that point nearly the same way."""

import os

# Threads of NumPy's own only wait for each other where cores are busy (ten times slower was measured): who wants more
# vectors a second runs more threads or processes. It is read when NumPy is loaded first.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

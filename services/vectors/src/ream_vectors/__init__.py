# SPDX-License-Identifier: Apache-2.0
"""Makes documents findable by what they mean, after they are complete."""

# SPDX-License-Identifier: Apache-2.0
"""The whole stack as plain processes on one machine."""

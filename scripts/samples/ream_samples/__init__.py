# SPDX-License-Identifier: Apache-2.0
"""The documents that the project ships, one maker each: everything in them is made up."""

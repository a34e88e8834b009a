# SPDX-License-Identifier: Apache-2.0
"""Takes a submitted file into the store and opens its document."""

# SPDX-License-Identifier: Apache-2.0
"""What tests that cross services share."""

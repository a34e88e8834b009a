# SPDX-License-Identifier: Apache-2.0
"""Makes files and messages that attack whoever reads them."""

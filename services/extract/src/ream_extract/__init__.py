# SPDX-License-Identifier: Apache-2.0
"""Plans a document, reads what has text, hands scanned pages to ocr."""

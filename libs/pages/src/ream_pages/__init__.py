# SPDX-License-Identifier: Apache-2.0
"""Pictures of the pages of documents: drawn in cells when they are asked for, and kept in the store."""

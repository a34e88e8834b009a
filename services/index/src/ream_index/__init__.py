# SPDX-License-Identifier: Apache-2.0
"""Writes documents and passages to OpenSearch and finds them again."""

# SPDX-License-Identifier: Apache-2.0
"""Decides what shows that reading works: small files that a sound installation reads, by media type."""

PDF = b"""%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Count 1 /Kids [3 0 R] >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 4 0 R
/Resources << /Font << /F 5 0 R >> >> >> endobj
4 0 obj << /Length 37 >> stream
BT /F 12 Tf 20 50 Td (known) Tj ET
endstream endobj
5 0 obj << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> endobj
trailer << /Root 1 0 R /Size 6 >>
%%EOF
"""

KNOWN = {"text/plain": b"known\n", "application/pdf": PDF}
"""What most documents are made of: a break of anything else stops nothing, and its dead letters are redriven."""

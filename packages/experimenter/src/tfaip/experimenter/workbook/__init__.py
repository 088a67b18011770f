"""The workbook as a file: its parts, the texts in it, and its place on the disk."""

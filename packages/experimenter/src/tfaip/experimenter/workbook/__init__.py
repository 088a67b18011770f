"""The workbook as a file.

In: the path of a workbook.
Out: its parts and the texts in them; a new file replaces the old one as a whole.
"""

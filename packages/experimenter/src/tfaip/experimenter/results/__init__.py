"""The sheet of results: its rows, its looks, and how it gets into the user's workbook without touching the rest."""

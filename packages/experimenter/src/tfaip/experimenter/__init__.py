"""A workbook of runs, scheduled over devices, with the results written back into the workbook."""

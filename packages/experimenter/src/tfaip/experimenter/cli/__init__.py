"""The command tfaip-experimenter.

In: the words of the command line.
Out: a plan that is run, a status, a new workbook, and an exit code.
"""

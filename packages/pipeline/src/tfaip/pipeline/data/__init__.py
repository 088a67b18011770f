"""The things that users name: samples, specs, generators, processors, the data of a scenario, their parameters.

In come the classes that a user writes and the values of their parameters; out go declarations that nothing here runs.
"""

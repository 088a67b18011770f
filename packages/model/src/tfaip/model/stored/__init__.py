"""Stored scenarios: from a bundle or a run's folder to a scenario, and back.

In: the folder of a bundle or of a run; or a scenario with its model and its built graph.
Out: the stored parameters, checked and trusted, and the class of their scenario; or a new bundle.

A bundle knows no scenario, and a scenario no bundle: the modules in here stand above both.
"""

"""Sphinx: the documents of tfaip, from the pages of this folder, the READMEs and the docstrings."""

import sys
from importlib.metadata import version as installed_version
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(Path(__file__).parent))  # where docstrings.py and renderer.py are

project = "tfaip"
author = "the authors of tfaip"
copyright = author  # noqa: A001 - the name that Sphinx reads
version = release = installed_version("tfaip")

extensions = ["myst_parser", "autodoc2", "sphinxcontrib.mermaid"]
# Pictures of the READMEs, which GitHub draws too.
myst_fence_as_directive = ["mermaid"]
html_theme = "furo"
html_title = f"tfaip {version}"
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

# Read, never imported: the reference is built without TensorFlow.
autodoc2_packages = [
    {"path": f"../packages/{name}/src/tfaip/{name}", "module": f"tfaip.{name}", "auto_mode": True}
    for name in ("params", "pipeline", "model", "predict", "trainer", "experimenter")
]
autodoc2_output_dir = "reference/modules"
autodoc2_render_plugin = "renderer.HooksFirst"
autodoc2_docstring_parser_regexes = [(".*", "docstrings")]
# Of constructors, which are documented by their classes, nothing but the signature.
autodoc2_class_docstring = "both"
autodoc2_hidden_objects = {"private", "dunder", "inherited"}
autodoc2_skip_module_regexes = [r"tfaip\..*\.testing.*", r"tfaip\..*\.cli.*"]

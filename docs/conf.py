"""Sphinx: the documents of tfaip, from the pages of this folder, the READMEs and the docstrings."""

import os
import sys
from importlib.metadata import version as installed_version
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(Path(__file__).parent))  # where docstrings.py and renderer.py are

project = "tfaip"
author = "the authors of tfaip"
copyright = author  # noqa: A001 - the name that Sphinx reads
version = release = installed_version("tfaip")

extensions = ["myst_nb", "autodoc2", "sphinxcontrib.mermaid"]
# Pictures of the READMEs, which GitHub draws too.
myst_fence_as_directive = ["mermaid"]
html_theme = "furo"
html_title = f"tfaip {version}"
# Read the Docs knows where the sources are, and which version it builds. A build at home links to neither.
html_baseurl = os.environ.get("READTHEDOCS_CANONICAL_URL", "")
html_theme_options = {}
if repository := os.environ.get("READTHEDOCS_GIT_CLONE_URL", "").removesuffix(".git"):
    html_theme_options = {
        "source_repository": repository,
        "source_branch": os.environ.get("READTHEDOCS_GIT_IDENTIFIER", "main"),
        "source_directory": "docs/",
    }
# Pages show the stored outputs of notebooks; `nox -s notebooks` executes them.
nb_execution_mode = "off"
linkcheck_timeout = 20
linkcheck_retries = 2
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
# Pages that are made of the program or of docstrings have no source to edit.
GENERATED = ("reference/modules/", "reference/commands/", "reference/python/")

# Read, never imported: the reference is built without TensorFlow.
autodoc2_packages = [
    {"path": f"../packages/{name}/src/tfaip/{name}", "module": f"tfaip.{name}", "auto_mode": True}
    for name in ("params", "pipeline", "model", "predict", "trainer", "experimenter")
]
autodoc2_output_dir = "reference/modules"
autodoc2_render_plugin = "renderer.HooksFirst"
# Apart from the contents: the navigation of each page would list 500 modules, which takes most of the time of a build.
autodoc2_index_template = """:orphan:

Modules
=======

.. toctree::
   :titlesonly:
{% for package in top_level %}
   {{ package }}
{%- endfor %}
"""
autodoc2_docstring_parser_regexes = [(".*", "docstrings")]
# Of constructors, which are documented by their classes, nothing but the signature.
autodoc2_class_docstring = "both"
autodoc2_hidden_objects = {"private", "dunder", "inherited"}
autodoc2_skip_module_regexes = [r"tfaip\..*\.testing.*", r"tfaip\..*\.cli.*"]


def setup(app):  # noqa: D103 - a hook of Sphinx
    app.connect("html-page-context", hide_edit_link)


def hide_edit_link(app, pagename, templatename, context, doctree):  # noqa: D103 - a hook of Sphinx
    if pagename.startswith(GENERATED):
        context["page_source_suffix"] = ""

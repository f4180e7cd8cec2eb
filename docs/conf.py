"""The documentation site: the pages of the repository, and the API from its docstrings.

`scripts/docs` builds it; a warning is an error there. Nothing is fetched while building.
"""

project = "legacy-keras"
author = "legacy-keras contributors"
copyright = "legacy-keras contributors, MIT"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]

# Docstrings write ``code`` and `Name`, as in `Sequential`.
default_role = "py:obj"
autodoc_default_options = {"members": True}
autodoc_member_order = "bysource"
autodoc_inherit_docstrings = False  # what a layer overrides is described in Layer
autodoc_typehints = "none"  # signatures are read as those of 0.3.3, which has no types
napoleon_custom_sections = [("Shape", "params_style")]

# Pages of the repository are included under their own paths, so that links between them hold.
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]  # an included page starts with a heading of its own

html_theme = "furo"
html_title = "legacy-keras"
html_copy_source = False

"""The documentation as a site: ``make site`` builds it from the Markdown pages, which stay readable as they are."""

project = "uept-harness"
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
source_suffix = {".md": "markdown"}
master_doc = "index"
html_theme = "furo"
html_title = "uept-harness"
html_static_path = ["_static"]
html_css_files = ["uept.css"]
html_show_copyright = False
exclude_patterns = ["examples"]
highlight_language = "none"
suppress_warnings = ["misc.highlighting_failure"]

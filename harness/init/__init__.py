"""Files that ``uept init`` writes: a run file, keys, a small client, a pipeline, a README. Templates with ``@NAMES@``.

Decides which files there are and what stands in them; the command writes them and makes the keys.
"""

from harness.init.project import DRIVERS, NewProject, ProjectFile, new_project

__all__ = ["DRIVERS", "NewProject", "ProjectFile", "new_project"]

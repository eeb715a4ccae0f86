"""Written facts: schemas and catalogues as data, and the one loader. Imports nothing of ours."""

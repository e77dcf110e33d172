"""The API at /api/v1, beside the pages over the same functions; each module has a `blueprint`."""

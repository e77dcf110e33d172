"""The pages, a module per family; each has a `blueprint`."""

"""A flow as a file: the YAML that `apply` reads, written and read back without a loss."""

from __future__ import annotations

from conf import document_problems, documents
from conf.editing.checking import HERE, placeless
from conf.export import dump
from conf.models import Document
from conf.problems import N_, Problem
from conf.yaml_source import read_content


def export_flow(doc: Document) -> str:
    """A flow as YAML: keys in their order, notes and places on the canvas too."""
    return dump(doc)


def import_flow(text: str) -> tuple[Document, list[Problem]]:
    """Read a flow from YAML, and everything that is wrong with its form, with lines. It may be unfinished besides.

    The document is empty when there is none to be read.
    """
    source = read_content(text.encode("utf-8", errors="surrogatepass"), "")
    if source.problems:
        return source.value if isinstance(source.value, dict) else {}, source.problems
    if not isinstance(source.value, dict):
        return {}, [Problem("not_a_flow", N_("A flow is a mapping with name, start and nodes."), line=1)]
    # A draft may lack its start; only its name must be one.
    name: Document = {"name": source.value.get("name"), "start": "", "nodes": {}}
    found = document_problems.check(documents.Flow, name, HERE)
    return source.value, [placeless(problem).at(line=source.line(("name",))) for problem in found]

"""Forms of documents: what a browser sends becomes a document, what a document says becomes a form."""

"""Messages that callers leave: kept sealed, put into words, heard and read by those who may."""

"""What the fax bench converts: made here, the same every time."""

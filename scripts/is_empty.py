"""Exit status 0 when the database has no subscriber yet."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from conf.database import open_engine, operator  # noqa: E402
from conf.settings import load  # noqa: E402
from conf.snapshot import domains  # noqa: E402

engine = open_engine(load().database_url)
with operator(engine, read_only=True) as session:
    sys.exit(1 if domains(session) else 0)

#!/bin/sh
# Brings the database to its newest migration, and fills an empty one with the sample subscriber.
set -eu
cd "$(dirname "$0")/.."
python=.venv/bin/python
data=${SOUFFLEUR_DATA_DIR:-var}
stamp=$data/.prepared

# The embedded database is only looked at again when the migrations changed: the second start is quick.
state=$(cat conf/migrations/versions/*.py | sha256sum)
if [ -z "${SOUFFLEUR_DATABASE_URL:-}" ] && [ -f "$data/souffleur.db" ] &&
    [ "$(cat "$stamp" 2>/dev/null)" = "$state" ]; then
    exit 0
fi

$python -m conf migrate
if $python scripts/is_empty.py; then
    $python -m conf apply conf/samples/operator
    $python -m conf apply conf/samples/martin
fi
mkdir -p "$data"
printf '%s\n' "$state" >"$stamp"

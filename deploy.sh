#!/usr/bin/env bash
# The one entrance for people: run it here, test it, keep its rules. Each command prepares what it needs by itself.
set -euo pipefail
export CALLED_FROM=$PWD
cd "$(dirname "$0")"

usage() {
    cat <<'TEXT'
./deploy.sh local [--once] [--port N]      all functions in one process; with no settings, a demo against simulators
./deploy.sh test [pytest arguments]        every check: format, lint, types, imports, tests
./deploy.sh bench [name ...]               benchmarks, each with its floor or peer in the same run
./deploy.sh rules import FILE --author NAME [--table NAME] [--version N] [--force]
./deploy.sh rules export FILE [--table NAME]
                                           rules (JSON) and correspondence tables (CSV) of the store in STORE_URL
./deploy.sh waiting list | retry RECORD --by NAME
./deploy.sh counts                         in agreement, waiting by reason, excluded by rule
./deploy.sh letters list | replay ID --by NAME
./deploy.sh journal deal:1001              what happened to this deal (or file:ID, disk:ID, mapping:ID)
./deploy.sh documents kinds | status | sync [--dry-run] [--follow]
./deploy.sh documents confirm MAPPING --by NAME | take-in MAPPING [--dry-run] [--by NAME]
                                           files of 1C:DM and Disk: what a run would do, how far it is, let one pass
./deploy.sh conflicts list | settle ID --by NAME
./deploy.sh backfill --since MOMENT [--dry-run] [--by NAME]
                                           stage entries from before a rule began
./deploy.sh pack                           every function as a zip in build/: the same bytes for the same content

Needed: Python 3.11 or newer and git. Settings come from the environment or from .env (see README, "Settings").
TEXT
}

fail() {
    printf '%s\n' "$*" >&2
    exit 2
}

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
        [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null &&
            { printf '%s' "$candidate"; return; }
    done
    fail "Python 3.11 or newer is needed and was not found; install it or name it: PYTHON=/path/to/python3 ./deploy.sh …"
}

# The environment is built anew when the lock file changed; an unchanged one costs nothing.
prepare() {
    local python wanted
    wanted=$(cksum < requirements-dev.lock)
    [ -x .venv/bin/python ] && [ "$(cat .venv/locked 2>/dev/null)" = "$wanted" ] && return
    python=$(find_python)
    printf 'Preparing .venv from requirements-dev.lock …\n' >&2
    "$python" -m venv .venv || fail "python3 -m venv failed; on Debian and Ubuntu install the package python3-venv"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock >&2
    .venv/bin/python -m compileall -q common functions infra
    printf '%s' "$wanted" > .venv/locked
}

run_tests() {
    .venv/bin/ruff format --check .
    .venv/bin/ruff check .
    .venv/bin/mypy
    PYTHONPATH=. .venv/bin/lint-imports
    if [ $# -gt 0 ]; then .venv/bin/pytest "$@"; else .venv/bin/pytest -n "${TEST_WORKERS:-auto}"; fi
}

command=${1:-help}
[ $# -gt 0 ] && shift
case "$command" in
    local) prepare; exec .venv/bin/python -m infra.local "$@" ;;
    rules | waiting | counts | letters | journal | backfill | documents | conflicts)
        prepare
        exec .venv/bin/python -m infra.local.commands "$command" "$@"
        ;;
    pack) prepare; exec .venv/bin/python -m infra.cloud "$command" "$@" ;;
    bench) prepare; exec .venv/bin/python -m tests.benchmarks "$@" ;;
    test) prepare; run_tests "$@" ;;
    help | --help | -h) usage ;;
    *) usage >&2; fail "unknown command: $command" ;;
esac

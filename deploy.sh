#!/usr/bin/env bash
# The one entrance for people: run it here, test it, keep its rules. Each command prepares what it needs by itself.
set -euo pipefail
export CALLED_FROM=$PWD
cd "$(dirname "$0")"

usage() {
    cat <<'TEXT'
Here
./deploy.sh local [--once] [--port N]      all functions in one process; with no settings, a demo against simulators
./deploy.sh test [pytest arguments]        every check: format, lint, types, imports, tests
./deploy.sh bench [name ...]               benchmarks, each with its floor or peer in the same run

In the cloud
./deploy.sh pack                           every function as a zip in build/: the same bytes for the same content
./deploy.sh plan ENV [--allow-destroy]     check everything, show what would change; without a Google account, offline
./deploy.sh apply ENV [--yes] [--allow-destroy]
                                           show what would change, ask, change it; safe to repeat
./deploy.sh outputs ENV                    what to paste where: DNS, Bitrix24, 1C
./deploy.sh in ENV COMMAND                 one of the commands below with the settings of that environment

The exchange
./deploy.sh doctor [--json]                what is well, what to mend and where
./deploy.sh entities PRODUCT               what to tick in 1C and which rights our user needs
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
./deploy.sh pause list | EXCHANGE --by NAME [--because TEXT]
./deploy.sh resume EXCHANGE --by NAME      let an exchange stand still, and go on; what comes meanwhile is kept
./deploy.sh backfill --since MOMENT [--dry-run] [--by NAME]
                                           stage entries from before a rule began

Each command has --help with what it needs. Exit status: 0 done; 1 refused, or something was found wrong; 2 the call,
a setting or this machine is not right, nothing was begun; 3 (plan, apply) only what the cloud must give is missing.

Needed: Python 3.11 or newer and git; for the cloud also terraform 1.11 or newer and Google credentials (gcloud auth
application-default login). Settings come from the environment or from .env (see README, "Settings").
TEXT
}

usage_of_test() {
    cat <<'TEXT'
usage: ./deploy.sh test [pytest arguments]

Every check, as CI runs them: ruff format, ruff check, mypy, lint-imports, pytest. With arguments pytest gets those,
e.g. ./deploy.sh test -n0 tests/unit/test_logs.py; without, all tests run on TEST_WORKERS processes (auto: every core).

needs: Python 3.11 or newer. Terraform, gcloud with Java (Firestore emulator): their tests skip where they are missing,
with a reason; REQUIRE_FIRESTORE_EMULATOR=1, REQUIRE_TERRAFORM=1 and REQUIRE_SHARED=1 make
what is missing a failure.

exit status: 0 all is well; else that of the first check that found something
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
    rules | waiting | counts | letters | journal | backfill | documents | conflicts | doctor | pause | resume)
        prepare
        exec .venv/bin/python -m infra.local.commands "$command" "$@"
        ;;
    entities) prepare; exec .venv/bin/python -m infra.local.entities_command "$@" ;;
    pack | plan | apply | outputs | in) prepare; exec .venv/bin/python -m infra.cloud "$command" "$@" ;;
    bench) prepare; exec .venv/bin/python -m tests.benchmarks "$@" ;;
    test)
        case "${1:-}" in --help | -h) usage_of_test; exit ;; esac
        prepare
        run_tests "$@"
        ;;
    help | --help | -h) usage ;;
    *) usage >&2; fail "unknown command: $command" ;;
esac

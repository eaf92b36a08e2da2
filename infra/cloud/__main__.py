"""The commands of `deploy.sh` that know the cloud: pack, plan, apply, outputs, in."""

from __future__ import annotations

import io
import sys

from infra.cloud.commands import main

if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a plan holds Russian names; no terminal may stop it
    sys.exit(main(sys.argv[1:]))

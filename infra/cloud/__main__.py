"""`./deploy.sh pack`: the functions packed as the cloud gets them."""

from __future__ import annotations

import sys

from infra.cloud.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

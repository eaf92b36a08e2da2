"""One cold start, in the interpreter that runs this module: the framework makes the application, it is called once.

`python -m tests.benchmarks.cold '{"source": …, "target": …, "method": …, "body": …, "headers": …, "imports": […]}'`
prints one JSON line: seconds since the first import, the status, the top-level packages that were loaded. `imports`
are modules that are imported as well, before the first call.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module


def main(given: str) -> None:
    """Import, call once, say how long both took."""
    asked = json.loads(given)
    began = time.perf_counter()
    from functions_framework import create_app

    app = create_app(asked["target"], asked["source"])  # type: ignore[no-untyped-call]
    for name in asked["imports"]:
        import_module(name)
    client = app.test_client()
    answer = client.open("/", method=asked["method"], data=asked["body"], headers=asked["headers"])
    seconds = time.perf_counter() - began
    loaded = sorted({name.partition(".")[0] for name in sys.modules})
    print(json.dumps({"seconds": seconds, "status": answer.status_code, "loaded": loaded}))


if __name__ == "__main__":
    main(sys.argv[1])

"""What is known of each 1C base: whether it honours a `Ref_Key` we send (rules, One; facts onec-odata §1.8)."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from common.model.ids import BaseName
from common.model.moments import text
from common.ports import Clock, Store, Write

COLLECTION = "bases"


@dataclass
class Bases:
    """Learned from the first created act or by the doctor; a base that ignored our key once is never trusted."""

    store: Store
    clock: Clock
    _honours: dict[BaseName, bool] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def honours_keys(self, base: BaseName) -> bool:
        """True only when shown; unknown counts as no, so that our mark is looked up first."""
        with self._lock:
            known = self._honours.get(base)
        if known is None:
            document = self.store.get(COLLECTION, base)
            known = bool(document and document.data["honours_keys"])
            self._remember(base, known)
        return known

    def learn(self, base: BaseName, honoured: bool) -> None:
        """Keep what an act has just shown; written only when it is news."""
        document = self.store.get(COLLECTION, base)
        if document is not None and (document.data["honours_keys"] == honoured or not document.data["honours_keys"]):
            self._remember(base, bool(document.data["honours_keys"]))
            return
        data = {"honours_keys": honoured, "learned_at": text(self.clock.now())}
        self.store.write(Write(COLLECTION, base, data))
        self._remember(base, honoured)

    def _remember(self, base: BaseName, honours: bool) -> None:
        with self._lock:
            if honours:
                self._honours[base] = True
            else:
                self._honours.pop(base, None)

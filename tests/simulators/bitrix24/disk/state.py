"""The state of Disk: `portal.part(DiskState)`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.simulators.bitrix24.calls import Call
from tests.simulators.bitrix24.disk.objects import Folder, Node, Storage, Version
from tests.simulators.bitrix24.records import Effect

INSTALLED = datetime(2025, 1, 15, 9, 0, tzinfo=UTC)
MERGE_SECONDS = 300
# Far apart, so that an id of one kind taken for another is not found.
_FIRST = {"storage": 1350, "object": 8000, "content": 32_000, "version": 700_000, "link": 0, "process": 0}
Hook = Callable[[Call], object]


@dataclass
class DiskOptions:
    """Switches for what the facts leave open or a portal decides; see also `Options.features["disk_file_history"]`."""

    case_sensitive_names: bool = False  # names of one folder compared with case (facts 6.3 say only "unique")
    replacement: str = "_"  # for characters Drive refuses (facts 6.8 [U])
    empty_two_step: bool = True  # an empty file is taken by the two-step way (facts 6.8 [U])
    new_file_touches_parent: bool = False  # UPDATE_TIME of the folder at a new file (facts 6.8: not seen)
    merge_seconds: int = MERGE_SECONDS  # the same user's versions are joined within (facts 6.5)
    version_ttl_zero: bool = False  # unattached files keep no earlier versions (facts 6.8)
    max_versions: int | None = None  # history trimmed by portal policy (facts 6.5)
    size_limit: int | None = None  # bytes of one file: DISK_FILE_22006, for a new file "Could not save file"
    inline_limit: int | None = None  # bytes of an inline content the portal still takes (facts 12.12)
    quota_exceeded: bool = False  # no room: nothing can be saved
    header_sensitive_download: bool = True  # 404 without the headers of a browser (facts 6.7)
    denied_listing_is_error: bool = False  # ACCESS_DENIED instead of an empty list for a forbidden folder
    writes_into_bin: bool = True  # objects in the bin can be changed, folders there take files (facts are silent)
    scrambled_lists: bool = False  # without `order` the rows come in no useful order (facts 2.5)


@dataclass(frozen=True)
class Template:
    """A process template of a storage that starts the activity `code` after create and/or edit (facts 6.8, 7.2)."""

    storage_id: int
    code: str
    on_create: bool = True
    on_edit: bool = True


@dataclass
class DiskState:
    """Objects with their indexes. `before` and `after` hold hooks by method name (also `download` and `upload`), run
    inside the call on the portal's own lock; `people` keeps what people did, apart from our effects;
    `denied` and `read_only` are pairs (object id, user id) that hold for all below;
    `lost_increments` is how many coming content changes share their number with a parallel writer (facts 6.8)."""

    options: DiskOptions = field(default_factory=DiskOptions)
    storages: dict[int, Storage] = field(default_factory=dict)
    objects: dict[int, Node] = field(default_factory=dict)
    versions: dict[int, Version] = field(default_factory=dict)
    denied: set[tuple[int, int]] = field(default_factory=set)
    read_only: set[tuple[int, int]] = field(default_factory=set)
    templates: list[Template] = field(default_factory=list)
    before: dict[str, Hook] = field(default_factory=dict)
    after: dict[str, Hook] = field(default_factory=dict)
    people: list[Effect] = field(default_factory=list)
    lost_increments: int = 0
    _numbers: dict[str, int] = field(default_factory=lambda: dict(_FIRST))

    def __post_init__(self) -> None:
        self.add_storage("Общий диск", "common", "shared_files_s1", INSTALLED)

    def number(self, kind: str) -> int:
        """The next number of a kind."""
        self._numbers[kind] += 1
        return self._numbers[kind]

    def add_storage(self, name: str, entity_type: str, entity_id: str, moment: datetime, user_id: int = 1) -> Storage:
        """A storage with its root folder, whose PARENT_ID is 0."""
        number = self.number("storage")
        root = Folder(
            id=self.number("object"), name=name, storage_id=number, parent_id=0, created_by=user_id,
            create_time=moment, updated_by=user_id, update_time=moment,
        )  # fmt: skip
        self.objects[root.id] = root
        self.storages[number] = Storage(number, name, entity_type, entity_id, root.id)
        return self.storages[number]

    @property
    def common(self) -> Storage:
        """The storage of common documents, there from the beginning."""
        return next(storage for storage in self.storages.values() if storage.entity_type == "common")

    def parent(self, node: Node) -> Folder | None:
        """The folder of an object; a root has none."""
        found = self.objects.get(node.parent_id)
        return found if isinstance(found, Folder) else None

    def lineage(self, node: Node | None) -> Iterator[Node]:
        """The object itself and its folders up to the root."""
        while node is not None:
            yield node
            node = self.parent(node)

    def may_read(self, node: Node, user_id: int) -> bool:
        """Not denied to the user, itself or with a folder above."""
        return not self.denied or not any((above.id, user_id) in self.denied for above in self.lineage(node))

    def may_write(self, node: Node, user_id: int) -> bool:
        """Readable and not read-only."""
        kept = self.read_only and any((above.id, user_id) in self.read_only for above in self.lineage(node))
        return self.may_read(node, user_id) and not kept

    def key(self, name: str) -> str:
        """How names are compared."""
        return name if self.options.case_sensitive_names else name.casefold()

    def once(self, method: str, act: Hook) -> None:
        """Run `act` just before the next call of the method, once."""
        self._once(self.before, method, act)

    def once_after(self, method: str, act: Hook) -> None:
        """Run `act` when the next call of the method is done but not yet answered: for `download`, while it runs."""
        self._once(self.after, method, act)

    @staticmethod
    def run(hooks: dict[str, Hook], call: Call) -> None:
        """Run the hooks of the called method, if any."""
        for act in [act for name, act in hooks.items() if name.lower() == call.name.lower()]:
            act(call)

    @staticmethod
    def _once(hooks: dict[str, Hook], method: str, act: Hook) -> None:
        def only_now(call: Call) -> None:
            del hooks[method]
            act(call)

        hooks[method] = only_now

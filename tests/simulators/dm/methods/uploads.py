"""New files, new versions, renaming (contract §2, §4 "Files"). Order of refusals: 400, 404, 412, 413, 422, 423."""

from __future__ import annotations

from tests.simulators.dm import errors, views
from tests.simulators.dm.calls import Call, checked, method
from tests.simulators.dm.contents import Content
from tests.simulators.dm.editor import Upload
from tests.simulators.dm.methods.documents import document_of, file_of
from tests.simulators.dm.moments import stamp
from tests.simulators.dm.records import Document, File, Record, Version
from tests.simulators.web import Answer


@method("POST", "/v1/documents/{id}/files")
def add_file(call: Call) -> Answer:
    """A new file, or the one of that name if it holds these bytes already."""
    document, name, upload = document_of(call), _name(call, call.encoded("x-file-name")), _upload(call)
    editor = call.editor()
    _check_size(call)
    _check_document(call, document, name)
    _check_card(call, document)
    same = _same_name(call, document, name)
    if len(same) == 1 and _equal(same[0].current, upload):
        return _answer(call, same[0], same[0].current, created=False)
    if same:
        raise errors.conflict("Файл с таким именем уже есть", file_ids=[file.id for file in same])
    file = editor.add_file(document, name, upload)
    call.note("file.created", file.id, document_id=document.id, name=name, sha256=upload.content.sha256)
    return _answer(call, file, file.current, created=True)


@method("POST", "/v1/files/{id}/versions")
def add_version(call: Call) -> Answer:
    """A new current version, or nothing if the current one holds these bytes already."""
    file, upload = file_of(call), _upload(call)
    name = _name(call, call.encoded("x-file-name")) if call.header("x-file-name") is not None else file.name
    call.match(file)
    editor = call.editor()
    _check_size(call)
    _check_file(call, file, name)
    if _equal(file.current, upload):
        return _answer(call, file, file.current, created=False)
    kind = "version.created" if file.store_versions else "version.overwritten"
    version = editor.add_version(file, upload)
    call.note(kind, version.id, file_id=file.id, sha256=upload.content.sha256, comment=upload.comment)
    return _answer(call, file, version, created=True)


@method("PATCH", "/v1/files/{id}")
def rename(call: Call) -> Answer:
    """Another name; two files of one name under a document are legal."""
    file, name = file_of(call), call.json("name").get("name")
    text = _name(call, name if isinstance(name, str) else None)
    call.match(file)
    editor = call.editor()
    _check_file(call, file, text)
    if text != file.name:
        editor.change_file(file, name=text)
        call.note("file.renamed", file.id, name=text)
    return errors.reply(200, views.file(file, call.dm.web_url))


def _upload(call: Call) -> Upload:
    """The bytes and what the headers say of them."""
    if call.header("x-content-sha256") is None:
        raise errors.invalid("Нужен X-Content-SHA256")
    comment, limit = call.encoded("x-comment"), call.dm.switches.comment_max
    if comment is not None and len(comment) > limit:
        raise errors.invalid("Комментарий длиннее допустимого", comment_max=limit)
    content = Content(call.request.body, call.body_sha256)
    return Upload(content, comment or None, call.moment("X-File-Mtime", call.header("x-file-mtime")))


def _name(call: Call, name: str | None) -> str:
    if not name or len(checked(name, "name")) > call.dm.switches.name_max:
        raise errors.invalid("Имя файла пусто или длиннее допустимого", name_max=call.dm.switches.name_max)
    return name


def _check_size(call: Call) -> None:
    limit = call.dm.switches.max_file_size
    if len(call.request.body) > limit:
        raise errors.too_large(limit)


def _check_file(call: Call, file: File, name: str) -> None:
    """422 before 423: what is signed stays so, a captured file will be free some day."""
    if file.signed or file.encrypted:
        raise errors.refused("Файл подписан или зашифрован", signed=file.signed, encrypted=file.encrypted)
    _check_document(call, call.dm.store.documents[file.document_id], name)
    if file.locked_by is not None and file.locked_since is not None:
        raise errors.captured(file.locked_by, stamp(file.locked_since), call.dm.switches.retry_after)
    _check_card(call, file)


def _check_document(call: Call, document: Document, name: str) -> None:
    if document.state in call.dm.switches.closed_states:
        raise errors.refused("Состояние документа запрещает изменение файлов", state=document.state)
    extension = name.rpartition(".")[2].casefold()
    if "." in name and extension in {one.casefold() for one in call.dm.switches.forbidden_extensions}:
        raise errors.refused("Расширение файла запрещено", extension=extension)


def _check_card(call: Call, record: Record) -> None:
    if record.opened_by is not None and record.opened_since is not None:
        raise errors.open_card(record.opened_by, stamp(record.opened_since), call.dm.switches.retry_after)


def _same_name(call: Call, document: Document, name: str) -> list[File]:
    switches = call.dm.switches
    files = [file for file in document.files if switches.marked_files_hold_names or not file.deletion_mark]
    if switches.names_ignore_case:
        return [file for file in files if file.name.casefold() == name.casefold()]
    return [file for file in files if file.name == name]


def _equal(version: Version, upload: Upload) -> bool:
    """Equal bytes: size first, it costs nothing."""
    mine, given = version.content, upload.content
    return mine.size == given.size and mine.sha256 == given.sha256


def _answer(call: Call, file: File, version: Version, *, created: bool) -> Answer:
    body = {"file": views.file(file, call.dm.web_url), "version": views.version(version), "created": created}
    return errors.reply(201 if created else 200, body)

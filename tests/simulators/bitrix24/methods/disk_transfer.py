"""`/rest/download` and `/rest/upload` (facts 6.4, 6.7): bytes out and in, by a signed address."""

from __future__ import annotations

import mimetypes
from urllib.parse import quote

from tests.simulators.bitrix24.calls import Call
from tests.simulators.bitrix24.disk import changes, contents, forms, links
from tests.simulators.bitrix24.disk.handlers import act_of, changed, disk_method, disk_of, editable, not_found, readable
from tests.simulators.bitrix24.disk.objects import Content, File, Folder
from tests.simulators.bitrix24.wire import Data
from tests.simulators.web import Answer

_NEEDED = ("user-agent", "accept", "accept-language")
_MISSING = b"<html><head><title>404 Not Found</title></head><body><center>nginx</center></body></html>"


@disk_method("download")
def download(call: Call) -> Answer:
    """The bytes as they are at this moment; without the headers of a browser the front server answers 404, although
    the portal found the file and named it."""
    file, content = _content(call)
    readable(call, file)
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    name = quote(file.name)
    named = {"Content-Disposition": f"attachment; filename=\"{name}\"; filename*=utf-8''{name}"}
    if disk_of(call).options.header_sensitive_download and not _from_browser(call):
        return Answer(404, _MISSING, {"Content-Type": "text/html", **named})
    return Answer(200, content.read(), {"Content-Type": kind, **named})


@disk_method("upload")
def upload(call: Call) -> Data:
    """The second step of an upload: rights are checked here, the name is the multipart filename."""
    said = links.opened(call)
    folder = disk_of(call).objects.get(int(said["id"]))
    if not isinstance(folder, Folder):
        raise not_found(int(said["id"]))
    editable(call, folder)
    name, data = contents.multipart(call)
    contents.check_room(call, data)
    file = changes.add_file(act_of(call), folder, name, data, unique=said["unique"] == "1")
    changed(call, "add", file, SIZE=file.size, FILE_ID=file.content.id)
    return forms.fresh(call, file)


def _content(call: Call) -> tuple[File, Content]:
    said, disk = links.opened(call), disk_of(call)
    wanted = int(said["id"])
    version = disk.versions.get(wanted) if said.get("service") == "version" else None
    file = disk.objects.get(version.object_id if version else wanted)
    if not isinstance(file, File):
        raise not_found(wanted)
    return file, version.content if version else file.content


def _from_browser(call: Call) -> bool:
    headers = call.hit.request.headers if call.hit.request else {}
    from_portal = headers.get("referer", "").startswith((call.portal.base_url, f"https://{call.portal.domain}"))
    return from_portal and all(headers.get(name) for name in _NEEDED)

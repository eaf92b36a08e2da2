"""Formats, composition and errors of the simulated OData interface (facts §6.1–§6.3, §6.11)."""

from __future__ import annotations

from xml.etree import ElementTree

import httpx
import pytest

from tests.simulators.onec import Infobase
from tests.simulators.onec.metadata import EDM
from tests.simulators.onec.seeding import CLIENT
from tests.simulators.onec.testing import basic, bp_act, connect, open_base
from tests.simulators.web import transport

ACT = "/Document_РеализацияТоваровУслуг"
ATOM = "{http://www.w3.org/2005/Atom}"
M = "{http://schemas.microsoft.com/ado/2007/08/dataservices/metadata}"
MISSING = "11111111-1111-4111-8111-111111111111"


def plain(base: Infobase) -> httpx.Client:
    """A client that asks for no format."""
    return httpx.Client(base_url=f"http://1c.test{base.path}", transport=transport(base), headers=basic())


def test_atom_is_the_default_and_json_is_asked_for() -> None:
    base, client = open_base()
    feed = plain(base).get("/Catalog_Валюты")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    assert len(ElementTree.fromstring(feed.text).findall(f"{ATOM}entry")) == 3
    assert plain(base).get("/Catalog_Валюты?$format=json").json()["value"]
    assert client.get("/Catalog_Валюты").json()["value"]
    base.switches.default_format = "json"
    assert plain(base).get("/Catalog_Валюты").json()["value"]


def test_every_answer_names_the_version_and_the_clock_of_the_base() -> None:
    _, client = open_base()
    answer = client.get("/Catalog_Валюты")
    assert answer.headers["dataserviceversion"] == "3.0"
    assert answer.headers["date"] == "Sat, 31 Jan 2026 09:00:00 GMT"


def test_metadata_level_decides_on_navigation_links() -> None:
    base, client = open_base()
    refs = created(base, client)
    minimal = client.get(f"{ACT}(guid'{refs}')").json()
    assert minimal["Организация@navigationLinkUrl"] == f"Document_РеализацияТоваровУслуг(guid'{refs}')/Организация"
    assert minimal["odata.metadata"].endswith("#Document_РеализацияТоваровУслуг/@Element")
    bare = client.get(f"{ACT}(guid'{refs}')", params={"$format": "application/json;odata=nometadata"}).json()
    assert not any("@" in name or name.startswith("odata") for name in bare)
    full = client.get(f"{ACT}(guid'{refs}')", headers={"Accept": "application/json;odata=fullmetadata"}).json()
    assert full["odata.type"] == "StandardODATA.Document_РеализацияТоваровУслуг"
    assert full["Date@odata.type"] == "Edm.DateTime"


def created(base: Infobase, client: httpx.Client) -> str:
    """The key of a fresh act."""
    answer = client.post(ACT, json=bp_act(base.refs))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["Ref_Key"])


def test_verbose_json_is_not_a_representation() -> None:
    _, client = open_base()
    answer = client.get("/Catalog_Валюты", params={"$format": "application/json;odata=verbose"})
    assert (answer.status_code, code(answer)) == (400, "3")


def code(answer: httpx.Response) -> str:
    """The code of an error in JSON."""
    return str(answer.json()["odata.error"]["code"])


def test_numbers_dates_and_empty_values_on_the_wire() -> None:
    base, client = open_base()
    text = client.get(f"{ACT}(guid'{created(base, client)}')").text
    for part in (
        '"LineNumber":"1"',
        '"КратностьВзаиморасчетов":"1"',
        '"КурсВзаиморасчетов":1',
        '"СуммаДокумента":122000',
    ):
        assert part in text
    assert '"Date":"2026-01-31T12:00:00"' in text
    assert '"ДоверенностьДата":"0001-01-01T00:00:00"' in text
    base.switches.int64 = "number"
    base_text = client.get("/Catalog_Валюты?$inlinecount=allpages").text
    assert '"odata.count":"3"' in base_text
    assert '"LineNumber":1,' in client.get(f"{ACT}_Услуги").text


def test_count_is_plain_text_behind_a_bom() -> None:
    base, client = open_base()
    assert client.get("/Catalog_Валюты/$count").content == b"\xef\xbb\xbf3"
    base.switches.bom = False
    assert client.get("/Catalog_Валюты/$count?$filter=Code%20eq%20'643'").content == b"1"


def test_location_is_raw_utf8() -> None:
    base, client = open_base()
    answer = client.post(ACT, json=bp_act(base.refs))
    raw = dict(answer.headers.raw)[b"Location"]
    assert "Document_РеализацияТоваровУслуг(guid'".encode() in raw
    base.switches.location = "encoded"
    again = client.post(ACT, json=bp_act(base.refs))
    assert b"%D0%" in dict(again.headers.raw)[b"Location"]


@pytest.mark.parametrize("product", ["bp30", "ut11", "erp2", "unf30"])
def test_metadata_is_xml_whatever_is_asked(product: str) -> None:
    base, client = open_base(product)
    root = ElementTree.fromstring(client.get("/$metadata?$format=json").text)
    sets = [one.attrib["Name"] for one in root.iter(f"{{{EDM}}}EntitySet")]
    assert set(sets) == {one["name"] for one in client.get("").json()["value"]}
    schema = root.find(f".//{{{EDM}}}Schema")
    assert schema is not None
    assert schema.attrib["Namespace"] == "StandardODATA"
    assert {one.attrib["Name"] for one in root.iter(f"{{{EDM}}}FunctionImport")} >= {"Post", "Unpost", "SliceLast"}
    assert len(base.effects) == 0


def test_only_published_sets_exist() -> None:
    base, client = open_base()
    key = created(base, client)
    base.administrator.conceal("Catalog_Организации")
    answer = client.get("/Catalog_Организации")
    assert (answer.status_code, code(answer)) == (404, "8")
    assert "Организация@navigationLinkUrl" not in client.get(f"{ACT}(guid'{key}')").json()
    assert code(client.get(f"{ACT}?$filter=Организация/ИНН eq '1'".replace(" ", "%20"))) == "14"
    assert "Catalog_Организации" not in client.get("/$metadata").text
    base.administrator.expose("Catalog_Организации")
    assert client.get("/Catalog_Организации").status_code == 200


def test_nothing_published_is_an_empty_workspace() -> None:
    _, client = open_base(exposed=[])
    assert client.get("").json()["value"] == []


def test_a_base_may_have_attributes_of_its_own_or_lack_some() -> None:
    base, client = open_base(
        attributes={"Document_РеализацияТоваровУслуг": "пр_ПодписаноВЭДО: bool"},
        without=["Document_РеализацияТоваровУслуг/Услуги/Содержание"],
    )
    answer = client.post(ACT, json=bp_act(base.refs, пр_ПодписаноВЭДО=True)).json()
    assert answer["пр_ПодписаноВЭДО"] is True
    assert "Содержание" not in answer["Услуги"][0]


def test_errors_come_in_the_format_of_the_request() -> None:
    base, client = open_base()
    assert code(client.get("/Catalog_Нет")) == "8"
    root = ElementTree.fromstring(plain(base).get("/Catalog_Нет").text)
    assert root.tag == f"{M}error"
    assert root.findtext(f"{M}code") == "8"
    message = client.get("/Catalog_Нет").json()["odata.error"]["message"]
    assert message["lang"] == "ru"


@pytest.mark.parametrize(
    ("path", "status", "expected"),
    [
        ("/Catalog_Валюты?$expan=A", 400, "0"),
        ("/Catalog_Валюты(guid'не')", 400, "1"),
        ("/Catalog_Валюты(Code='643'", 400, "6"),
        ("/Catalog_Валюты?$select=Нет", 400, "6"),
        ("/Catalog_Валюты/Нет", 400, "6"),
        ("/InformationRegister_КурсыВалют(Period=datetime'2026-01-31T00:00:00')", 400, "7"),
        ("/Catalog_Нет", 404, "8"),
        (f"/Catalog_Валюты(guid'{MISSING}')", 404, "9"),
        ("/Catalog_Валюты?$filter=Code%20in%20('643')", 400, "14"),
        ("/Catalog_Валюты?$filter=Code+eq+'643'", 400, "14"),
        ("/Catalog_Валюты?$top=много", 400, "14"),
    ],
)
def test_error_codes(path: str, status: int, expected: str) -> None:
    _, client = open_base()
    answer = client.get(path)
    assert (answer.status_code, code(answer)) == (status, expected)


def test_a_method_that_is_not_allowed() -> None:
    _, client = open_base()
    assert code(client.delete("/Catalog_Валюты")) == "19"


def test_cyrillic_is_percent_encoded() -> None:
    _, client = open_base()
    path = "/Catalog_%D0%92%D0%B0%D0%BB%D1%8E%D1%82%D1%8B"
    assert len(client.get(path).json()["value"]) == 3


def test_select_expand_and_order() -> None:
    base, client = open_base()
    key = created(base, client)
    answer = client.get(f"{ACT}?$select=Number,Организация_Key,Организация/ИНН,Услуги/Цена&$expand=Организация").json()
    row = answer["value"][0]
    assert row["Организация"] == {"ИНН": base.find("Catalog_Организации")[0].values["ИНН"]}
    assert row["Услуги"] == [{"Цена": 3050}]
    assert "Date" not in row
    both = client.get(f"{ACT}?$select=**").json()["value"][0]
    assert "Услуги" not in both
    named = client.get(f"{ACT}?$select=Организация____Presentation").json()["value"][0]
    assert named["Организация____Presentation"] == "ООО Ромашка"
    codes = [one["Code"] for one in client.get("/Catalog_Валюты?$orderby=Code%20desc&$select=Code").json()["value"]]
    assert codes == ["978", "840", "643"]
    assert client.get(f"{ACT}?$orderby=Контрагент/ИНН,Number").json()["value"][0]["Ref_Key"] == key
    assert client.get(f"{ACT}(guid'{key}')/Контрагент/Description").json()["value"] == CLIENT.name
    assert code(client.get(f"{ACT}?$expand=Услуги")) == "0"


def test_paging_and_counting() -> None:
    base, client = open_base()
    two = client.get("/Catalog_Валюты?$orderby=Code&$skip=1&$top=1&$select=Code").json()
    assert [one["Code"] for one in two["value"]] == ["840"]
    counted = "/Catalog_Валюты?$top=1&$inlinecount=allpages"
    assert len(client.get(counted).json()["value"]) == 3
    base.switches.inlinecount = "keeps_paging"
    assert len(client.get(counted).json()["value"]) == 1


def test_two_clients_share_one_base() -> None:
    base, _ = open_base()
    assert connect(base).get("/Catalog_Валюты").json() == connect(base).get("/Catalog_Валюты").json()

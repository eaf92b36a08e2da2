"""`$metadata` is read as a stream, and nothing in it can harm us."""

from __future__ import annotations

import pytest

from common.onec.digest import MetadataReader, UnsafeXml

HEAD = b"""<?xml version="1.0" encoding="UTF-8"?>
<edmx:Edmx xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx" Version="1.0"><edmx:DataServices>
<Schema xmlns="http://schemas.microsoft.com/ado/2009/11/edm" Namespace="StandardODATA">"""
TAIL = b"</Schema></edmx:DataServices></edmx:Edmx>"
BODY = """
<EntityType Name="Catalog_Валюты"><Key><PropertyRef Name="Ref_Key"/></Key>
<Property Name="Ref_Key" Type="Edm.Guid"/><Property Name="Code" Type="Edm.String"/>
<NavigationProperty Name="ОсновнаяВалюта" Relationship="x"/></EntityType>
<EntityType Name="Catalog_Прочее"><Property Name="Code" Type="Edm.String"/></EntityType>
<EnumType Name="СтавкиНДС"><Member Name="НДС22"/><Member Name="БезНДС"/></EnumType>
<EnumType Name="Прочее"><Member Name="Х"/></EnumType>
""".encode()
WANTED = frozenset({"Catalog_Валюты", "СтавкиНДС"})


def read(text: bytes, piece: int = 7) -> MetadataReader:
    reader = MetadataReader(WANTED)
    for at in range(0, len(text), piece):
        reader.feed(text[at : at + piece])
    reader.close()
    return reader


@pytest.mark.parametrize("piece", [1, 7, 100_000])
def test_only_what_is_wanted_is_kept(piece: int) -> None:
    reader = read(HEAD + BODY + TAIL, piece)
    assert reader.types == {"Catalog_Валюты": {"Ref_Key": "Edm.Guid", "Code": "Edm.String", "ОсновнаяВалюта": ""}}
    assert reader.enums == {"СтавкиНДС": ["НДС22", "БезНДС"]}


@pytest.mark.parametrize(
    "evil",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>',
        b'<!DOCTYPE x SYSTEM "http://evil.example/x.dtd"><x/>',
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>',
    ],
)
def test_a_document_type_is_refused(evil: bytes) -> None:
    with pytest.raises(UnsafeXml):
        read(evil)


@pytest.mark.parametrize("broken", [HEAD + BODY, HEAD + BODY + TAIL[:5], b"", b"<html>", HEAD + b"&nbsp;" + TAIL])
def test_xml_that_stops_short_is_refused(broken: bytes) -> None:
    with pytest.raises(ValueError, match="XML"):
        read(broken)


def test_memory_does_not_grow_with_what_is_left_out() -> None:
    reader = MetadataReader(WANTED)
    reader.feed(HEAD)
    for number in range(2000):
        name = f"Catalog_Чужой{number}"
        reader.feed(f'<EntityType Name="{name}"><Property Name="Поле" Type="Edm.String"/></EntityType>'.encode())
    reader.feed(TAIL)
    reader.close()
    assert not reader.types

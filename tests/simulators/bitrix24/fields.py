"""The fields of deals, contacts and companies in both families (facts 4.0, 4.1, 4.5).

A row of a table: legacy name, item name, type, flags. `-` means the field is absent from that family;
`r` read-only, `m` multiple, `n` null when empty (otherwise a link is 0), `!` required.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tests.simulators.bitrix24.wire import Data

DEAL, CONTACT, COMPANY = 2, 3, 4


@dataclass(frozen=True)
class Field:
    """One field; `kind` is the REST type. Values are kept under the legacy name."""

    name: str
    item: str
    kind: str
    read_only: bool = False
    multiple: bool = False
    nullable: bool = False
    required: bool = False
    title: str = ""
    dynamic: bool = False

    @property
    def in_legacy(self) -> bool:
        return not self.name.startswith("@")

    @property
    def in_item(self) -> bool:
        return bool(self.item)

    def describe(self) -> Data:
        """The description of `crm.*.fields`."""
        return {
            "type": _REST_TYPES.get(self.kind, self.kind),
            "isRequired": self.required,
            "isReadOnly": self.read_only,
            "isImmutable": False,
            "isMultiple": self.multiple,
            "isDynamic": self.dynamic,
            "title": self.title or self.name,
        }


_REST_TYPES = {"money": "double", "status": "crm_status", "link": "crm_entity", "multifield": "crm_multifield"}

_COMMON = """
ID id integer r
TITLE title string
DATE_CREATE createdTime datetime r
DATE_MODIFY updatedTime datetime r
CREATED_BY_ID createdBy user r
MODIFY_BY_ID updatedBy user r
ASSIGNED_BY_ID assignedById user
OPENED opened char
COMMENTS comments string
SOURCE_ID sourceId status n
SOURCE_DESCRIPTION sourceDescription string
ORIGINATOR_ID originatorId string
ORIGIN_ID originId string
LAST_ACTIVITY_TIME lastActivityTime datetime r
LAST_ACTIVITY_BY lastActivityBy user r
UTM_SOURCE utmSource string
UTM_MEDIUM utmMedium string
UTM_CAMPAIGN utmCampaign string
UTM_CONTENT utmContent string
UTM_TERM utmTerm string
"""
_DEAL = """
TYPE_ID typeId status
CATEGORY_ID categoryId integer
STAGE_ID stageId status
STAGE_SEMANTIC_ID stageSemanticId string r
@PREVIOUS_STAGE_ID previousStageId status rn
IS_NEW isNew char r
IS_RECURRING isRecurring char
IS_RETURN_CUSTOMER isReturnCustomer char
IS_REPEATED_APPROACH isRepeatedApproach char
PROBABILITY probability integer n
CURRENCY_ID currencyId crm_currency
OPPORTUNITY opportunity money
IS_MANUAL_OPPORTUNITY isManualOpportunity char
TAX_VALUE taxValue money
COMPANY_ID companyId link
CONTACT_ID contactId link
@CONTACT_IDS contactIds link m
LEAD_ID leadId link n
QUOTE_ID quoteId link n
BEGINDATE begindate date
CLOSEDATE closedate date
CLOSED closed char
ADDITIONAL_INFO additionalInfo string
LOCATION_ID locationId link n
MOVED_BY_ID movedBy user r
MOVED_TIME movedTime datetime r
@OBSERVERS observers user m
"""
_COMPANY = """
COMPANY_TYPE typeId status
INDUSTRY industry status
EMPLOYEES employees status
REVENUE revenue money
CURRENCY_ID currencyId crm_currency
BANKING_DETAILS bankingDetails string
IS_MY_COMPANY isMyCompany char
ORIGIN_VERSION originVersion string
LEAD_ID leadId link n
HAS_PHONE hasPhone char r
HAS_EMAIL hasEmail char r
HAS_IMOL hasImol char r
PHONE - multifield m
EMAIL - multifield m
WEB - multifield m
IM - multifield m
"""
_CONTACT = """
NAME name string
SECOND_NAME secondName string
LAST_NAME lastName string
POST post string
BIRTHDATE birthdate date
TYPE_ID typeId status
COMPANY_ID companyId link
LEAD_ID leadId link n
EXPORT export char
ORIGIN_VERSION originVersion string
HAS_PHONE hasPhone char r
HAS_EMAIL hasEmail char r
HAS_IMOL hasImol char r
PHONE - multifield m
EMAIL - multifield m
WEB - multifield m
IM - multifield m
"""


def _read(text: str) -> dict[str, Field]:
    table = {}
    for line in filter(None, text.splitlines()):
        name, item, kind, flags = [*line.split(), ""][:4]
        table[name] = Field(
            name, "" if item == "-" else item, kind, "r" in flags, "m" in flags, "n" in flags, "!" in flags
        )
    return table


SYSTEM: Mapping[int, dict[str, Field]] = {
    DEAL: _read(_COMMON + _DEAL),
    CONTACT: {name: field for name, field in _read(_COMMON + _CONTACT).items() if name != "TITLE"},
    COMPANY: _read(_COMMON + _COMPANY),
}
ENTITY_NAMES = {DEAL: "DEAL", CONTACT: "CONTACT", COMPANY: "COMPANY"}
OWNER_CODES = {"L": 1, "D": DEAL, "C": CONTACT, "CO": COMPANY, "Q": 7, "SI": 31}


def item_name(name: str, original: bool = False) -> str:
    """`UF_CRM_ONEC_ACT` -> `ufCrmOnecAct`; an underscore before a digit stays: `ufCrm_17210` (facts 4.0)."""
    if original and name.startswith("UF_"):
        return name
    return re.sub(r"_([a-z])", lambda found: found.group(1).upper(), name.lower())


def user_field(name: str, kind: str, multiple: bool, title: str) -> Field:
    """The field that a user field adds to its entity."""
    return Field(name, item_name(name), f"uf_{kind}", multiple=multiple, nullable=True, title=title, dynamic=True)

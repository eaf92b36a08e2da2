"""What people do in the interface: each act is one portal hit and raises the events of facts 3.4."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.simulators.bitrix24 import items, requisites
from tests.simulators.bitrix24.calls import Hit
from tests.simulators.bitrix24.events import base_auth, fire_fields, user_auth
from tests.simulators.bitrix24.fields import COMPANY, CONTACT, DEAL
from tests.simulators.bitrix24.portal import Portal
from tests.simulators.bitrix24.requisites import LEGAL_ADDRESS, REQUISITE
from tests.simulators.bitrix24.rows import build, rows_of
from tests.simulators.bitrix24.values import read
from tests.simulators.bitrix24.wire import Data, build_query


class Person:
    """A user at work; `Person(portal, None)` is the portal itself: robots, processes, background jobs."""

    def __init__(self, portal: Portal, user_id: int | None = 1) -> None:
        self._portal, self._user_id = portal, user_id

    def add_company(self, title: str, **fields: Any) -> int:
        """A company; `IS_MY_COMPANY=True` makes it an own one."""
        return self._create(COMPANY, {"TITLE": title, "COMPANY_TYPE": "CUSTOMER", **fields})

    def add_contact(self, name: str, last_name: str = "", **fields: Any) -> int:
        """A contact."""
        return self._create(CONTACT, {"NAME": name, "LAST_NAME": last_name, **fields})

    def add_deal(self, title: str, **fields: Any) -> int:
        """A deal in its first stage, or in `STAGE_ID` of `CATEGORY_ID`."""
        return self._create(DEAL, {"TITLE": title, **fields})

    def edit_deal(self, deal: int, **fields: Any) -> bool:
        """Edit fields in the card; gives whether anything differed."""
        return self._update(DEAL, deal, fields)

    def edit_company(self, company: int, **fields: Any) -> bool:
        """Edit a company."""
        return self._update(COMPANY, company, fields)

    def move_deal(self, deal: int, stage: str) -> bool:
        """Drag to another stage of the same funnel: an ordinary UPDATE."""
        return self._update(DEAL, deal, {"STAGE_ID": stage})

    def change_funnel(self, deal: int, category: int, stage: str | None = None) -> None:
        """To another funnel by the interface: only ONCRMDEALMOVETOCATEGORY, no UPDATE (facts 3.4)."""
        with self._portal.lock:
            items.move_funnel(self._portal, self._hit(), deal, category, stage)

    def set_rows(self, deal: int, rows: Iterable[Mapping[str, Any]]) -> list[Data]:
        """Replace the product rows; the amount follows unless it is manual (facts 4.2)."""
        with self._portal.lock:
            crm = self._portal.crm
            for row in rows_of(crm, "D", deal):
                del crm.rows[row["id"]]
            built = [build(crm, "D", deal, {"sort": (place + 1) * 10, **row}) for place, row in enumerate(rows)]
            crm.rows.update({row["id"]: row for row in built})
            hit = self._hit()
            self._portal.changed(hit, "set", "PRODUCTROWS", deal, {"rows": len(built)})
            items.recount(self._portal, hit, deal)
            return built

    def delete_deal(self, deal: int) -> None:
        """Delete a deal; its history goes with it."""
        with self._portal.lock:
            items.delete(self._portal, self._hit(), DEAL, deal)

    def add_requisite(self, company: int, preset: int = 1, entity: int = COMPANY, **fields: Any) -> int:
        """A requisite of a company (or of a contact with `entity=CONTACT`)."""
        owned = {**requisites.owned_by_company(company, preset, fields), "ENTITY_TYPE_ID": entity}
        with self._portal.lock:
            return requisites.add(self._portal, self._hit(), {"NAME": "Организация", **owned})

    def edit_requisite(self, requisite: int, **fields: Any) -> None:
        """Edit a requisite, for instance the missing KPP."""
        with self._portal.lock:
            requisites.update(self._portal, self._hit(), requisite, fields)

    def add_bank_detail(self, requisite: int, **fields: Any) -> int:
        """Bank details of a requisite."""
        with self._portal.lock:
            return requisites.add_bank_detail(self._portal, self._hit(), requisite, fields)

    def add_address(self, requisite: int, kind: int = LEGAL_ADDRESS, **fields: Any) -> None:
        """An address of a requisite; 6 is the legal one."""
        key = {"TYPE_ID": kind, "ENTITY_TYPE_ID": REQUISITE, "ENTITY_ID": requisite}
        with self._portal.lock:
            requisites.put_address(self._portal, self._hit(), {**fields, **key})

    def link_requisites(
        self, deal: int, requisite: int = 0, bank_detail: int = 0, own_requisite: int = 0, own_bank_detail: int = 0
    ) -> None:
        """Choose the requisites of a deal; 0 is not chosen."""
        chosen = {
            "REQUISITE_ID": requisite, "BANK_DETAIL_ID": bank_detail, "MC_REQUISITE_ID": own_requisite,
            "MC_BANK_DETAIL_ID": own_bank_detail,
        }  # fmt: skip
        with self._portal.lock:
            requisites.link(self._portal, self._hit(), DEAL, deal, **chosen)

    def add_user_field(self, name: str, kind: str, multiple: bool = False, label: str = "") -> str:
        """A user field of deals; gives its full name."""
        with self._portal.lock:
            crm = self._portal.crm
            full = crm.user_fields[crm.add_user_field(name, kind, multiple, label)]["FIELD_NAME"]
            for item in crm.items[DEAL].values():
                item.setdefault(full, [] if multiple else None)
            return str(full)

    def complete_activity(self, activity: int) -> None:
        """Close a to-do."""
        with self._portal.lock:
            row = self._portal.crm.activities[activity]
            hit = self._hit()
            row.update(COMPLETED=True, STATUS=2, LAST_UPDATED=self._portal.now())
            self._portal.changed(hit, "update", "ACTIVITY", activity, {"COMPLETED": True})
            fire_fields(self._portal, hit, "ONCRMACTIVITYUPDATE", ID=activity)

    def hire(self, name: str, last_name: str, email: str, **more: Any) -> int:
        """Invite an employee: ONUSERADD."""
        with self._portal.lock:
            user = self._portal.add_user(name, last_name, email, **more)
            fire_fields(self._portal, self._hit(), "ONUSERADD", ID=user.id)
            return user.id

    def dismiss(self, user_id: int) -> None:
        """Dismiss a user: inactive at once, no event; webhooks and tokens of the user stop working (facts 1.5)."""
        with self._portal.lock:
            self._portal.users[user_id].active = False

    def start_robot(self, client_id: str, code: str, deal: int, **properties: Any) -> tuple[str, bytes, str]:
        """A process calls an application's robot or activity: URL, form and event token (facts 7.6)."""
        portal = self._portal
        with portal.lock:
            known = {**portal.bizproc["activity"].get(client_id, {}), **portal.bizproc["robot"].get(client_id, {})}
            robot, process = known[code], portal.access.secret("workflow")
            token = f"{process}|A1_{code}|event.{portal.access.secret('signature')}"
            portal.callbacks[token] = {"done": False, "values": {}, "message": ""}
            form = {**self._robot_form(robot, deal, properties), "workflow_id": process, "event_token": token}
            form["auth"] = self._robot_auth(client_id, robot)
            return str(robot["HANDLER"]), build_query(form).encode("ascii"), token

    def _robot_form(self, robot: Data, deal: int, properties: Data) -> Data:
        document = ["crm", "CCrmDocumentDeal"]
        waits = "N" if str(robot.get("USE_SUBSCRIPTION", "Y")) == "N" else "Y"
        return {
            "code": robot["CODE"], "document_id": [*document, f"DEAL_{deal}"], "document_type": [*document, "DEAL"],
            "properties": properties, "use_subscription": waits, "timeout_duration": 0,
            "ts": int(self._portal.now().timestamp()),
        }  # fmt: skip

    def _robot_auth(self, client_id: str, robot: Data) -> Data:
        application = self._portal.access.applications[client_id]
        user_id = int(robot.get("AUTH_USER_ID") or 0)
        if not user_id:
            return base_auth(self._portal, application.application_token)
        return user_auth(self._portal, application, user_id, "ONAPPTEST")

    def _create(self, entity: int, fields: Data) -> int:
        with self._portal.lock:
            return items.create(self._portal, self._hit(), entity, self._read(entity, fields))

    def _update(self, entity: int, number: int, fields: Data) -> bool:
        with self._portal.lock:
            return items.update(self._portal, self._hit(), entity, number, self._read(entity, fields))

    def _read(self, entity: int, fields: Data) -> Data:
        known = self._portal.crm.fields(entity)
        return {name: read(known[name], value, self._portal.zone) for name, value in fields.items()}

    def _hit(self) -> Hit:
        return Hit(self._user_id)

"""What people read of the doctor's own findings: reason → what is wrong and what to do. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from common.flow.notices_form import Text

DOCTOR: Final[Mapping[str, tuple[Text, Text]]] = MappingProxyType(
    {
        "setting_wrong": (
            Text("Настройка обмена не задана или неверна", "Исправьте её и проверьте: ./deploy.sh doctor"),
            Text("A setting of the exchange is missing or wrong", "Correct it and look again: ./deploy.sh doctor"),
        ),
        "rule_invalid": (
            Text(
                "Правило или таблица обмена больше не годятся",
                "Исправьте и загрузите: ./deploy.sh rules import FILE --author NAME",
            ),
            Text(
                "A rule or table will not do any more",
                "Correct and import it: ./deploy.sh rules import FILE --author NAME",
            ),
        ),
        "queue_unusable": (
            Text(
                "Очередью задач нельзя пользоваться",
                "Проверьте QUEUE_URL; в облаке разверните обмен заново: очереди создаются при развёртывании.",
            ),
            Text(
                "A queue of tasks cannot be used",
                "Check QUEUE_URL; in the cloud deploy the exchange again: that makes its queues.",
            ),
        ),
        "event_not_bound": (
            Text(
                "События портала не приходят в обмен",
                "Проверьте PUBLIC_BASE_URL и установите приложение на портал ещё раз: оно подписывается само.",
            ),
            Text(
                "Events of the portal do not come to the exchange",
                "Check PUBLIC_BASE_URL and install the application again: it binds its events itself.",
            ),
        ),
        "action_missing": (
            Text(
                "В процессах портала нет действия «Отправить в 1С»",
                "Установите приложение на портал ещё раз.",
            ),
            Text(
                'The portal\'s processes lack the action "Send to 1C"', "Install the application on the portal again."
            ),
        ),
        "deal_field_missing": (
            Text(
                "В сделке нет поля, которое называет правило",
                "Создайте поле в CRM или исправьте правило; поля акта создаются при загрузке правил.",
            ),
            Text(
                "Deals lack a field that a rule names",
                "Create it in the CRM, or correct the rule; the act's fields are created when rules are imported.",
            ),
        ),
        "rule_stage_missing": (
            Text("На портале нет воронки или стадии из правила", "Исправьте правило или верните стадию на портале."),
            Text("The portal lacks a rule's funnel or stage", "Correct the rule, or restore the stage in the portal."),
        ),
        "user_dismissed": (
            Text(
                "Сотрудник из настроек обмена не работает на портале",
                "Замените его в ADMIN_USER_IDS или ACCOUNTANT_USER_IDS.",
            ),
            Text(
                "A person of the settings does not work in the portal",
                "Name another in ADMIN_USER_IDS or ACCOUNTANT_USER_IDS.",
            ),
        ),
        "kind_missing": (
            Text(
                "В 1С:Документообороте нет вида документов из правила",
                "Исправьте вид в правиле: ./deploy.sh documents kinds",
            ),
            Text(
                "1C:Document Management lacks a mapping's kind of documents",
                "Correct the kind in the mapping: ./deploy.sh documents kinds",
            ),
        ),
    }
)

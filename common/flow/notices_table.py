"""Reason → what is wrong and what to do, in Russian and English. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from common.flow.notices_doctor import DOCTOR
from common.flow.notices_documents import DOCUMENTS
from common.flow.notices_form import Text

PAUSED: Final = (
    Text("Обмен приостановлен вручную", "События принимаются; всё, что ждёт, пойдёт по порядку, когда его возобновят."),
    Text("The exchange is paused by hand", "Events are accepted; what waits goes on in order once it is resumed."),
)
"""Of each record that waits for it, and of the pause itself, which is told once."""

TEXTS: Final[Mapping[str, tuple[Text, Text]]] = MappingProxyType(
    {
        **DOCUMENTS,
        **DOCTOR,
        "inn_missing": (
            Text("У клиента нет ИНН", "Заполните ИНН в реквизитах клиента."),
            Text("The client has no INN", "Fill in the INN in the client's requisites."),
        ),
        "inn_invalid": (
            Text("ИНН клиента неверен", "Исправьте ИНН: 10 или 12 цифр с верной контрольной суммой."),
            Text("The client's INN is wrong", "Correct the INN: 10 or 12 digits with right check digits."),
        ),
        "kpp_missing": (
            Text("У юридического лица нет КПП", "Заполните КПП в реквизитах клиента."),
            Text("The legal entity has no KPP", "Fill in the KPP in the client's requisites."),
        ),
        "kpp_invalid": (
            Text("КПП клиента неверен", "Исправьте КПП: девять знаков."),
            Text("The client's KPP is wrong", "Correct the KPP: nine characters."),
        ),
        "address_missing": (
            Text("У клиента нет юридического адреса", "Заполните юридический адрес в реквизитах клиента."),
            Text("The client has no legal address", "Fill in the legal address in the client's requisites."),
        ),
        "client_missing": (
            Text("В сделке нет клиента с реквизитами", "Укажите компанию или контакт с реквизитами."),
            Text("The deal has no client with requisites", "Name a company, or a contact with requisites."),
        ),
        "foreign_client": (
            Text("Иностранный клиент: ИНН нет", "Оформите акт вручную или укажите российские реквизиты."),
            Text("A foreign client without an INN", "Write the act by hand, or give Russian requisites."),
        ),
        "requisite_ambiguous": (
            Text("У клиента несколько реквизитов", "Выберите в сделке реквизиты клиента."),
            Text("The client has several requisites", "Choose the client's requisites in the deal."),
        ),
        "organisation_mismatch": (
            Text("Организация сделки и правила различаются", "Исправьте «Мою компанию» в сделке или правило."),
            Text("The deal's organisation differs from the rule's", "Correct the deal's own company, or the rule."),
        ),
        "organisation_missing": (
            Text("Организации нет в 1С", "Заведите организацию в 1С или исправьте её ИНН и КПП."),
            Text("1C does not know the organisation", "Enter it in 1C, or correct its INN and KPP."),
        ),
        "organisation_ambiguous": (
            Text("В 1С несколько таких организаций", "Пометьте лишние на удаление или укажите организацию в правиле."),
            Text("1C has several such organisations", "Mark the others for deletion, or name one in the rule."),
        ),
        "no_organisation": (
            Text("Не указана организация", "Укажите «Мою компанию» в сделке или организацию в правиле."),
            Text("No organisation is named", "Name the deal's own company, or an organisation in the rule."),
        ),
        "counterparty_ambiguous": (
            Text("В 1С несколько контрагентов с такими ИНН и КПП", "Оставьте одного: лишних пометьте на удаление."),
            Text("1C has several counterparties with this INN and KPP", "Keep one; mark the others for deletion."),
        ),
        "counterparty_missing": (
            Text("Контрагента нет в 1С", "Заведите контрагента в 1С или разрешите правилу создавать его."),
            Text("1C does not know the counterparty", "Enter it in 1C, or let the rule create it."),
        ),
        "contract_ambiguous": (
            Text(
                "У контрагента несколько подходящих договоров", "Закройте лишние или укажите номер договора в сделке."
            ),
            Text("Several contracts would do", "Close those not needed, or name the contract's number in the deal."),
        ),
        "contract_missing": (
            Text("Нет договора с покупателем", "Заведите договор в 1С или разрешите правилу создавать его."),
            Text("There is no contract with the buyer", "Enter it in 1C, or let the rule create it."),
        ),
        "nomenclature_unmapped": (
            Text("Товарам не сопоставлена номенклатура", "Дополните таблицу соответствий номенклатуры."),
            Text("Products have no nomenclature", "Complete the correspondence table of nomenclature."),
        ),
        "unit_unmapped": (
            Text("Единице измерения нет соответствия", "Дополните таблицу соответствий единиц."),
            Text("A unit has no correspondence", "Complete the correspondence table of units."),
        ),
        "vat_unmapped": (
            Text("Ставке НДС нет соответствия", "Дополните таблицу соответствий ставок НДС."),
            Text("A VAT rate has no correspondence", "Complete the correspondence table of VAT rates."),
        ),
        "vat_rate_not_valid_on_date": (
            Text("Ставка НДС не действует на дату акта", "Исправьте ставку в товарах сделки."),
            Text("The VAT rate is not in force on the act's date", "Correct the rate in the deal's rows."),
        ),
        "no_rows": (
            Text("В сделке нет товаров и услуг", "Добавьте их в сделку."),
            Text("The deal has no product rows", "Add them to the deal."),
        ),
        "negative_row": (
            Text("В сделке есть отрицательная строка", "Исправьте количество или цену."),
            Text("The deal has a negative row", "Correct its quantity or price."),
        ),
        "zero_price": (
            Text("В сделке есть строка с нулевой ценой", "Укажите цену или разрешите нулевые цены в правиле."),
            Text("The deal has a row without a price", "Give the price, or allow zero prices in the rule."),
        ),
        "quantity_too_fine": (
            Text("Количество точнее, чем хранит 1С", "Укажите не больше трёх знаков после запятой."),
            Text("A quantity is finer than 1C keeps", "Give at most three decimals."),
        ),
        "amount_mismatch": (
            Text("Сумма сделки не равна сумме строк", "Исправьте сумму или строки сделки."),
            Text("The deal's amount differs from its rows", "Correct the deal's amount or its rows."),
        ),
        "rate_missing": (
            Text("Нет курса валюты на дату акта", "Загрузите курсы валют в 1С."),
            Text("There is no exchange rate for the act's date", "Load the exchange rates in 1C."),
        ),
        "currency_unmapped": (
            Text("Валюте нет соответствия", "Дополните таблицу соответствий валют."),
            Text("A currency has no correspondence", "Complete the correspondence table of currencies."),
        ),
        "currency_missing": (
            Text("Валюты нет в 1С", "Добавьте валюту в справочник 1С."),
            Text("1C does not know the currency", "Add it to the currencies of 1C."),
        ),
        "not_written_back": (
            Text("Акт создан, но не записан в сделку", "Проверьте поля акта в сделке и права приложения."),
            Text("The act exists but was not shown on the deal", "Check the deal's act fields and our rights."),
        ),
        "period_closed": (
            Text("Период в 1С закрыт для изменений", "Откройте период или разрешите первый открытый день в правиле."),
            Text("The period is closed in 1C", "Open it, or let the rule use the first open day."),
        ),
        "refused_by_1c": (
            Text("1С отказалась записать документ", "Устраните причину и повторите попытку."),
            Text("1C refused to write the document", "Mend the cause, then try again."),
        ),
        "portal_refused": (
            Text("Битрикс24 отказал в запросе", "Устраните причину и повторите попытку."),
            Text("Bitrix24 refused a request", "Mend the cause, then try again."),
        ),
        "portal_answer_unreadable": (
            Text("Ответ Битрикс24 не удалось разобрать", "Сообщите разработчикам обмена, затем повторите попытку."),
            Text("An answer of Bitrix24 could not be understood", "Tell the exchange's developers, then try again."),
        ),
        "field_name_invalid": (
            Text("Правило называет недопустимое имя поля сделки", "Исправьте имя поля в правиле."),
            Text("The rule gives a name no field of the deal can have", "Correct the field's name in the rule."),
        ),
        "missing_right": (
            Text("Пользователю обмена не хватает прав в 1С", "Дайте ему права на этот объект."),
            Text("The exchange's 1C user lacks a right", "Grant it for this object."),
        ),
        "missing_scope": (
            Text("Приложению не хватает разрешений в Битрикс24", "Добавьте разрешение и переустановите приложение."),
            Text("The application lacks a scope in Bitrix24", "Add the scope and install the application again."),
        ),
        "access_denied": (
            Text("Битрикс24 отказал в доступе", "Дайте права пользователю, от имени которого работает обмен."),
            Text("Bitrix24 denied access", "Grant the right to the user in whose name the exchange works."),
        ),
        "application_needed": (
            Text("Для этого нужно приложение, а не вебхук", "Установите приложение обмена на портал."),
            Text("This needs the application, not a webhook", "Install the exchange's application on the portal."),
        ),
        "profile_missing": (
            Text("В базе нет нужного объекта или реквизита", "Опубликуйте его в OData или выберите другой профиль."),
            Text("The base lacks an object or attribute", "Publish it in OData, or choose another profile."),
        ),
        "default_missing": (
            Text("Значение правила по умолчанию не заполнено или не найдено в 1С", "Исправьте его в правиле или в 1С."),
            Text("A default of the rule is empty or not found in 1C", "Correct it in the rule or in 1C."),
        ),
        "default_ambiguous": (
            Text("Значению правила по умолчанию подходят несколько объектов 1С", "Укажите в правиле код или ключ."),
            Text("Several objects of 1C fit a default of the rule", "Give its code or key in the rule."),
        ),
        "item_missing": (
            Text("Сопоставленной номенклатуры нет в 1С", "Исправьте таблицу соответствий или номенклатуру в 1С."),
            Text("The item named in the table is not in 1C", "Correct the table of nomenclature, or the item in 1C."),
        ),
        "item_ambiguous": (
            Text("В 1С несколько таких номенклатур", "Укажите в таблице соответствий код или ключ."),
            Text("1C has several such items", "Give the code or key in the table of nomenclature."),
        ),
        "unit_ambiguous": (
            Text("В 1С несколько таких единиц измерения", "Пометьте лишние на удаление."),
            Text("1C has several such units", "Mark the others for deletion."),
        ),
        "counterparty_marked": (
            Text("Контрагент в 1С помечен на удаление", "Снимите пометку или заведите контрагента заново."),
            Text(
                "The counterparty is marked for deletion in 1C", "Take the mark away, or enter the counterparty anew."
            ),
        ),
        "agreement_missing": (
            Text("В 1С нет соглашения с клиентом", "Заведите действующее соглашение в 1С."),
            Text("1C has no agreement with the client", "Enter one that is in force in 1C."),
        ),
        "agreement_ambiguous": (
            Text("У клиента несколько подходящих соглашений", "Закройте лишние соглашения в 1С."),
            Text("Several agreements would do", "Close those not needed in 1C."),
        ),
        "default_unknown": (
            Text("Правило задаёт значение, которого нет в его профиле", "Исправьте правило."),
            Text("The rule gives a default that its profile does not know", "Correct the rule."),
        ),
        "read_back_differs": (
            Text("1С сохранила документ иначе", "Сверьте документ со сделкой и исправьте его."),
            Text("1C kept the document otherwise", "Compare it with the deal and correct it."),
        ),
        "act_doubled": (
            Text("В 1С несколько актов одной сделки", "Оставьте один, лишние пометьте на удаление."),
            Text("1C has several acts of one deal", "Keep one; mark the others for deletion."),
        ),
        "act_vanished": (
            Text("Акт исчез из 1С", "Решите, нужен ли новый, и повторите попытку."),
            Text("The act is gone from 1C", "Decide whether another is needed, then try again."),
        ),
        "breaker_open": (
            Text("Нет связи со стороной обмена", "Проверьте её работу; записи ждут и будут обработаны по порядку."),
            Text("One side is out of order", "Look after it; the records wait and go on in their order."),
        ),
        "breaker_credentials": (
            Text("Сторона не принимает учётные данные обмена", "Проверьте пользователя и пароль или переустановите."),
            Text("One side refuses our credentials", "Check user and password, or install the application again."),
        ),
        "exchange_paused": PAUSED,
        "paused_by_hand": PAUSED,
        "dead_letter": (
            Text(
                "Задача обмена не выполнена",
                "Устраните причину и повторите её; она сохранена (./deploy.sh letters list).",
            ),
            Text(
                "A task of the exchange failed for good",
                "Mend the cause, then try again; it is kept (./deploy.sh letters list).",
            ),
        ),
        "queue_gave_up": (
            Text("Задача обмена долго не удаётся", "Она повторяется сама; проверьте связь, если это продолжается."),
            Text("A task keeps failing", "It is tried again by itself; check the connection if this goes on."),
        ),
        "contract_number_missing": (
            Text("В сделке нет номера договора", "Укажите номер договора в сделке: по нему заводится договор в 1С."),
            Text("The deal has no contract number", "Give the number in the deal: the contract in 1C is made with it."),
        ),
        "contract_number_too_long": (
            Text("Номер договора в сделке длиннее 50 знаков", "Сократите номер договора в сделке."),
            Text("The contract number in the deal has over 50 signs", "Shorten the number in the deal."),
        ),
        "amount_too_large": (
            Text("Сумма, цена или количество больше, чем хранит 1С", "Исправьте их или разделите сделку на несколько."),
            Text("An amount, price or quantity is larger than 1C keeps", "Correct it, or split the deal."),
        ),
        "stage_unknown": (
            Text("Стадии сделки нет в воронке Битрикс24", "Переведите сделку в действующую стадию или верните стадию."),
            Text("The funnel has no such stage of the deal", "Move the deal to a stage in use, or restore the stage."),
        ),
        "counterparty_in_doubt": (
            Text(
                "Неизвестно, создан ли контрагент в 1С: ответ не пришёл",
                "Проверьте контрагента в 1С: если его нет, заведите; если их несколько, лишних пометьте на удаление.",
            ),
            Text(
                "It is not known whether 1C created the counterparty: no answer came",
                "Look for it in 1C: enter it if it is not there; if there are several, mark the others for deletion.",
            ),
        ),
        "act_marked": (
            Text("Акт сделки в 1С помечен на удаление", "Снимите пометку или решите, нужен ли новый акт."),
            Text("The deal's act is marked for deletion in 1C", "Take the mark away, or decide on another act."),
        ),
        "mapping_invalid": (
            Text("В таблице соответствий недопустимое значение", "Исправьте эту строку таблицы."),
            Text("A correspondence table holds a value that will not do", "Correct that row of the table."),
        ),
        "digest_unreadable": (
            Text("Не удаётся прочитать состав базы 1С ($metadata)", "Проверьте публикацию OData и платформу 1С."),
            Text("The structure of a base ($metadata) cannot be read", "Check its OData publication and platform."),
        ),
        "rules_not_imported": (
            Text("Файл правил обмена не загружен", "Исправьте файл или настройку; загрузка повторяется каждую минуту."),
            Text("The file of rules was not imported", "Correct file or setting; it is tried again every minute."),
        ),
        "clock_skewed": (
            Text("Часы сторон расходятся больше чем на 5 минут", "Настройте время на сервере; спорное решают люди."),
            Text("The clocks differ by more than 5 minutes", "Set the server's time; people decide until then."),
        ),
    }
)

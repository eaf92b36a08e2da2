"""What people read about documents: reason → what is wrong and what to do, in Russian and English. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from common.flow.notices_form import Text

DOCUMENTS: Final[Mapping[str, tuple[Text, Text]]] = MappingProxyType(
    {
        "conflict_both_changed": (
            Text(
                "Файл изменён и в 1С, и на Диске",
                "Записана версия 1С, другая сохранена рядом. Перенесите из копии нужное и отметьте конфликт решённым.",
            ),
            Text(
                "A file was changed both in 1C and on Disk",
                "1C's version was written, the other kept beside it. Take over what you need, then settle it.",
            ),
        ),
        "conflict_first_meeting": (
            Text(
                "На Диске уже лежал другой файл с этим именем",
                "Записана версия 1С, прежняя сохранена рядом. Перенесите из копии нужное и отметьте конфликт решённым.",
            ),
            Text(
                "Another file of that name was on Disk already",
                "1C's version was written, the former kept beside it. Take over what you need, then settle it.",
            ),
        ),
        "conflict_delete_vs_modify": (
            Text(
                "Файл удалён с Диска, но изменён в 1С",
                "Он опубликован снова. Если он не нужен, пометьте его на удаление в 1С.",
            ),
            Text(
                "A file was deleted on Disk but changed in 1C",
                "It was published again. If it is not needed, mark it for deletion in 1C.",
            ),
        ),
        "conflict_modify_vs_delete": (
            Text(
                "Файл удалён в 1С, но изменён на Диске",
                "Изменённое сохранено рядом, файл в корзине Диска. Если изменения нужны, возьмите их из копии.",
            ),
            Text(
                "A file was deleted in 1C but changed on Disk",
                "The changed content was kept beside it, the file went to Disk's trash; nothing was created in 1C.",
            ),
        ),
        "conflict_closed": (
            Text(
                "На Диске изменён файл, который в 1С подписан, зашифрован или захвачен",
                "На Диск возвращена версия 1С, правка сохранена рядом. Чтобы её принять, снимите подпись или захват.",
            ),
            Text(
                "A file was changed on Disk that is signed, encrypted or captured in 1C",
                "1C's version was put back on Disk, the changed one kept beside it.",
            ),
        ),
        "conflict_written_between": (
            Text(
                "Файл на Диске сохранили в ту минуту, когда записывалась версия 1С",
                "Записана версия 1С; сохранённое возьмите из копии рядом или из истории файла.",
            ),
            Text(
                "A file was saved on Disk at the very moment when 1C's version was written",
                "1C's version was written; take what was saved from the copy beside it or from the file's history.",
            ),
        ),
        "mapping_too_many": (
            Text(
                "Слишком много удалений и перемещений сразу: обмен по виду документов остановлен",
                "Проверьте, так ли задумано, и подтвердите: следующая синхронизация выполнит это.",
            ),
            Text(
                "Too many deletions and moves at once: the mapping has stopped",
                "Check whether it is meant, then let one run pass.",
            ),
        ),
        "mapping_place_changed": (
            Text(
                "У вида документов теперь другая папка: обмен по нему остановлен",
                "Подтвердите: следующая синхронизация переместит файлы.",
            ),
            Text("The mapping has another folder now: it has stopped", "Let one run pass: its files are moved there."),
        ),
        "mapping_vanished": (
            Text(
                "С Диска пропало больше половины файлов: обмен по виду документов остановлен",
                "Проверьте папку и права; если так и надо, подтвердите: файлы будут опубликованы снова.",
            ),
            Text(
                "More than half of the files vanished from Disk: the mapping has stopped",
                "Check the folder and our rights; if it is meant, let one run pass: they are published again.",
            ),
        ),
        "mapping_listing_empty": (
            Text(
                "Папка на Диске вдруг пуста: обмен по виду документов остановлен",
                "Проверьте папку и права приложения; если она очищена намеренно, подтвердите.",
            ),
            Text(
                "The folder on Disk is suddenly empty: the mapping has stopped",
                "Check the folder and our rights; if it was emptied on purpose let one run pass.",
            ),
        ),
        "mapping_listing_cut": (
            Text(
                "Диск отдал список файлов не целиком: обмен по виду документов остановлен",
                "Проверьте папку и подтвердите; если повторится, обратитесь в поддержку Битрикс24.",
            ),
            Text(
                "Disk gave an incomplete listing: the mapping has stopped",
                "If it happens again, ask Bitrix24's support; let one run pass.",
            ),
        ),
        "mapping_dates_shifted": (
            Text(
                "У файлов сменились даты без изменения содержимого: обмен по виду документов остановлен",
                "Так бывает после переноса или восстановления портала. Проверьте и подтвердите.",
            ),
            Text(
                "The files' dates changed though their bytes did not: the mapping has stopped",
                "So it is after a move or restoration of the portal. Check, then let one run pass.",
            ),
        ),
        "mapping_folder_missing": (
            Text(
                "Папка этого вида документов на Диске не найдена",
                "Восстановите её из корзины или укажите другую в правиле.",
            ),
            Text("The mapping's folder is not on Disk", "Restore it from the trash, or name another in the mapping."),
        ),
        "mapping_folder_forbidden": (
            Text(
                "Нет доступа к папке вида документов на Диске",
                "Дайте доступ пользователю, от имени которого работает обмен.",
            ),
            Text(
                "The mapping's folder is not ours to read", "Grant access to the user in whose name the exchange works."
            ),
        ),
        "mapping_folder_unreadable": (
            Text(
                "Список файлов папки на Диске не удалось разобрать: обмен по виду документов остановлен",
                "Сообщите разработчикам обмена; остальные виды документов обмениваются.",
            ),
            Text(
                "The list of the mapping's folder on Disk could not be understood: the mapping has stopped",
                "Tell the exchange's developers; the other mappings go on.",
            ),
        ),
        "mapping_stopped": (
            Text("Обмен по виду документов остановлен", "Посмотрите причину: ./deploy.sh documents status"),
            Text("The mapping has stopped", "See why: ./deploy.sh documents status"),
        ),
        "folder_missing": (
            Text("Папки нет на Диске", "Восстановите её из корзины или укажите другую в правиле."),
            Text("The folder is not on Disk", "Restore it from the trash, or name another in the mapping."),
        ),
        "folder_unreadable": (
            Text("Список файлов папки на Диске не удалось разобрать", "Сообщите разработчикам обмена."),
            Text("The list of a folder on Disk could not be understood", "Tell the exchange's developers."),
        ),
        "folder_forbidden": (
            Text("Нет доступа к папке на Диске", "Дайте доступ пользователю, от имени которого работает обмен."),
            Text("The folder on Disk is not ours to use", "Grant access to the user in whose name the exchange works."),
        ),
        "version_too_large": (
            Text(
                "Новая версия больше, чем принимает Диск",
                "Загрузите её на Диск вручную или увеличьте max_version_size в правиле.",
            ),
            Text(
                "A new version is larger than Disk takes",
                "Upload it to Disk by hand, or raise max_version_size of the mapping.",
            ),
        ),
        "version_empty": (
            Text("Новая версия пуста: Диск не принимает пустые версии", "Добавьте содержимое в 1С."),
            Text("A new version is empty: Disk takes no empty versions", "Put content into it in 1C."),
        ),
        "too_large": (
            Text("Файл больше, чем принимает 1С", "Уменьшите файл или увеличьте предел в настройках 1С."),
            Text("A file is larger than 1C takes", "Make it smaller, or raise the limit in 1C."),
        ),
        "extension_forbidden": (
            Text("1С не принимает файлы с таким расширением", "Переименуйте файл или разрешите расширение в 1С."),
            Text("1C takes no files with this extension", "Rename the file, or allow the extension in 1C."),
        ),
        "company_unmapped": (
            Text(
                "Для контрагента документа не найдена компания в CRM",
                "Заполните ИНН и КПП в реквизитах компании или дополните таблицу counterparties (база dm).",
            ),
            Text(
                "The document's counterparty has no company in the CRM",
                "Fill in INN and KPP of the company, or complete the table counterparties (base dm).",
            ),
        ),
        "company_ambiguous": (
            Text(
                "Контрагенту документа подходят несколько компаний CRM",
                "Назовите одну в таблице counterparties (база dm).",
            ),
            Text(
                "Several companies of the CRM fit the document's counterparty",
                "Name one in the table counterparties (base dm).",
            ),
        ),
        "no_document": (
            Text("Новый файл лежит вне папки документа", "Положите его в папку своего документа."),
            Text("A new file lies in no document's folder", "Put it into the folder of its document."),
        ),
        "document_gone": (
            Text("Документа этой папки больше нет в 1С", "Переложите файл в папку другого документа."),
            Text(
                "The document of this folder is not in 1C any more", "Move the file to the folder of another document."
            ),
        ),
        "name_taken_in_1c": (
            Text("У документа в 1С уже есть другой файл с этим именем", "Переименуйте файл на Диске."),
            Text("The document has another file of that name in 1C", "Rename the file on Disk."),
        ),
        "onec_refused": (
            Text("1С:Документооборот отказал в записи", "Устраните причину и повторите попытку."),
            Text("1C:Document Management refused a write", "Mend the cause, then try again."),
        ),
        "onec_forbidden": (
            Text("Пользователю обмена не хватает прав в 1С:Документооборот", "Дайте ему права на эти документы."),
            Text("The exchange's user lacks a right in 1C:Document Management", "Grant it for these documents."),
        ),
        "onec_unreadable": (
            Text("Ответ 1С:Документооборота не соответствует договору обмена", "Сообщите разработчикам расширения."),
            Text("An answer of 1C:Document Management is not the contract's", "Tell the extension's developers."),
        ),
        "content_missing": (
            Text("В 1С нет содержимого версии файла", "Восстановите том хранения файлов в 1С."),
            Text("1C does not have the content of a version", "Restore the volume of files in 1C."),
        ),
        "disk_file_locked": (
            Text("Файл на Диске заблокирован", "Попросите снять блокировку."),
            Text("The file is locked on Disk", "Ask to have it unlocked."),
        ),
        "disk_file_too_large": (
            Text("Диск отказал: файл слишком велик", "Загрузите его на Диск вручную."),
            Text("Disk refused: the file is too large", "Upload it to Disk by hand."),
        ),
        "other_storage": (
            Text("Файл в другом хранилище Диска", "Перенесите его вручную или исправьте папку в правиле."),
            Text("The file is in another storage of Disk", "Move it by hand, or correct the mapping's folder."),
        ),
        "portal_address_foreign": (
            Text(
                "Портал прислал ссылку на посторонний сервер",
                "Проверьте, не подменён ли портал, и сообщите разработчикам.",
            ),
            Text(
                "The portal gave an address of a foreign host",
                "Check that the portal is genuine, and tell the developers.",
            ),
        ),
    }
)

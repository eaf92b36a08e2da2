"""Documents: file versions of 1C:Document Management ⇄ Bitrix24 Disk (rules, Documents)."""

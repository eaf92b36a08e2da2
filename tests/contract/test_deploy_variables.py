"""A wrong variable is named before anything is made, also one that Terraform would take."""

from __future__ import annotations

import pytest

from infra.cloud import deploying
from infra.cloud.needs import Unprepared
from tests.tiny_project import NAME, VALUES, Tiny

pytest_plugins = ("tests.tiny_checkouts",)


def test_a_misspelt_variable_is_named_before_anything_is_planned(project: Tiny) -> None:
    project.variables('plaec = "x"\n')
    with pytest.raises(Unprepared) as refused:
        deploying.apply(NAME, project.root, project.environ, False, None)
    assert "there is no variable plaec\n      perhaps place is meant" in str(refused.value)
    assert project.cloud.resources == {}


def test_a_setting_the_functions_would_refuse_is_named_and_nothing_is_applied(project: Tiny) -> None:
    project.secrets(VALUES)
    main_tf = project.root / "infra" / "main.tf"
    main_tf.write_text(main_tf.read_text().replace("Europe/Moscow", "Europe/Moskow"))
    for environ in (project.environ, project.without_credentials()):
        said: list[str] = []
        assert deploying.plan(NAME, project.root, environ, False, said.append) == 1
        assert [line for line in said if line.startswith("Refused: ONEC_MAIN_TIME_ZONE: is not a time zone")]
    assert project.cloud.resources == {}

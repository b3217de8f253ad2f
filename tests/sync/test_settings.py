"""
Settings: read once, every problem at once, secrets only by reference.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.errors import SettingsError, UserError
from connectors.secrets import Secret
from sync.settings import build, load


def problems(**content: object) -> str:
    with pytest.raises(SettingsError) as caught:
        build(content, Path())
    return str(caught.value)


def test_every_problem_is_reported_at_once():
    """
    A wrong time zone, an unknown key, an unknown kind and a push to nobody come in one report, each with its fix.
    """
    report = problems(
        organisation={"timezone": "Europe/Madird", "curency": "EUR"},
        connectors={"crm": {"kind": "salesfroce"}, "web": {}},
        push={"hubspt": {}},
        schedule={"cron": "every day"},
    )
    assert "6 problems" in report
    assert "organisation.timezone" in report and "Europe/Madrid" in report
    assert "organisation.curency" in report and "did you mean currency" in report
    assert "connectors.crm.kind" in report and "did you mean salesforce" in report
    assert "connectors.web.kind" in report
    assert "schedule.cron" in report and "0 6 * * *" in report
    assert "push.hubspt" in report


def test_a_secret_is_never_written_into_the_settings():
    """
    A token in plain text is refused, and the refusal does not repeat it.
    """
    report = problems(connectors={"hubspot": {"kind": "hubspot", "access_token": "pat-na1-0000-1111"}})
    assert "connectors.hubspot.access_token" in report
    assert "env:NAME" in report
    assert "pat-na1-0000-1111" not in report


def test_a_missing_secret_says_which_one(monkeypatch):
    """
    The name of the variable is told, and how to set it.
    """
    monkeypatch.delenv("NORIA_NO_SUCH", raising=False)
    with pytest.raises(UserError, match="env:NORIA_NO_SUCH is not set"):
        Secret("env:NORIA_NO_SUCH").reveal()


def test_secrets_come_from_the_environment_before_the_file(tmp_path, monkeypatch):
    """
    `env_file` fills in what the environment does not say.
    """
    (tmp_path / "own.env").write_text("NORIA_ONE=from-file\nNORIA_TWO=from-file\n")
    (tmp_path / "settings.toml").write_text('env_file = "own.env"\n')
    monkeypatch.setenv("NORIA_TWO", "from-environment")
    load(tmp_path / "settings.toml")
    assert "from-file" == Secret("env:NORIA_ONE").reveal()
    assert "from-environment" == Secret("env:NORIA_TWO").reveal()


def test_a_file_that_is_missing_or_no_toml_is_named(tmp_path):
    """
    Both say which file and what to do.
    """
    with pytest.raises(UserError, match=r"no settings file .*none\.toml"):
        load(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("[organisation\n")
    with pytest.raises(UserError, match="not valid TOML"):
        load(tmp_path / "bad.toml")

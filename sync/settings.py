"""
The settings file: read once, every problem reported at once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_origin
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from connectors import registry
from connectors.contract import Connector
from connectors.errors import SettingsError, UserError, close_matches
from connectors.secrets import Secret, use_env_file
from connectors.transport import ConnectorSettings
from kpis.catalogue import CATALOGUE
from kpis.custom import CustomKpi
from kpis.custom import build as build_custom
from kpis.model import Kpi

_STRICT = ConfigDict(extra="forbid", frozen=True)


class Organisation(BaseModel):
    """
    Who the numbers are about.
    """

    model_config = _STRICT

    name: str = Field(default="", description="Shown above reports.")
    timezone: str = Field(default="UTC", description="IANA name; every day, month and schedule is meant in it.")
    currency: str = Field(default="USD", pattern="^[A-Z]{3}$", description="Reporting currency, ISO 4217.")
    language: Literal["en", "es"] = Field(default="en", description="Language of KPI names in reports.")
    fiscal_year_start: int = Field(default=1, ge=1, le=12, description="First month of the fiscal year.")

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value!r} is no IANA time zone; {close_matches(value, available_timezones())}"[:200])
        return value


class WarehouseSettings(BaseModel):
    """
    Where the data is kept.
    """

    model_config = _STRICT

    url: str = Field(
        default="duckdb:///noria.duckdb",
        pattern="^duckdb:///.+",
        description="`duckdb:///FILE`, relative to the settings file.",
    )
    memory: str = Field(
        default="3GB",
        pattern=r"^\d+(MB|GB)$",
        description="Most that the database may hold in memory; a small company needs less than 1GB.",
    )


class KpiSettings(BaseModel):
    """
    Policies that honest people disagree on; results carry the one in force.
    """

    model_config = _STRICT

    options: dict[str, Any] = Field(
        default_factory=dict, description="Option name = value; `noria kpis ID` lists them."
    )
    custom: dict[str, CustomKpi] = Field(
        default_factory=dict, description="KPIs of your own, each a table [kpis.custom.ID]."
    )


class IdentitySettings(BaseModel):
    """
    Who is never taken for the same person or account.
    """

    model_config = _STRICT

    free_mail_domains: tuple[str, ...] = Field(
        default=(), description="Further domains of free e-mail providers: they link no accounts."
    )


class PushSettings(BaseModel):
    """
    What is written to one destination, and when a push stops itself.
    """

    model_config = _STRICT

    enabled: bool = Field(default=True, description="false: nothing is planned or written here.")
    accounts: tuple[str, ...] = Field(
        default=("mrr", "won_revenue", "average_ticket", "open_pipeline_amount"),
        description="KPIs written onto accounts (Salesforce) or companies (HubSpot), as known to date.",
    )
    campaigns: tuple[str, ...] = Field(
        default=("new_leads", "new_qualified_leads", "cost_per_lead", "roi", "romi"),
        description="KPIs written onto campaigns (Salesforce), as known to date.",
    )
    organisation: tuple[str, ...] = Field(
        default=("all",), description="KPIs written as records of the object KPI__c (Salesforce); [] for none."
    )
    months: int = Field(default=13, ge=1, le=120, description="How many months of organisation values are kept up.")
    max_changed_share: float = Field(
        default=0.8, gt=0, le=1, description="Stop if more than this share of the records we wrote before would change."
    )
    max_blanked_share: float = Field(
        default=0.3,
        gt=0,
        le=1,
        description="Stop if more than this share of the values we wrote before would be blanked.",
    )
    max_lost_share: float = Field(
        default=0.3,
        gt=0,
        le=1,
        description="Stop if a source table shrank by more than this share since the last push.",
    )


class Schedule(BaseModel):
    """
    When `noria serve` runs.
    """

    model_config = _STRICT

    cron: str = Field(default="0 6 * * *", description="Five fields, in the organisation's time zone.")

    @field_validator("cron")
    @classmethod
    def _five_fields(cls, value: str) -> str:
        from sync.cron import Cron

        try:
            Cron(value)
        except ValueError as error:
            raise ValueError(f'no cron expression like "0 6 * * *": {error}') from error
        return value


class _File(BaseModel):
    model_config = _STRICT

    env_file: str | None = Field(default=None, description="File of NAME=value lines where `env:NAME` also looks.")
    organisation: Organisation = Field(default_factory=Organisation)
    warehouse: WarehouseSettings = Field(default_factory=WarehouseSettings)
    connectors: dict[str, dict[str, Any]] = Field(default_factory=dict)
    kpis: KpiSettings = Field(default_factory=KpiSettings)
    identity: IdentitySettings = Field(default_factory=IdentitySettings)
    push: dict[str, PushSettings] = Field(default_factory=dict)
    schedule: Schedule = Field(default_factory=Schedule)


@dataclass(frozen=True)
class Connected:
    """
    A connector of the settings: its name, its kind and its own settings.
    """

    name: str
    connector: Connector
    settings: ConnectorSettings


@dataclass(frozen=True)
class Kpis:
    """
    What the settings say of KPIs.

    Args:
        options: Option -> value, for other than the defaults.
        custom: KPIs of one's own, by id.
    """

    options: Mapping[str, Any]
    custom: Mapping[str, Kpi]


@dataclass(frozen=True)
class Settings:
    """
    The settings as the steps use them.
    """

    folder: Path
    organisation: Organisation
    warehouse: WarehouseSettings
    connectors: Mapping[str, Connected]
    kpis: Kpis
    identity: IdentitySettings
    push: Mapping[str, PushSettings]
    schedule: Schedule

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.organisation.timezone)

    @property
    def database(self) -> Path:
        return self.folder / self.warehouse.url.removeprefix("duckdb:///")


def load(file: Path) -> Settings:
    """
    Read a settings file.

    Raises:
        SettingsError: All that is wrong with it, each with its dotted name and the fix.
    """
    if not file.is_file():
        raise UserError(
            f"There is no settings file {file}.",
            where="--settings",
            fix="Copy settings.example.toml to settings.toml and fill it in, or give another with --settings.",
        )
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(
            f"The settings file is not valid TOML: {error}.", where=str(file), fix="Mend that line."
        ) from error
    return build(content, file.parent, where=file.name)


def build(content: Mapping[str, Any], folder: Path, *, where: str = "settings.toml") -> Settings:
    """
    Settings from the content of a file.

    Raises:
        SettingsError: As for `load`.
    """
    problems: list[UserError] = []
    parsed = _validated(_File, content, "", problems, where)
    connected: dict[str, Connected] = {}
    for name, own in (content.get("connectors") or {}).items():
        if isinstance(own, Mapping):
            made = _connected(name, own, problems, where)
            if made is not None:
                connected[name] = made
    problems += _push_problems(content, connected, where)
    custom: dict[str, Kpi] = {}
    if parsed is not None:
        custom, found = build_custom(parsed.kpis.custom, place=f"{where}, kpis.custom")
        problems += found
        problems += _pushed_kpis(parsed, custom, where)
    if parsed is not None and parsed.env_file:
        try:
            use_env_file(folder / parsed.env_file)
        except UserError as error:
            problems.append(error)
    if problems or parsed is None:
        raise SettingsError.of(problems)
    return Settings(
        folder=folder,
        organisation=parsed.organisation,
        warehouse=parsed.warehouse,
        connectors=connected,
        kpis=Kpis(parsed.kpis.options, custom),
        identity=parsed.identity,
        push=parsed.push,
        schedule=parsed.schedule,
    )


def _connected(name: str, own: Mapping[str, Any], problems: list[UserError], where: str) -> Connected | None:
    if "kind" not in own:
        problems.append(
            UserError(
                "A connector has no kind.",
                where=f"{where}, connectors.{name}.kind",
                fix=f"Say which vendor it is: {', '.join(registry.KINDS)}.",
            )
        )
        return None
    try:
        connector = registry.connector(str(own["kind"]))
    except UserError as error:
        problems.append(UserError(error.what, where=f"{where}, connectors.{name}.kind", fix=error.fix))
        return None
    settings = _validated(connector.settings, own, f"connectors.{name}.", problems, where)
    return Connected(name, connector, settings) if isinstance(settings, ConnectorSettings) else None


def _push_problems(content: Mapping[str, Any], connected: Mapping[str, Connected], where: str) -> Iterator[UserError]:
    known = content.get("connectors") or {}
    for name in content.get("push") or {}:
        if name not in known:
            yield UserError(
                f"There is no connector {name!r} to push to.",
                where=f"{where}, push.{name}",
                fix=close_matches(name, known) if known else "Add it under [connectors].",
            )
        elif name in connected and not (connected[name].connector.destination or connected[name].connector.publisher):
            yield UserError(
                f"{connected[name].connector.title} cannot be written to.",
                where=f"{where}, push.{name}",
                fix="Take it out.",
            )


def _pushed_kpis(parsed: _File, custom: Mapping[str, Kpi], where: str) -> Iterator[UserError]:
    """
    KPIs that are to be written and are not there, or have no value for such a record.
    """
    known = {**CATALOGUE, **custom}
    for name, push in parsed.push.items():
        for key, dimension in (("accounts", "account"), ("campaigns", "campaign"), ("organisation", "org")):
            place = f"{where}, push.{name}.{key}"
            for id in getattr(push, key):
                if (id in parsed.kpis.custom and id not in custom) or (id, key) == ("all", "organisation"):
                    continue
                if id not in known:
                    yield UserError(f"There is no KPI {id!r}.", where=place, fix=close_matches(id, known))
                elif dimension not in ("org", *known[id].by):
                    fix = f"Add {dimension} to kpis.custom.{id}.by." if id in custom else "Take it out."
                    yield UserError(f"The KPI {id} cannot be cut by {dimension}.", where=place, fix=fix)


def _validated(
    model: type[BaseModel], content: Mapping[str, Any], prefix: str, problems: list[UserError], where: str
) -> Any:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        for found in error.errors(include_url=False):
            problems.append(_problem(found, model, prefix, where))
    return None


def _problem(found: Any, model: type[BaseModel], prefix: str, where: str) -> UserError:
    place = [str(part) for part in found["loc"]]
    dotted = f"{where}, {prefix}{'.'.join(place)}"
    if found["type"] == "extra_forbidden":
        return UserError(
            f"There is no setting {place[-1]!r}.", where=dotted, fix=close_matches(place[-1], _keys(model, place[:-1]))
        )
    if found["type"] == "missing":
        return UserError("A setting is missing.", where=dotted, fix=_describe(model, place))
    message = str(found["msg"]).removeprefix("Value error, ")
    # What was given for a secret may be the secret itself.
    shown = "" if "secret" in message else f" (it was {found['input']!r})"
    return UserError(f"A setting cannot be used: {message}{shown[:120]}.", where=dotted, fix=_describe(model, place))


def _fields(model: Any, path: list[str]) -> Any:
    is_name = False
    for part in path:
        if is_name:
            # a name that people chose, such as that of a destination
            is_name = False
            continue
        field = getattr(model, "model_fields", {}).get(part)
        model = getattr(field, "annotation", None)
        is_name = get_origin(model) is dict
        if model is not None and not hasattr(model, "model_fields"):
            model = next((arg for arg in getattr(model, "__args__", ()) if hasattr(arg, "model_fields")), None)
    return getattr(model, "model_fields", {})


def _keys(model: type[BaseModel], path: list[str]) -> list[str]:
    return list(_fields(model, path)) or ["nothing"]


def _describe(model: type[BaseModel], path: list[str]) -> str:
    field = _fields(model, path[:-1]).get(path[-1]) if path else None
    described = getattr(field, "description", None) or ""
    if getattr(field, "annotation", None) in (Secret, Secret | None) and "env:" not in described:
        described = f"{described} Give env:NAME or keyring:NAME.".strip()
    return described or "See settings.example.toml."

"""
Check: whether every connector can do what the settings ask, before a run needs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from connectors.contract import Finding
from connectors.errors import UserError
from kpis.words import Text
from sync import check_words, job, quality
from sync.pull import context, only_fits
from sync.push.plan import publisher
from sync.settings import Connected, Settings
from sync.warehouse import Session


@dataclass(frozen=True)
class Checked:
    """
    A finding and whose it is.

    Args:
        finding: As programs read it, in English.
        spanish: The same for people who read Spanish; None for a connector's, which is recognised by its words.
    """

    connector: str
    finding: Finding
    spanish: Finding | None = None

    def told(self, language: str) -> Finding:
        """
        The finding in a language.
        """
        if language == "en":
            return self.finding
        return self.spanish or check_words.spanish(self.finding)


def _ours(connector: str, level: Literal["ok", "warning"], about: str, text: Text, fix: Text | None = None) -> Checked:
    english, spanish = (Finding(level, about, told, do) for told, do in zip(_both(text), _both(fix), strict=True))
    return Checked(connector, english, spanish)


def _both(text: Text | None) -> tuple[str, str]:
    return (text.en, text.es) if text else ("", "")


def check(settings: Settings, now: datetime, only: tuple[str, ...] = ()) -> Iterator[Checked]:
    """
    Ask each connector, then look at what the warehouse already holds.
    """
    for name, connected in settings.connectors.items():
        if not only_fits(only, name):
            continue
        try:
            for finding in _asked(connected, settings, now):
                yield Checked(name, finding)
        except UserError as error:
            yield Checked(name, Finding("error", error.where, error.what, error.fix))
    if not only:
        yield from _warehouse(settings)


def _asked(connected: Connected, settings: Settings, now: datetime) -> Iterator[Finding]:
    if connected.connector.source is not None:
        source = connected.connector.source(connected.settings, context(connected, settings, now))
        try:
            yield from source.check()
        finally:
            source.close()
    if connected.connector.publisher is not None:
        keeper = publisher(connected, settings, now)
        try:
            yield from keeper.check()
        finally:
            keeper.close()


def _warehouse(settings: Settings) -> Iterator[Checked]:
    warehouse = job.warehouse_of(settings)
    if not warehouse.file.exists():
        text = Text(en="Nothing was pulled yet.", es="Todavía no se ha leído nada.")
        yield _ours("warehouse", "ok", "warehouse.url", text)
        return
    with warehouse.open(read_only=True) as session:
        yield from _streams(session)
        if session.has("leads"):
            yield from _channels(session)
            yield from _pairs(session)
            yield from _lacking(session, settings)


def _streams(session: Session) -> Iterator[Checked]:
    for row in session.rows(
        "select connector, stream, problem, is_complete, is_offered from noria.streams order by all"
    ):
        if not row["is_offered"]:
            what, *rest = (row["problem"] or "It was not readable.").splitlines()
            fix = next((line.partition("fix:")[2].strip() for line in rest if "fix:" in line), "")
            text = Text(en=f"The last pull: {what}", es=f"La última lectura: {check_words.in_spanish(what)}")
            do = Text(en=fix, es=check_words.in_spanish(fix)) if fix else None
            yield _ours(row["connector"], "warning", row["stream"], text, do)
        elif not row["is_complete"]:
            text = Text(en="The first pull is not finished.", es="La primera lectura no ha terminado.")
            do = Text(en="Run `noria pull`: it goes on.", es="Ejecute `noria pull`: sigue donde estaba.")
            yield _ours(row["connector"], "warning", row["stream"], text, do)


def _channels(session: Session) -> Iterator[Checked]:
    for row in session.rows(
        "select source, source_detail, count(*) as n from leads where channel = 'Other' and source_detail is not null"
        " group by all order by n desc limit 20"
    ):
        word, leads = repr(row["source_detail"]), f"{row['n']}"
        text = Text(
            en=f"{leads} leads came from {word}, which has no channel.",
            es=f"{leads} leads vinieron de {word}, que no tiene canal.",
        )
        place = f"[connectors.{row['source']}.mapping.channels]"
        yield _ours(
            row["source"],
            "warning",
            "mapping.channels",
            text,
            Text(en=f"Add it under {place}.", es=f"Añádalo en {place}."),
        )


def _pairs(session: Session) -> Iterator[Checked]:
    for row in session.rows("select entity, count(*) as n from noria.identity_unsure group by all order by all"):
        text = Text(
            en=f"{row['n']} pairs look alike but are not linked.",
            es=f"{row['n']} pares se parecen pero no están unidos.",
        )
        do = Text(en="Decide them with `noria identity`.", es="Decídalos con `noria identity`.")
        yield _ours("identity", "warning", row["entity"], text, do)


def _lacking(session: Session, settings: Settings) -> Iterator[Checked]:
    """
    What nobody connected gives, and the KPIs that wait for it; no fault, for nobody has to want them all.
    """
    waiting: dict[Text, list[str]] = {}
    try:
        for lacking in quality.lacking(session, settings):
            for text in lacking.needs:
                waiting.setdefault(text, []).append(lacking.kpi)
    except UserError as error:
        yield Checked("settings", Finding("error", error.where, error.what, error.fix))
        return
    for text, kpis in waiting.items():
        yield _ours("kpis", "ok", ", ".join(kpis), text)

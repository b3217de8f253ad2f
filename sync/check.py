"""
Check: whether every connector can do what the settings ask, before a run needs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from connectors.contract import Finding
from connectors.errors import UserError
from sync import job, quality
from sync.pull import context, only_fits
from sync.push.plan import publisher
from sync.settings import Connected, Settings
from sync.warehouse import Session


@dataclass(frozen=True)
class Checked:
    """
    A finding and whose it is.
    """

    connector: str
    finding: Finding


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
        yield Checked("warehouse", Finding("ok", "warehouse.url", "Nothing was pulled yet."))
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
            yield Checked(row["connector"], Finding("warning", row["stream"], f"The last pull: {what}", fix))
        elif not row["is_complete"]:
            finding = Finding(
                "warning", row["stream"], "The first pull is not finished.", "Run `noria pull`: it goes on."
            )
            yield Checked(row["connector"], finding)


def _channels(session: Session) -> Iterator[Checked]:
    for row in session.rows(
        "select source, source_detail, count(*) as n from leads where channel = 'Other' and source_detail is not null"
        " group by all order by n desc limit 20"
    ):
        finding = Finding(
            "warning",
            "mapping.channels",
            f"{row['n']} leads came from {row['source_detail']!r}, which has no channel.",
            f"Add it under [connectors.{row['source']}.mapping.channels].",
        )
        yield Checked(row["source"], finding)


def _pairs(session: Session) -> Iterator[Checked]:
    for row in session.rows("select entity, count(*) as n from noria.identity_unsure group by all order by all"):
        text = f"{row['n']} pairs look alike but are not linked."
        yield Checked("identity", Finding("warning", row["entity"], text, "Decide them with `noria identity`."))


def _lacking(session: Session, settings: Settings) -> Iterator[Checked]:
    """
    What nobody connected gives, and the KPIs that wait for it; no fault, for nobody has to want them all.
    """
    try:
        waiting = quality.waiting(quality.lacking(session, settings), settings.organisation.language)
    except UserError as error:
        yield Checked("settings", Finding("error", error.where, error.what, error.fix))
        return
    for told, kpis in waiting.items():
        yield Checked("kpis", Finding("ok", ", ".join(kpis), told))

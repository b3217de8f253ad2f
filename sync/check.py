"""
Check: whether every connector can do what the settings ask, before a run needs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from connectors.contract import Finding
from connectors.errors import UserError
from sync import job
from sync.pull import context, only_fits
from sync.push.plan import publisher
from sync.settings import Settings


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
            if connected.connector.source is not None:
                source = connected.connector.source(connected.settings, context(connected, settings, now))
                try:
                    for finding in source.check():
                        yield Checked(name, finding)
                finally:
                    source.close()
            if connected.connector.publisher is not None:
                keeper = publisher(connected, settings, now)
                try:
                    for finding in keeper.check():
                        yield Checked(name, finding)
                finally:
                    keeper.close()
        except UserError as error:
            yield Checked(name, Finding("error", error.where, error.what, error.fix))
    if not only:
        yield from _warehouse(settings)


def _warehouse(settings: Settings) -> Iterator[Checked]:
    warehouse = job.warehouse_of(settings)
    if not warehouse.file.exists():
        yield Checked("warehouse", Finding("ok", "warehouse.url", "nothing pulled yet"))
        return
    with warehouse.open(read_only=True) as session:
        for row in session.rows(
            "select connector, stream, problem, dropped, is_complete, is_offered from noria.streams order by all"
        ):
            if not row["is_offered"]:
                yield Checked(
                    row["connector"],
                    Finding("warning", row["stream"], row["problem"].splitlines()[0] or "not readable"),
                )
            elif not row["is_complete"]:
                yield Checked(
                    row["connector"],
                    Finding(
                        "warning", row["stream"], "the first pull is not finished", "Run `noria pull`: it goes on."
                    ),
                )
        if session.has("leads"):
            yield from _channels(session)
            unsure = session.value("select count(*) from noria.identity_unsure")
            if unsure:
                yield Checked(
                    "identity",
                    Finding(
                        "warning", "accounts", f"{unsure} pairs look alike but are not linked", "See `noria identity`."
                    ),
                )


def _channels(session: object) -> Iterator[Checked]:
    from sync.warehouse import Session

    assert isinstance(session, Session)
    for row in session.rows(
        "select source, source_detail, count(*) as n from leads where channel = 'Other' and source_detail is not null"
        " group by all order by n desc limit 20"
    ):
        yield Checked(
            row["source"],
            Finding(
                "warning",
                "mapping.channels",
                f"{row['n']} leads came from {row['source_detail']!r}, which has no channel",
                f"Add it under [connectors.{row['source']}.mapping.channels].",
            ),
        )

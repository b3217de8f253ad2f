"""
Rows that the cases share.
"""

from __future__ import annotations

from tests.kpis.build import Row, day, deal, instant, row


def stage(stage: str, **fields: object) -> Row:
    return row("stages", pipeline="sales", stage=stage, is_closed=False, is_won=False, **fields)


def change(id: str, of: str, stage: str, at: str, **fields: object) -> Row:
    return row("stage_changes", id=id, opportunity_id=of, stage=stage, at=instant(at), **fields)


def sent(id: str, **fields: object) -> Row:
    return row("email_sends", id=id, sent_at=instant("2026-03-02"), **fields)


def web(id: str, on: str, grain: str = "day", **fields: object) -> Row:
    return row("web_traffic", id=id, on=day(on), grain=grain, **fields)


def target(id: str, starts: str = "2026-03-01", ends: str = "2026-03-31", **fields: object) -> Row:
    fields = {"kpi": "new_leads", "value": 10, **fields}
    return row("targets", id=id, starts_on=day(starts), ends_on=day(ends), **fields)


def known(key: str, **fields: object) -> Row:
    return deal(id=key, account_key="acme", account_id="acme", **fields)


OPEN = {"outcome": "open", "pipeline": "sales"}

"""
For notebooks: KPI values, and what the KPIs are, as pandas DataFrames.

    from sync.frames import catalogue, frame, records
    frame("win_rate", "mrr", settings="settings.toml", by="channel", first="2026-01", last="2026-10")
    records("win_rate", "2026-10", by="channel=Email", settings="settings.toml")
    catalogue(settings="settings.toml")
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from kpis.catalogue import CATALOGUE
from sync import compute, job, periods, question
from sync.compute import Asked, answer
from sync.kpis_known import known
from sync.record_frames import records as records
from sync.settings import load


def frame(
    *kpis: str,
    settings: str | Path = "settings.toml",
    board: str | None = None,
    period: str = "month",
    first: str | None = None,
    last: str | None = None,
    by: str | Sequence[str] = (),
    as_of: date | None = None,
    options: dict[str, Any] | None = None,
    same_days: bool = False,
) -> pd.DataFrame:
    """
    Values of KPIs, one row per KPI, period, dimension and member.

    Args:
        kpis: Ids, of the catalogue or of `[kpis.custom]`; all KPIs if none is given.
        settings: The settings file; its warehouse is only read.
        board: A board instead of ids: process, ceo, sales, customer_success, marketing or automation.
        period: day, week, month, quarter, year, all (to date), or so many trailing days such as `90d`.
        first: First period, e.g. `2026-01`; the last twelve if left out.
        last: Last period.
        by: A dimension or several; the organisation as a whole (`org`) is always there.
        as_of: The organisation's day; later events do not count. Today if left out.
        options: Other policies than the settings have.
        same_days: Only the running period, its comparisons over as many days as have passed of it.
    Returns:
        Columns kpi, grain, period_start and period_end [dates], dimension, member, member_id, value, numerator,
        denominator [units of the KPI; percentages as fractions], reason and flags [codes], definition (options in
        force), previous and year_before [as value], interval_low and interval_high [as value; the 95 % interval of a
        share of few cases], target [as value] and status [code].
    Raises:
        UserError: A name is unknown, or nothing was modelled yet.
    """
    loaded = load(Path(settings))
    start = loaded.organisation.fiscal_year_start
    question.check_options(options or {}, loaded, where="options")
    asked = Asked(
        kpis=question.chosen(kpis, board, known(loaded)),
        grain=periods.grain(period, where="period"),
        first=periods.span(first, where="first", fiscal_year_start=start)[0] if first else None,
        last=periods.span(last, where="last", fiscal_year_start=start)[1] if last else None,
        by=(by,) if isinstance(by, str) else tuple(by),
        options=options or {},
        same_days=same_days,
    )
    with job.warehouse_of(loaded).open(read_only=True) as session:
        found: pd.DataFrame = answer(
            session, loaded, asked, as_of or compute.today(loaded, datetime.now(UTC))
        ).to_pandas()
    return found


def catalogue(settings: str | Path | None = None, language: str = "en") -> pd.DataFrame:
    """
    What the KPIs are, one row each, the id as index.

    Args:
        settings: The settings file whose own KPIs are told of, too; None for those that every organisation has.
        language: Of names, meanings and cautions: `en` or `es`.
    Returns:
        Columns name, meaning, formula, unit [percent values are fractions], better (higher, lower or none), by and
        boards [tuples], caution, article, needs and options [tuples], supporting and custom [booleans].
    Raises:
        UserError: There is no such settings file, or it has a problem.
    """
    kpis = CATALOGUE if settings is None else known(load(Path(settings)))
    rows = [
        {
            "kpi": kpi.id,
            "name": getattr(kpi.name, language),
            "meaning": getattr(kpi.meaning, language),
            "formula": str(kpi.formula),
            "unit": kpi.unit,
            "better": kpi.better,
            "by": kpi.by,
            "boards": kpi.boards,
            "caution": getattr(kpi.caution, language) if kpi.caution else None,
            "article": "; ".join(str(article) for article in kpi.articles) or None,
            "needs": tuple(sorted({table for group in kpi.needs() for table in group})),
            "options": tuple(sorted(kpi.option_names())),
            "supporting": kpi.supporting,
            "custom": kpi.is_custom,
        }
        for kpi in kpis.values()
    ]
    return pd.DataFrame(rows).set_index("kpi")

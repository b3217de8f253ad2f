"""
For notebooks: KPI values as a pandas DataFrame.

    from sync.frames import frame
    frame("win_rate", "mrr", settings="settings.toml", by="channel", first="2026-01", last="2026-10")
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from kpis.catalogue import CATALOGUE
from sync import compute, job, periods
from sync.compute import Asked, answer
from sync.settings import load


def frame(
    *kpis: str,
    settings: str | Path = "settings.toml",
    period: str = "month",
    first: str | None = None,
    last: str | None = None,
    by: str | Sequence[str] = (),
    as_of: date | None = None,
    options: dict[str, Any] | None = None,
) -> pd.DataFrame:
    """
    Values of KPIs, one row per KPI, period, dimension and member.

    Args:
        kpis: Ids; all KPIs if none is given.
        settings: The settings file; its warehouse is only read.
        period: day, week, month, quarter, year or all.
        first: First period, e.g. `2026-01`; the last twelve if left out.
        last: Last period.
        by: A dimension or several; the organisation as a whole (`org`) is always there.
        as_of: The organisation's day; later events do not count. Today if left out.
        options: Other policies than the settings have.
    Returns:
        Columns kpi, grain, period_start and period_end [dates], dimension, member, member_id, value, numerator,
        denominator [units of the KPI; percentages as fractions], reason and flags [codes], definition (options in
        force), previous and year_before [as value].
    Raises:
        UserError: A name is unknown, or nothing was modelled yet.
    """
    loaded = load(Path(settings))
    start = loaded.organisation.fiscal_year_start
    asked = Asked(
        kpis=kpis or tuple(kpi.id for kpi in CATALOGUE.values() if not kpi.supporting),
        grain=period,
        first=periods.span(first, where="first", fiscal_year_start=start)[0] if first else None,
        last=periods.span(last, where="last", fiscal_year_start=start)[1] if last else None,
        by=(by,) if isinstance(by, str) else tuple(by),
        options=options or {},
    )
    with job.warehouse_of(loaded).open(read_only=True) as session:
        found: pd.DataFrame = answer(
            session, loaded, asked, as_of or compute.today(loaded, datetime.now(UTC))
        ).to_pandas()
    return found

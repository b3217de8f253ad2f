"""
For notebooks: the records behind a KPI value as a pandas DataFrame.

    from sync.record_frames import records
    records("win_rate", "2026-10", by="owner=Ana Ruiz", settings="settings.toml")
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from sync import compute, job
from sync.explain import Wanted, explain
from sync.settings import load

_COLUMNS = ("term", "role", "table", "key", "name", "first_on", "last_on", "contribution", "urls")


def records(
    kpi: str,
    period: str,
    *,
    by: str | None = None,
    settings: str | Path = "settings.toml",
    as_of: date | None = None,
    options: dict[str, Any] | None = None,
    limit: int | None = None,
) -> pd.DataFrame:
    """
    The records behind a KPI value, one row per part of the formula and record.

    Args:
        kpi: Its id.
        period: `2026-10`, `2026-Q3`, `2026`, `2026-W07`, a day, `all`, or trailing days such as `90d`.
        by: One member as `dimension=member`; the whole organisation if left out.
        settings: The settings file; its warehouse is only read.
        as_of: The organisation's day; later events do not count. Today if left out.
        options: Other policies than the settings have.
        limit: How many records of each part; all if left out.
    Returns:
        Columns term, role (numerator, denominator, both, part, condition), table, key, name, first_on and last_on
        [dates], contribution [what it adds to the part; its value in a median], urls [its pages in the CRMs].
    Raises:
        UserError: A name is unknown, or nothing was modelled yet.
    """
    loaded = load(Path(settings))
    wanted = Wanted(kpi, period, by, options or {}, records=True, limit=limit)
    with job.warehouse_of(loaded).open(read_only=True) as session:
        story = explain(session, loaded, wanted, as_of or compute.today(loaded, datetime.now(UTC)))
    rows = [
        (
            term.name,
            term.role,
            record.table,
            record.key,
            record.name,
            record.first_on,
            record.last_on,
            record.contribution,
            [link.url for link in record.links if link.url],
        )
        for term in story.explained.terms
        for record in term.records
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS))

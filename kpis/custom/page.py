"""
The page of the documentation about custom KPIs, with what may be named printed from the code.
"""

from __future__ import annotations

from collections.abc import Iterator

from kpis.custom.facts import OPEN_FACTS
from kpis.custom.formulas import built_in
from kpis.custom.nodes import FUNCTIONS
from kpis.custom.settings import CustomKpi, CustomMeasure

_PAGE = """\
# KPIs of your own

Declare them in the settings, in the words that the built-in ones are made of. They are computed, shown, explained,
pushed and checked like those. All that is wrong with them is told when the settings load.

```toml
[kpis.custom.meetings_per_lead]
name = {{ en = "Meetings per lead", es = "Reuniones por lead" }}   # or one text for both
meaning = "Meetings held for every new lead of the period."
formula = "meetings / new_leads"
unit = "ratio"
better = "higher"
by = ["owner", "segment"]

[kpis.custom.meetings_per_lead.measures.meetings]
fact = "activities"
at = "on"
where = "kind = 'meeting' and is_activity"
```

Then `noria compute`, and `noria show meetings_per_lead --by owner`. To write it onto accounts, cut it by `account` and
name it under `[push.NAME] accounts`; as a record of `KPI__c` and in the spreadsheet it stands by itself.

## The KPI

{kpi}

In a formula stand `+ - * / ( )`, whole numbers, the KPI's own measures, built-in measures and built-in KPIs.
`previous(x)` is a measure in the period before, `year_before(x)` a year before, `whole(x)` that of the whole
organisation where the KPI is cut. Division knows the null rule: over nothing there is no value, and the reason.

An id becomes the name of CRM fields, so it is never renamed: small letters, digits and single underscores, 40 at most.

## Its measures

{measure}

Money is in the reporting currency; where an amount that matters has no exchange rate, the figure has no value.
What takes a table that nobody connected has no value either: `noria check` says what is missing.

## What can be counted

{facts}

The column `on` is written `"on"` in conditions, since it is a word of SQL.

## Conditions

One SQL expression over the columns of the fact: `and or not`, `= <> < <= > >=`, `is null`, `in (...)`,
`between`, `like`, `case when`, `+ - * /`, texts in single quotes, dates as `'2026-01-31'`, and the functions
{functions}. Everything else is refused: subqueries, other tables, casts, placeholders, comments, other functions.

## Built-in names

{names}
"""


def page() -> str:
    """
    The whole page.
    """
    return _PAGE.format(
        kpi="\n".join(_keys(CustomKpi)),
        measure="\n".join(_keys(CustomMeasure)),
        facts="\n".join(_facts()),
        functions=", ".join(f"`{name}`" for name in FUNCTIONS),
        names=", ".join(f"`{name}`" for name in sorted(built_in())) + ".",
    )


def _keys(model: type[CustomKpi] | type[CustomMeasure]) -> Iterator[str]:
    yield "| key | meaning |"
    yield "|---|---|"
    for name, field in model.model_fields.items():
        must = " Required." if field.is_required() else ""
        yield f"| `{name}` | {field.description or ''}{must} |"


def _facts() -> Iterator[str]:
    yield "| fact | a row is | columns | `by` | `per` |"
    yield "|---|---|---|---|---|"
    for fact in OPEN_FACTS.values():
        kinds: dict[str, list[str]] = {}
        for name, kind in fact.columns.items():
            kinds.setdefault(kind, []).append(f"`{name}`")
        columns = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in kinds.items())
        cuts = ", ".join(f"`{name}`" for name in fact.dimensions)
        units = ", ".join(f"`{name}`" for name in fact.units())
        yield f"| `{fact.name}` | {fact.rows} | {columns} | {cuts} | {units} |"

"""
Passes: the SQL of every scan of a fact, by the rule that says which rows a period sees.

`scan` collects what measures ask of a fact and date. `within` has rows in their own period, `beside` rows that periods
see without owning them, `counting` units such as accounts, `steps` what units have before and after a period. `parts`
says what may be added up, `layout` what all of them share.
"""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from kpis.engine.passes.beside import beside_periods
from kpis.engine.passes.counting import counted_by_unit
from kpis.engine.passes.layout import Asked, Stages, nested, of_level
from kpis.engine.passes.scan import Scan
from kpis.engine.passes.steps import netted_by_month, netted_by_period
from kpis.engine.passes.within import exactly, in_parts
from kpis.facts import FACTS
from kpis.measure import Within
from kpis.sql import select, subquery, union


def stages(scan: Scan, asked: Asked) -> Stages:
    """
    The passes over the fact, each a named select over those before it.

    Returns:
        The last one is named like the scan, with columns grain, period_start, dimension, member_id and one per
        aggregate; one row per group that has any row. Of a scan that adds up there are only the parts that the rest is
        added up from.
    """
    if asked.elapsed and len(asked.spans) > 1:
        # of each length as many days as are asked, whatever the others are cut to
        made = [_stages(scan, replace(asked, spans=(span,))) for span in asked.spans]
        alone = [select([exp.Star()], subquery(nested(before, last), "alone")) for *before, (_, last) in made]
        return [(scan.name, union(alone))]
    return _stages(scan, asked)


def _stages(scan: Scan, asked: Asked) -> Stages:
    own = scan.dimensions(asked.dimensions)
    if FACTS[scan.fact].steps:
        return [(scan.name, netted_by_period(scan, asked, own))]
    if FACTS[scan.fact].monthly_of:
        return netted_by_month(scan, asked, own)
    if scan.per:
        return counted_by_unit(scan, asked, own)
    if not isinstance(scan.rule, Within):
        return [(scan.name, of_level(scan, own, beside_periods(scan, asked, own)))]
    if not scan.adds_up:
        return [(scan.name, exactly(scan, asked, own))]
    return [(scan.name, in_parts(scan, asked, own))]

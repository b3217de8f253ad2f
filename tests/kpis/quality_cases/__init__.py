"""
For each check of the data: records, of which those named `bad…` are to be found and those named `good…` are not.
"""

from __future__ import annotations

from tests.kpis.build import Row
from tests.kpis.quality_cases.customers import CUSTOMERS
from tests.kpis.quality_cases.deals import DEALS
from tests.kpis.quality_cases.marketing import MARKETING
from tests.kpis.quality_cases.money import MONEY
from tests.kpis.quality_cases.people import PEOPLE
from tests.kpis.quality_cases.targets import TARGETS

CASES: dict[str, list[Row]] = {**DEALS, **PEOPLE, **MONEY, **CUSTOMERS, **MARKETING, **TARGETS}

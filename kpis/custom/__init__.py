"""
KPIs that people declare in their settings, in the words that the built-in ones are made of.

`settings.py` is what they fill in and `facts.py` what may be counted. `expressions.py`, `nodes.py` and `formulas.py`
read what they write and refuse everything else; `measures.py` and `build.py` make KPIs of it. `page.py` documents it.
"""

from kpis.custom.build import build
from kpis.custom.facts import OPEN_FACTS
from kpis.custom.page import page
from kpis.custom.settings import CustomKpi, CustomMeasure

__all__ = ["OPEN_FACTS", "CustomKpi", "CustomMeasure", "build", "page"]

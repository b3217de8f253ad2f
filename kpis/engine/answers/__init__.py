"""
Answers: what is worked out of that which the warehouse grouped, column by column.

`numbers` are exact columns with holes; `rows` are the periods and members that answers are about; `placed` is what a
scan gave by these; `figures` are measures and balances; `evaluate` works formulas out over them; `told` is what one
formula tells of a KPI, `table` all KPIs together; `same_days` sets running periods beside earlier ones.
"""

from kpis.engine.answers.table import SCHEMA, Names, answered

__all__ = ["SCHEMA", "Names", "answered"]

"""
Formulas: arithmetic over figures; `/` knows the null rule, the other parts know when they mean something.
"""

from kpis.formula.arithmetic import Choice, Formula, Number, Operation, Options, choose
from kpis.formula.periods import InMonths, Lagged, LastMonths, MonthlyRate, Previous, SmallSample, Whole, YearBefore
from kpis.formula.rules import Base, Below, Known, OverKpis, Positive, Setting, SettingOr, WhereOffered, WherePaid

__all__ = [
    "Base",
    "Below",
    "Choice",
    "Formula",
    "InMonths",
    "Known",
    "Lagged",
    "LastMonths",
    "MonthlyRate",
    "Number",
    "Operation",
    "Options",
    "OverKpis",
    "Positive",
    "Previous",
    "Setting",
    "SettingOr",
    "SmallSample",
    "WhereOffered",
    "WherePaid",
    "Whole",
    "YearBefore",
    "choose",
]

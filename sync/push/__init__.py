"""
Push: values to CRM fields and to the spreadsheet, never without a plan.

`wanted.py` says what should stand there, `plan.py` compares it with what we last wrote and with what stands there now,
`apply.py` writes the differences and keeps old and new value of each cell; `tabs.py` makes the spreadsheet's tables.
"""

from sync.push.apply import Applied, apply
from sync.push.plan import DestinationPlan, Plan, plan

__all__ = ["Applied", "DestinationPlan", "Plan", "apply", "plan"]

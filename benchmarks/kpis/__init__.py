"""
How long KPIs take, and how much memory, against SQL that an analyst would write by hand over the same facts.
"""

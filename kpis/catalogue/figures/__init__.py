"""
The measures that KPIs share, each written once, by family.
"""

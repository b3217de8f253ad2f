"""
KPI definitions and arithmetic: pure, it builds SQL and runs none.
"""

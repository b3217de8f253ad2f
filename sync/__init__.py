"""
What runs, when, and what came of it.
"""

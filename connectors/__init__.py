"""
Everything Noria knows about vendors: how to read their records and write their fields.
"""

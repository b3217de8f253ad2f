"""
Sheets v4 over spreadsheets held in memory.
"""

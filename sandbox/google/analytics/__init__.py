"""
The Analytics Data API v1beta over the traffic of one property.
"""

"""
`make bench`: how fast the hot paths are, always as a ratio against an anchor measured in the same run.
"""

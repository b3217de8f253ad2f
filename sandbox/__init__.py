"""
The vendors, played on this machine: a stand-in for their APIs that shares no code with Noria.
"""

"""
Refuses every connection that would leave this machine: imported by each Python process of the tests at its start.

`tests/conftest.py` puts this folder on the path, so that commands started as subprocesses are guarded as well.
"""

import ipaddress
import sys


def _is_loopback(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def guard(event: str, args: tuple[object, ...]) -> None:
    """
    An audit hook: no look-up of a foreign name, no connection to a foreign address.
    """
    if event == "socket.getaddrinfo" and not _is_loopback(args[0]):
        raise PermissionError(f"the tests may not leave this machine: look-up of {args[0]!r}")
    if event == "socket.connect":
        address = args[1]
        if isinstance(address, tuple) and not _is_loopback(address[0]):
            raise PermissionError(f"the tests may not leave this machine: connection to {address[0]!r}")


sys.addaudithook(guard)

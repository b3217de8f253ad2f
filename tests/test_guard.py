"""
The guard that keeps every test on this machine.
"""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest


def test_a_connection_to_another_machine_is_refused():
    """
    Neither a foreign address nor the look-up of a foreign name gets out of a test.
    """
    with pytest.raises(PermissionError, match="may not leave"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(PermissionError, match="may not leave"):
        socket.getaddrinfo("api.hubapi.com", 443)


def test_commands_started_by_a_test_are_guarded_too():
    """
    A subprocess inherits the guard.
    """
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert 1 == done.returncode
    assert "may not leave this machine" in done.stderr

"""
The running portal.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.hubspot.portal import Portal, running


@pytest.fixture
def portal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    with running(monkeypatch) as made:
        yield made

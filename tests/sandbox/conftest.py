from __future__ import annotations

import pytest

from sandbox.company import Company, generate, tell
from sandbox.company.model import World
from tests.sandbox.company_story import SIZE, UNTIL


@pytest.fixture(scope="session")
def company() -> Company:
    return generate(7, SIZE, UNTIL)


@pytest.fixture(scope="session")
def world() -> World:
    """
    Large enough for shares to settle.
    """
    return tell(11, 1200, UNTIL)

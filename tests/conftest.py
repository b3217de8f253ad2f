"""
What every test stands on: no connection leaves this machine, waits are short, the shared data may be absent.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GUARD = ROOT / "tests" / "guard"

# For this process and for every command that a test starts.
if "sitecustomize" not in sys.modules or getattr(sys.modules["sitecustomize"], "__file__", "") != str(
    GUARD / "sitecustomize.py"
):
    sys.path.insert(0, str(GUARD))
    sys.modules.pop("sitecustomize", None)
    import sitecustomize  # noqa: F401 - its import is the guard
os.environ["PYTHONPATH"] = os.pathsep.join([str(GUARD), *filter(None, [os.environ.get("PYTHONPATH")])])


@pytest.fixture
def published_data() -> Path:
    """
    The published data sets with figures to reproduce; they are not part of the project.
    """
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the published data sets are not beside the project")
    return folder

"""
Published worked examples: rows are built so that the inputs hold, and the whole engine runs over them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.kpis.build import Answer
from tests.kpis.examples import attribution, conversion, cost, demand, lifetime, objectives, recurring, success
from tests.kpis.examples.asking import Inputs

EXAMPLES: list[Inputs] = json.loads((Path(__file__).parent / "examples" / "published.json").read_text())
FAMILIES = (demand, conversion, cost, recurring, success, objectives, attribution, lifetime)
BUILDERS: dict[str, Callable[[Inputs], Any]] = {
    builder.__name__: builder for family in FAMILIES for builder in family.BUILDERS
}
SCALE = {"percent": 100}


def figures(found: Any, scale: int) -> Any:
    """
    What was found in the unit and the shape of what was published.
    """
    if isinstance(found, Answer):
        return None if found.value is None else found.value * scale
    if isinstance(found, list):
        return [figures(part, scale) for part in found]
    if isinstance(found, dict):
        return {name: figures(part, scale) for name, part in found.items()}
    return found * scale if isinstance(found, float) else found


def assert_close(expected: Any, found: Any, tolerance: float) -> None:
    if isinstance(expected, list):
        assert len(expected) == len(found), found
        for one, other in zip(expected, found, strict=True):
            assert_close(one, other, tolerance)
    elif isinstance(expected, dict):
        assert expected.keys() == found.keys()
        for name in expected:
            assert_close(expected[name], found[name], tolerance)
    elif isinstance(expected, str):
        assert expected == found
    else:
        assert found == pytest.approx(expected, abs=tolerance, rel=0)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["id"])
def test_published_example(example: Inputs) -> None:
    """
    The engine gives the published figure within the rounding of its source, or says why there is none.
    """
    answers = BUILDERS[example["kpi"]](example["inputs"])

    for found in answers if isinstance(answers, tuple) else (answers,):
        if example["expected"] is None:
            assert (None, example["reason"]) == (found.value, found.reason)
        else:
            assert_close(example["expected"], figures(found, SCALE.get(example["unit"], 1)), example["tolerance"])


def test_every_example_is_run() -> None:
    """
    All 103 published examples are there, each under a name of its own.
    """
    assert 103 == len(EXAMPLES) == len({example["id"] for example in EXAMPLES})

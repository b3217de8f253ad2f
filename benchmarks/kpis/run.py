"""
Times the engine and the SQL by hand in turns, each in a process of its own, and holds their numbers against each other.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.kpis import company
from benchmarks.kpis.agreement import compared
from benchmarks.kpis.questions import FURTHER, QUESTIONS
from sync.warehouse import Session


def run(rows: int, repeats: int = 3) -> dict[str, object]:
    """
    Build a company of so many leads and opportunities and ten times as many activities, and ask it both ways.

    Args:
        repeats: Turns, of which the best counts.

    Returns:
        Seconds, ratios and peak memory [MB] of either way, and the seconds that one more KPI of a fact costs.

    Raises:
        RuntimeError: The engine and the SQL by hand gave different numbers, or a measurement failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        _measured(folder, "filled", rows)
        found: dict[str, object] = {"rows": rows}
        built = _measured(folder, "built")
        found |= {"facts [s]": built["seconds"], "facts, memory [MB]": built["peak"]}
        for name, title in (("thirty", "30 KPIs by channel"), ("whole", "all KPIs by six dimensions")):
            found[f"{title}, values compared"] = int(_measured(folder, "agreed", name)["values"])
            turns = [[_measured(folder, way, name) for way in ("written", "asked")] for _ in range(repeats)]
            hand, engine = (min(each, key=lambda one: one["seconds"]) for each in zip(*turns, strict=True))
            found |= {
                f"{title}, by hand [s]": hand["seconds"],
                f"{title}, engine [s]": engine["seconds"],
                f"{title}, ratio": engine["seconds"] / hand["seconds"],
                f"{title}, memory by hand [MB]": hand["peak"],
                f"{title}, memory [MB]": engine["peak"],
            }
        pairs = [
            [_measured(folder, "asked", name) for name in ("few of deals", "more of deals")] for _ in range(repeats)
        ]
        few, more = (min(one["seconds"] for one in each) for each in zip(*pairs, strict=True))
        found |= {"three KPIs of deals [s]": few, "each further KPI of deals [s]": (more - few) / len(FURTHER)}
        return found


def _measured(folder: str, work: str, of: object = "") -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", f"from benchmarks.kpis import run; run.child({folder!r}, {work!r}, {of!r})"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{work} {of}: {done.stderr}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def child(folder: str, work: str, of: Any) -> None:
    """
    One measurement, from within its own process; the small questions are asked twice, so that libraries are warm.
    """
    if work == "filled":
        company.fill(Path(folder), of)
        figures = {}
    elif work == "built":
        figures = {"seconds": company.build_facts(Path(folder))}
    else:
        with company.warehouse(Path(folder)).open(threads=company.THREADS) as session:
            question = QUESTIONS[of]
            if work == "agreed":
                figures = {"values": float(compared(session, question))}
            else:
                ask = question.write if work == "written" else question.ask
                figures = {"seconds": min(_timed(ask, session) for _ in range(1 if of == "whole" else 2))}
    figures["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(figures))


def _timed(ask: Callable[[Session], object], session: Session) -> float:
    began = time.perf_counter()
    ask(session)
    return time.perf_counter() - began

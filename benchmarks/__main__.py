"""
Runs the benchmarks and prints their figures.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks import pull_time, push_calls
from benchmarks.kpis import run as kpis


def main() -> None:
    """
    Run all benchmarks, or those named.
    """
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="pull, kpis, push; all if left out")
    parser.add_argument("--records", type=int, default=50_000, help="contacts and opportunities to pull")
    parser.add_argument("--rows", type=int, default=1_000_000, help="leads and opportunities to compute KPIs over")
    parser.add_argument("--repeats", type=int, default=3, help="turns of the KPIs, of which the best counts")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    given = parser.parse_args()
    works: dict[str, tuple[str, Callable[[], Mapping[str, object]]]] = {
        "pull": (f"pulling {given.records:,} records × 40 fields", lambda: pull_time.run(given.records)),
        "kpis": (
            f"KPIs over {given.rows:,} opportunities and {given.rows * 10:,} activities",
            lambda: kpis.run(given.rows, given.repeats),
        ),
        "push": ("writing 1,000 changed records", lambda: push_calls.run(1_000)),
    }
    unknown = set(given.names) - set(works)
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(works)}")
    waiting, console = Console(stderr=True), Console(width=None if sys.stdout.isatty() else 120)
    results: dict[str, Mapping[str, object]] = {}
    for name, (title, work) in works.items():
        if given.names and name not in given.names:
            continue
        with waiting.status(f"{title} …"):
            results[name] = work()
        if given.format == "text":
            console.print(_pulls(title, results[name]) if name == "pull" else _figures(title, results[name]))
    if given.format == "json":
        print(json.dumps(results, indent=2, default=str))


def _pulls(title: str, results: Mapping[str, object]) -> Table:
    """
    By hand and by us, side by side.
    """
    table = Table(title=title[0].upper() + title[1:], title_justify="left")
    heads = ("", "by hand", "Noria", "ratio", "memory by hand", "memory", "requests", "unchanged", "requests")
    for head in heads:
        table.add_column(head, justify="left" if not head else "right", overflow="fold")
    for name, figures in results.items():
        assert isinstance(figures, dict)
        table.add_row(
            name,
            f"{figures['by_hand_seconds']:.2f} s",
            f"{figures['connector_seconds']:.2f} s",
            f"{figures['ratio']:.2f}",
            f"{figures['by_hand_peak_mb']:.0f} MB",
            f"{figures['connector_peak_mb']:.0f} MB",
            f"{figures['connector_requests']:,.0f}",
            f"{figures['unchanged_seconds']:.2f} s",
            f"{figures['unchanged_requests']:,.0f}",
        )
    return table


def _figures(title: str, results: Mapping[str, object]) -> Table:
    table = Table(title=title[0].upper() + title[1:], title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in results.items():
        shown = f"{value:,.3f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
        table.add_row(escape(name.replace("_", " ")), shown)
    return table


if __name__ == "__main__":
    main()

"""
Runs the benchmarks and prints their figures.
"""

from __future__ import annotations

import argparse
import json

from rich.console import Console

from benchmarks import kpi_time, pull_time, push_calls


def main() -> None:
    """
    Run all benchmarks, or those named.
    """
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=["pull", "kpis", "push", []], help="all if left out")
    parser.add_argument("--contacts", type=int, default=50_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--format", choices=["text", "json"], default="text")
    given = parser.parse_args()
    chosen = given.names or ["pull", "kpis", "push"]
    console = Console(stderr=True)
    results: dict[str, object] = {}
    if "pull" in chosen:
        with console.status(f"pulling {given.contacts:,} contacts × 40 properties …"):
            results["pull"] = pull_time.run(given.contacts)
    if "kpis" in chosen:
        with console.status(f"KPIs over {given.rows:,} opportunities …"):
            results["kpis"] = kpi_time.run(given.rows)
    if "push" in chosen:
        with console.status("writing 1,000 changed records …"):
            results["push"] = push_calls.run(1_000)
    if given.format == "json":
        print(json.dumps(results, indent=2, default=str))
        return
    for name, figures in results.items():
        print(name)
        for key, value in dict(figures).items():  # type: ignore[call-overload]
            print(f"  {key:<44} {value:,.3f}" if isinstance(value, float) else f"  {key:<44} {value}")


if __name__ == "__main__":
    main()

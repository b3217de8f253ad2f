"""
The command line: with `console.py` the only place that prints or exits.
"""

from __future__ import annotations

import typer

from sync import console
from sync.cli import explain, history, reading, setup, work

app = typer.Typer(
    name="noria",
    cls=console.Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Lifts CRM and analytics records, computes KPIs, and pours them back into the CRM and Google Sheets.",
    epilog="Exit status: 0 done, 1 failed, 2 wrong use, 3 done with something left out.",
)
for command in (
    setup.demo,
    setup.sandbox,
    setup.init,
    setup.check,
    work.pull,
    work.compute,
    work.push,
    work.run,
    work.serve,
    history.runs,
    reading.kpis,
    reading.show,
    explain.explain,
    reading.attribution,
    reading.objectives,
    history.identity,
):
    app.command()(command)


def main() -> None:
    """
    Entry point of the command `noria`.
    """
    console.start(app)

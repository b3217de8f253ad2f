"""
The house style of tables.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table


def table(title: str, *headers: str, numbers: Sequence[int] = (), whole: Sequence[int] = ()) -> Table:
    """
    An empty table in the house style.

    Args:
        numbers: Indexes of columns that hold numbers.
        whole: Indexes of columns that are never broken into lines.
    """
    made = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", header_style="bold")
    for index, header in enumerate(headers):
        made.add_column(
            header,
            justify="right" if index in numbers else "left",
            overflow="fold",
            no_wrap=index in numbers or index in whole,
        )
    return made

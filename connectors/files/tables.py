"""
The normalize statements of files, printed from the schema: a file holds a normalized table already.
"""

from __future__ import annotations

from pathlib import Path

from connectors.files.cells import ADDRESS_FIELD, quoted
from connectors.schema import TABLES, Table, Type

FOLDER = Path(__file__).parent / "normalize"

# The address comes first: its hash is made under this warehouse's own key, one given in a file perhaps under another.
_OTHER = {
    "email_key": f"coalesce({ADDRESS_FIELD}, email_key)",
    "email_domain": f"coalesce(email_domain, {ADDRESS_FIELD}_domain)",
    "email_is_shared": f"coalesce(email_is_shared, {ADDRESS_FIELD}_is_shared)",
    "is_lead": "coalesce(is_lead, true)",  # who stands in a file of leads is one, unless it says otherwise
}


def statement(table: Table) -> str:
    """
    The select that turns the raw rows of a table's file into the table.
    """
    lines = []
    for column in table.given:
        name = quoted(column.name)
        if column.name == "source":
            continue
        if column.name in _OTHER:
            name = f"{_OTHER[column.name]} as {column.name}"
        elif column.type is Type.MONEY:
            name = f"cast({name} as {column.type.value.lower()}) as {name}"
        lines.append(f"    {name}")
    return "select\n" + ",\n".join(lines) + f"\nfrom {table.name}\n"


def write() -> None:
    """
    Print the statements anew, after a change of the schema.
    """
    for table in TABLES.values():
        (FOLDER / f"{table.name}.sql").write_text(statement(table), encoding="utf-8")


if __name__ == "__main__":
    write()

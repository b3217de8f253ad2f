"""
A folder of CSV and Parquet files in the columns of the normalized schema: costs, targets, billing, or a whole CRM.

`<table>.csv` or `<table>.parquet` -> the table of that name (see `connectors/schema.py`). A table that needs no `id`
(costs, web_traffic, product_usage, exchange_rates, targets, revenue) takes the content of a row as its key. Leads and
owners may carry `email` in place of `email_key`. CSV is UTF-8 with commas, semicolons or tabs between values.

A file is read again when it changed, and then as a whole. A row that does not parse is left out, counted and listed; an
unknown file or column, and two rows with one key, stop the connector before anything is stored.
"""

from pathlib import Path
from typing import Any

from connectors.contract import Connector, Context, Source
from connectors.files.settings import FilesSettings

__all__ = ["CONNECTOR"]


def _source(settings: Any, context: Context) -> Source:
    from connectors.files.source import FilesSource

    return FilesSource(settings, context)


CONNECTOR = Connector(
    kind="files",
    title="Files",
    settings=FilesSettings,
    source=_source,
    normalize=Path(__file__).parent / "normalize",
)

"""
What a person fills in to have a folder of files read.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from connectors.transport import ConnectorSettings


class FilesSettings(ConnectorSettings):
    """
    Settings of a folder of CSV and Parquet files.
    """

    folder: Path = Field(
        description="Folder with costs.csv, targets.csv, accounts.parquet …; relative to the settings file."
    )

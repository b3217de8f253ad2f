"""
Secrets by reference: settings name where a secret lies, and only the moment of use looks it up.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from connectors.errors import UserError, keep_secret

_REFERENCE = re.compile(r"(env|keyring):([A-Za-z0-9_.@/-]+)")
_FROM_FILE: dict[str, str] = {}


def use_env_file(path: Path) -> None:
    """
    Let `env:NAME` also find names in a file of `NAME=value` lines; the environment itself comes first.

    Raises:
        UserError: There is no such file.
    """
    if not path.is_file():
        raise UserError(f"There is no file {path}.", where="env_file", fix="Create it, or take the line out.")
    _FROM_FILE.update({name: value for name, value in dotenv_values(path).items() if value is not None})


class Secret:
    """
    A reference to a secret: `env:NAME` or `keyring:NAME`.
    """

    def __init__(self, reference: str) -> None:
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise ValueError("secrets are never written into the settings: give env:NAME or keyring:NAME instead")
        self.reference = reference
        self._store, self._name = match.groups()

    def reveal(self) -> str:
        """
        The secret itself; from now on no message or log line shows it.

        Raises:
            UserError: Nothing is stored under that name.
        """
        value = self._look_up()
        if not value:
            raise UserError(
                f"The secret {self.reference} is not set.",
                where=self.reference,
                fix=f"export {self._name}=…, or name a file that holds it in `env_file`."
                if self._store == "env"
                else f"Store it: keyring set noria {self._name}",
            )
        return keep_secret(value)

    def _look_up(self) -> str | None:
        if self._store == "env":
            return os.environ.get(self._name) or _FROM_FILE.get(self._name)
        import keyring

        found: str | None = keyring.get_password("noria", self._name)
        return found

    def __repr__(self) -> str:
        return f"Secret({self.reference!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reference == self.reference

    def __hash__(self) -> int:
        return hash(self.reference)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validated,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda secret: secret.reference),
        )

    @classmethod
    def _validated(cls, given: object) -> Secret:
        if isinstance(given, cls):
            return given
        return cls(given if isinstance(given, str) else "")

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "pattern": _REFERENCE.pattern}


def references(settings: Mapping[str, Any]) -> set[str]:
    """
    The references that stand anywhere in a settings tree.
    """
    found: set[str] = set()
    for value in settings.values():
        if isinstance(value, Mapping):
            found |= references(value)
        elif isinstance(value, str) and _REFERENCE.fullmatch(value):
            found.add(value)
    return found

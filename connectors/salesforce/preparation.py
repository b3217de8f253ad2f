"""
Makes Salesforce ready for our values: custom fields, the KPI object, and a permission set that lets people see them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from connectors.contract import FieldSpec
from connectors.errors import PermissionMissing, RequestRefused
from connectors.salesforce.client import Client
from connectors.salesforce.describe import Seen, describe
from connectors.salesforce.fields import (
    KEY,
    ORGANISATION,
    SOBJECTS,
    api_name,
    definition,
    in_words,
    quoted,
    unlike,
)
from connectors.salesforce.permissions import PermissionSet
from connectors.salesforce.refusals import VENDOR, refusal
from connectors.salesforce.settings import SalesforceSettings

COMPONENTS = 10  # most that one call of the Metadata API takes
LOOKS = 8
RIGHTS = (
    "Grant the integration user Customize Application, Modify Metadata Through Metadata API Functions, Manage Profiles"
    " and Permission Sets, and View Setup and Configuration; or let an administrator create what the plan lists."
)


@dataclass(frozen=True)
class Need:
    """
    A field that cannot be written yet.

    Args:
        sobject: API name of its object.
        name: API name of the field.
        spec: What it holds; None for the key of the KPI object.
        exists: True if it is there but hidden from us.
    """

    sobject: str
    name: str
    spec: FieldSpec | None
    exists: bool = False

    @property
    def full(self) -> str:
        return f"{self.sobject}.{self.name}"

    @property
    def words(self) -> str:
        if self.exists:
            return f"access to field {self.full}"
        return f"field {self.full} ({in_words(self.spec) if self.spec else 'Text 255, external id, unique'})"


class Preparation:
    """
    Compares the fields wanted with those visible, and creates the rest.

    Args:
        client: Talks to the organisation.
        settings: Names of the permission set and the KPI object.
        specs: The fields wanted.
        described: Descriptions known so far by object; kept up to date here.
    """

    def __init__(
        self,
        client: Client,
        settings: SalesforceSettings,
        specs: Sequence[FieldSpec],
        described: MutableMapping[str, Mapping[str, Seen] | None],
    ) -> None:
        self.client = client
        self.settings = settings
        self.specs = specs
        self.described = described
        self._permissions = PermissionSet(client, settings.permission_set)

    def missing(self) -> list[str]:
        """
        What `create` would create, in words.
        """
        needs = self._needs()
        if not needs:
            return []
        words = [f"object {self.settings.kpi_object}"] if self._object_missing(needs) else []
        words += [need.words for need in needs]
        return words + self._permissions.missing()

    def create(self) -> list[str]:
        """
        Create what is missing; gives it in words.

        Raises:
            PermissionMissing: The integration user may not create it, or it stayed invisible.
        """
        words = self.missing()
        needs = self._needs()
        if not needs:
            return []
        try:
            self._create_fields(needs)
            self._permissions.grant([(need.sobject, need.name) for need in needs], self.settings.kpi_object)
        except PermissionMissing as error:
            raise PermissionMissing(error.what, where=error.where, fix=RIGHTS) from error
        self._await(needs)
        return words

    # What is missing

    def _wanted(self) -> list[Need]:
        wanted = [
            Need(SOBJECTS[spec.object], api_name(spec.object, spec.name, self.settings.field_prefix), spec)
            for spec in self.specs
            if spec.object in SOBJECTS
        ]
        given = {spec.name: spec for spec in self.specs if spec.object == "organisation"}
        if given:
            kpi = self.settings.kpi_object
            wanted.append(Need(kpi, KEY, None))
            specs = {spec.name: spec for spec in ORGANISATION} | given
            wanted += [Need(kpi, api_name("organisation", name, ""), spec) for name, spec in specs.items()]
        return wanted

    def _needs(self) -> list[Need]:
        wanted = self._wanted()
        for need in wanted:
            if need.sobject not in self.described:
                self.described[need.sobject] = describe(self.client, need.sobject)
        needs = [need for need in wanted if not self._usable(need)]
        hidden = self._hidden(needs)
        return [Need(need.sobject, need.name, need.spec, need.full in hidden) for need in needs]

    def _usable(self, need: Need) -> bool:
        described = self.described.get(need.sobject)
        if described is None:
            if need.sobject in SOBJECTS.values():
                raise PermissionMissing(
                    f"{VENDOR} does not show the object {need.sobject} to the integration user.",
                    where=f"salesforce.{need.sobject}",
                    fix=f"Grant Read and Edit on {need.sobject} in a permission set, or take it out of push.",
                )
            return False
        seen = described.get(need.name)
        if seen is not None and need.spec is not None and unlike(need.spec, seen):
            raise RequestRefused(
                f"{need.full} is there as a {seen.type} field, where {in_words(need.spec)} was expected.",
                where=f"salesforce.{need.full}",
                fix="Rename or delete that field, or set another field_prefix (or kpi_object).",
            )
        return seen is not None and seen.updateable

    def _hidden(self, needs: Sequence[Need]) -> set[str]:
        standard = [need for need in needs if need.sobject in SOBJECTS.values()]
        if not standard:
            return set()
        names = quoted(sorted({need.name.removesuffix("__c") for need in standard}))
        objects = quoted(sorted({need.sobject for need in standard}))
        soql = (
            "SELECT DeveloperName, TableEnumOrId FROM CustomField"  # noqa: S608 - quoted literals
            f" WHERE TableEnumOrId IN ({objects}) AND DeveloperName IN ({names})"
        )
        try:
            found = list(self.client.select(soql, what="looking for custom fields", tooling=True))
        except PermissionMissing as error:
            raise PermissionMissing(error.what, where=error.where, fix=RIGHTS) from error
        return {f"{row['TableEnumOrId']}.{row['DeveloperName']}__c" for row in found}

    def _object_missing(self, needs: Sequence[Need]) -> bool:
        kpi = self.settings.kpi_object
        return any(need.sobject == kpi for need in needs) and self.described.get(kpi) is None

    # Creating

    def _create_fields(self, needs: Sequence[Need]) -> None:
        if self._object_missing(needs):
            self._create_object()
        own = [need for need in needs if need.sobject == self.settings.kpi_object]
        for start in range(0, len(own), COMPONENTS):
            chunk = own[start : start + COMPONENTS]
            what = f"creating fields of {self.settings.kpi_object}"
            self.client.soap(partial(_upsert_fields, chunk), what=what)
        for need in needs:
            if need not in own and not need.exists:
                self._create_field(need)

    def _create_object(self) -> None:
        label = self.settings.kpi_object.removesuffix("__c").replace("_", " ")
        self.client.soap(
            lambda api: api.CustomObject.upsert(
                [
                    api.CustomObject(
                        fullName=self.settings.kpi_object,
                        label=label,
                        pluralLabel=f"{label}s",
                        description="KPIs of the whole organisation. Kept by Noria.",
                        nameField=api.CustomField(label="Number", type="AutoNumber", displayFormat="{000000}"),
                        deploymentStatus="Deployed",
                        sharingModel="ReadWrite",
                    )
                ]
            ),
            what=f"creating the object {self.settings.kpi_object}",
        )

    def _create_field(self, need: Need) -> None:
        what = f"creating field {need.full}"
        body = {"FullName": need.full, "Metadata": _metadata(need)}
        answer = self.client.send("POST", "tooling/sobjects/CustomField", what=what, json=body)
        if answer.ok:
            return
        code, message = refusal(answer)
        # Created by the try whose answer got lost, or by somebody else meanwhile: it is there.
        if code == "DUPLICATE_DEVELOPER_NAME" or "already a field named" in message:
            return
        raise self.client.error(answer, what=what, where=f"salesforce.{need.full}")

    def _await(self, needs: Sequence[Need]) -> None:
        pause = self.client.settings.pause
        for _ in range(LOOKS):
            for sobject in {need.sobject for need in needs}:
                self.described[sobject] = describe(self.client, sobject)
            waiting = [need for need in needs if not self._usable(need)]
            if not waiting:
                return
            time.sleep(pause)
            pause *= 2
        raise PermissionMissing(
            f"{VENDOR} created {', '.join(need.full for need in waiting)} but does not show it to us.",
            where=f"salesforce.{waiting[0].full}",
            fix=f"Assign the permission set {self.settings.permission_set} to the integration user, and run again.",
        )


def _upsert_fields(needs: Sequence[Need], api: Any) -> None:
    api.CustomField.upsert([api.CustomField(fullName=need.full, **_metadata(need)) for need in needs])


def _metadata(need: Need) -> dict[str, Any]:
    if need.spec is None:
        return {"type": "Text", "label": "Key", "length": 255, "unique": True, "externalId": True, "required": False}
    return definition(need.spec)

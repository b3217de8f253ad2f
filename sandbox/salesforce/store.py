"""
The organisation: its objects, its records by id, its clock, and what the connected user may see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from sandbox.salesforce import standard
from sandbox.salesforce.clock import instant
from sandbox.salesforce.ids import normal_id, numbered_id
from sandbox.salesforce.loading import brought_in, complete, entity_of
from sandbox.salesforce.model import Entity, Row, inferred
from sandbox.salesforce.table import Table
from sandbox.vendor import Record, Records


class Store:
    """
    Everything that stands in the organisation.

    Args:
        records: Object -> records; copied, never changed.
        username: The connected user; made unless the records hold that user.
        timezone: IANA name of the organisation's time zone.
        currency: ISO code of the organisation's currency.
    """

    def __init__(self, records: Records, *, username: str, timezone: str, currency: str) -> None:
        self.timezone, self.currency = timezone, currency
        self.multicurrency = "CurrencyType" in records
        self.shift = timedelta()
        self.tables: dict[str, Table] = {}
        self.prefixes: dict[str, str] = {}
        self._lower: dict[str, str] = {}
        self._numbers: defaultdict[str, int] = defaultdict(int)
        self.hidden_fields: set[tuple[str, str]] = set()
        self.hidden_objects: set[str] = set()
        self._grants: tuple[dict[str, Row], dict[tuple[str, str], bool]] | None = None
        for entity in standard.standard_entities(multicurrency=self.multicurrency).values():
            self.add_entity(entity)
        for name, rows in records.items():
            if name not in self.tables:
                self.add_entity(entity_of(name, rows))
        for name, rows in records.items():
            self._load(self.tables[name], rows)
        self._number_definitions()
        self._settle(username)

    def now(self) -> datetime:
        """
        The organisation's clock.
        """
        return datetime.now(UTC) + self.shift

    # Objects

    def add_entity(self, entity: Entity) -> None:
        """
        Let an object exist.
        """
        self.tables[entity.name] = Table(entity)
        self._lower[entity.name.lower()] = entity.name
        self.prefixes.setdefault(entity.prefix, entity.name)

    def remove_entity(self, name: str) -> None:
        """
        Take an object away with its records.
        """
        self.prefixes.pop(self.tables.pop(name).entity.prefix, None)
        del self._lower[name.lower()]

    def any_entity(self, name: str) -> Entity | None:
        """
        An object by its name in any case, whether the user may see it or not.
        """
        found = self._lower.get(name.lower())
        return self.tables[found].entity if found else None

    def entity(self, name: str) -> Entity | None:
        """
        An object that the user may see.
        """
        found = self.any_entity(name)
        return found if found and self.may(found, "PermissionsRead") else None

    def all_entities(self) -> list[Entity]:
        return [table.entity for table in self.tables.values()]

    def entities(self) -> Iterator[Entity]:
        """
        The objects that the user may see.
        """
        for table in self.tables.values():
            if self.may(table.entity, "PermissionsRead"):
                yield table.entity

    # Records

    def rows(self, entity: Entity) -> list[Row]:
        """
        All records of an object in the order of their ids, deleted ones too.
        """
        table = self.tables[entity.name]
        return [table.rows[row_id] for row_id in table.order]

    def get(self, entity: Entity, row_id: str) -> Row | None:
        rows = self.tables[entity.name].rows
        return rows.get(row_id) or rows.get(normal_id(row_id) or "")

    def find(self, row_id: str | None) -> tuple[Entity, Row] | None:
        """
        A record by its id alone, whatever its object.
        """
        name = self.prefixes.get(row_id[:3]) if row_id else None
        if name is None or row_id is None:
            return None
        row = self.get(self.tables[name].entity, row_id)
        return (self.tables[name].entity, row) if row is not None else None

    def new_id(self, prefix: str, taken: Iterable[str] | None = None) -> str:
        name = self.prefixes.get(prefix)
        used = taken if taken is not None else self.tables[name].rows if name else ()
        while True:
            self._numbers[prefix] += 1
            made = numbered_id(prefix, self._numbers[prefix])
            if made not in used:
                return made

    def insert(self, entity: Entity, values: Record) -> Row:
        """
        Store a new record as it is given, with the system fields it lacks.
        """
        stamp = instant(self.now())
        row = Row(values)
        row["Id"] = self.new_id(entity.prefix, self.tables[entity.name].rows)
        for name in ("CreatedDate", "LastModifiedDate", "SystemModstamp"):
            if name in entity.fields:
                row.setdefault(name, stamp)
        for name in ("CreatedById", "LastModifiedById", "OwnerId"):
            if name in entity.fields and row[name] is None:
                row[name] = self.user["Id"]
        self._price(entity, row)
        complete(entity, row)
        self.tables[entity.name].add(row)
        self._grants = None
        return row

    def _price(self, entity: Entity, row: Row) -> None:
        if self.multicurrency:
            for name in ("CurrencyIsoCode", "DefaultCurrencyIsoCode"):
                if name in entity.fields and row[name] is None:
                    row[name] = self.currency

    def touch(self, entity: Entity, row: Row) -> None:
        """
        Move the stamps of a record that was changed.
        """
        stamp = instant(self.now())
        for name in ("LastModifiedDate", "SystemModstamp"):
            if name in entity.fields:
                row[name] = stamp
        if "LastModifiedById" in entity.fields:
            row["LastModifiedById"] = self.user["Id"]
        complete(entity, row)
        self.tables[entity.name].note(row)
        self._grants = None

    def remove(self, entity: Entity, row: Row) -> None:
        """
        Move a record to the recycle bin; of objects that have none it is gone.
        """
        if "IsDeleted" in entity.fields:
            row["IsDeleted"] = True
            self.touch(entity, row)
        else:
            self.tables[entity.name].discard(row["Id"])
            self._grants = None

    def edit(self, name: str, row_id: str | None, values: Record, *, by: str, seconds_ago: float) -> str:
        """
        Change or make a record behind the API's back, as `Salesforce.edit` tells.
        """
        if name not in self.tables:
            raise ValueError(f"there is no object {name}")
        unknown = [field for field in values if field not in self.tables[name].entity.fields]
        if unknown:
            raise ValueError(f"{name} has no field {', '.join(unknown)}")
        if row_id is None:
            table = self.tables[name]
            row = self.insert(table.entity, values)
        else:
            table, row = self._standing(name, row_id)
            row.update(values)
        brought_in(table.entity, row)
        stamp = instant(self.now() - timedelta(seconds=seconds_ago))
        person = by or next((i for i in self.tables["User"].order if i != self.user["Id"]), self.user["Id"])
        stamps = {"LastModifiedDate": stamp, "SystemModstamp": stamp, "LastModifiedById": person}
        if row_id is None:
            stamps.update(CreatedDate=stamp, CreatedById=person)
        row.update({field: value for field, value in stamps.items() if field in table.entity.fields})
        table.note(row)
        self._grants = None
        return str(row["Id"])

    def purge(self, name: str, row_id: str) -> None:
        """
        Take a record away without a trace.
        """
        table, row = self._standing(name, row_id)
        table.discard(row["Id"])
        self._grants = None

    def _standing(self, name: str, row_id: str) -> tuple[Table, Row]:
        row = self.get(self.tables[name].entity, row_id) if name in self.tables else None
        if row is None:
            raise ValueError(f"there is no record {row_id} of {name}")
        return self.tables[name], row

    # Permissions

    def may(self, entity: Entity, permission: str) -> bool:
        """
        Whether the user has a permission on an object, by profile or by a permission set.
        """
        if entity.name not in self.hidden_objects:
            return True
        granted = self._granted()[0].get(entity.name)
        return granted is not None and bool(granted[permission])

    def readable(self, entity: Entity, name: str) -> bool:
        key = (entity.name, name)
        return key not in self.hidden_fields or key in self._granted()[1]

    def editable(self, entity: Entity, name: str) -> bool:
        key = (entity.name, name)
        return key not in self.hidden_fields or self._granted()[1].get(key, False)

    def forget_grants(self) -> None:
        """
        Work the permissions out again: something they come from has changed.
        """
        self._grants = None

    def _granted(self) -> tuple[dict[str, Row], dict[tuple[str, str], bool]]:
        if self._grants is None:
            sets = {
                row["PermissionSetId"]
                for row in self.tables["PermissionSetAssignment"].rows.values()
                if row["AssigneeId"] == self.user["Id"]
            }
            sets |= {
                row["Id"]
                for row in self.tables["PermissionSet"].rows.values()
                if row["IsOwnedByProfile"] and row["ProfileId"] == self.user["ProfileId"]
            }
            objects: dict[str, Row] = {}
            for row in self.tables["ObjectPermissions"].rows.values():
                if row["ParentId"] in sets:
                    merged = objects.setdefault(row["SobjectType"], Row())
                    merged.update({name: True for name, value in row.items() if value is True})
            fields: dict[tuple[str, str], bool] = {}
            for row in self.tables["FieldPermissions"].rows.values():
                if row["ParentId"] in sets and row["PermissionsRead"]:
                    key = (row["SobjectType"], row["Field"].split(".", 1)[1])
                    fields[key] = fields.get(key, False) or bool(row["PermissionsEdit"])
            self._grants = (objects, fields)
        return self._grants

    # Loading

    def _load(self, table: Table, records: list[Record]) -> None:
        entity = table.entity
        unknown: dict[str, None] = {}
        for record in records:
            unknown.update(dict.fromkeys(name for name in record if name not in entity.fields and name != "attributes"))
        for name in unknown:
            entity.add(inferred(name, (record.get(name) for record in records), self.prefixes))
        for record in records:
            row = Row(record)
            row.pop("attributes", None)
            if row["Id"] is None:
                row["Id"] = self.new_id(entity.prefix, table.rows)
            self._price(entity, row)
            brought_in(entity, row)
            table.rows[row["Id"]] = row
        table.order = sorted(table.rows)

    def _number_definitions(self) -> None:
        for entity in self.all_entities():
            if entity.custom:
                entity.id = self.new_id("01I")
            for about in entity.fields.values():
                if about.custom:
                    about.id = self.new_id("00N")

    def _settle(self, username: str) -> None:
        users = self.tables["User"]
        self.user: Row = next((row for row in users.rows.values() if row["Username"] == username), Row())
        profile = next(iter(self.tables["Profile"].rows.values()), None)
        if profile is None:
            profile = self._seed("Profile", {"Name": "System Administrator", "UserType": "Standard"})
        if not self.user:
            self.user = self._seed(
                "User",
                {
                    "Username": username, "FirstName": "Noria", "LastName": "Integration", "Email": username,
                    "IsActive": True, "TimeZoneSidKey": self.timezone, "UserType": "Standard",
                },
            )  # fmt: skip
        self.user["ProfileId"] = self.user["ProfileId"] or profile["Id"]
        if not any(row["ProfileId"] for row in self.tables["PermissionSet"].rows.values()):
            name = {"Name": "X" + profile["Id"], "Label": profile["Name"], "ProfileId": profile["Id"]}
            self._seed("PermissionSet", {**name, "IsOwnedByProfile": True})
        if not self.tables["Organization"].rows:
            self._seed(
                "Organization",
                {
                    "Name": "Noria Sandbox", "TimeZoneSidKey": self.timezone, "FiscalYearStartMonth": 1,
                    "OrganizationType": "Enterprise Edition", "DefaultLocaleSidKey": "en_US", "InstanceName": "EU1",
                },
            )  # fmt: skip
        self.organization_id: str = self.tables["Organization"].order[0]

    def _seed(self, name: str, values: Record) -> Row:
        table = self.tables[name]
        row = Row(values)
        row["Id"] = self.new_id(table.entity.prefix, table.rows)
        self._price(table.entity, row)
        brought_in(table.entity, row)
        table.add(row)
        return row

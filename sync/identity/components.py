"""
Records that hang together get one key: that of the most trusted record among them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sync.identity.links import Entity, entities
from sync.settings import Settings
from sync.sql import literal
from sync.warehouse import Session

# Who is believed where records of one thing disagree: the system that sales works in, then the others as they stand in
# the settings.
_TRUST = ("salesforce", "hubspot")


@dataclass
class Identified:
    """
    What identity found.

    Args:
        links: (entity, reason) -> pairs linked that way.
        unsure: Pairs left for a person to decide.
        notes: What a person should know.
    """

    links: dict[tuple[str, str], int] = field(default_factory=dict)
    unsure: int = 0
    notes: list[str] = field(default_factory=list)


def identify(session: Session, settings: Settings, offered: frozenset[str]) -> Identified:
    """
    Give every record of every entity its key, in tables `noria.keys_<table>` (source, id, key).
    """
    found = Identified()
    session.execute(
        "create or replace table noria.identity_links"
        " (entity varchar, a varchar, b varchar, reason varchar, trust integer)"
    )
    session.execute(
        "create or replace table noria.identity_unsure (entity varchar, a varchar, b varchar, reason varchar)"
    )
    ranks = _ranks(settings)
    for entity in entities(settings.identity.free_mail_domains):
        _collect(session, entity)
        _components(session, entity, ranks)
        while _set_apart(session, entity):
            _components(session, entity, ranks)
        _answered(session, entity)
    for row in session.rows("select entity, reason, count(*) as n from noria.identity_links group by all order by all"):
        found.links[row["entity"], row["reason"]] = row["n"]
    found.unsure = int(session.value("select count(*) from noria.identity_unsure") or 0)
    if {"opportunities"} <= offered:
        found.notes += _unlinked_deals(session)
    return found


def _ranks(settings: Settings) -> str:
    ordered = sorted(
        settings.connectors.values(),
        key=lambda c: _TRUST.index(c.connector.kind) if c.connector.kind in _TRUST else len(_TRUST),
    )
    cases = " ".join(f"when {literal(c.name).sql('duckdb')} then {i}" for i, c in enumerate(ordered))
    return f"case source {cases} else {len(ordered)} end" if cases else "0"


def _collect(session: Session, entity: Entity) -> None:
    pair = "a_source || ':' || a_id as a, b_source || ':' || b_id as b"
    for trust, rule in enumerate(entity.rules):
        session.execute(
            f"insert into noria.identity_links select '{entity.name}', {pair}, reason, {trust} from ({rule}) as found"
        )
    apart = "select least(a, b), greatest(a, b) from noria.identity_decisions where entity = '{0}' and not is_same"
    session.execute(
        f"delete from noria.identity_links where entity = '{entity.name}'"
        f" and (least(a, b), greatest(a, b)) in ({apart.format(entity.name)})"
    )
    session.execute(
        f"insert into noria.identity_links select entity, a, b, 'decided by a person', -1"
        f" from noria.identity_decisions where entity = '{entity.name}' and is_same"
    )
    for rule in entity.unsure:
        session.execute(
            f"insert into noria.identity_unsure select '{entity.name}', a, b, reason from"
            f" (select {pair}, reason from ({rule}) as found) as pairs"
            f" where (least(a, b), greatest(a, b)) not in"
            f" (select least(a, b), greatest(a, b) from noria.identity_decisions where entity = '{entity.name}')"
        )


def _answered(session: Session, entity: Entity) -> None:
    """
    A pair that other links have made one leaves nothing to decide.
    """
    session.execute(
        f"""
        delete from noria.identity_unsure
        where entity = '{entity.name}' and (a, b) in (
            select pair.a, pair.b
            from noria.identity_unsure as pair
            join noria.keys_{entity.table} as one on one.source || ':' || one.id = pair.a
            join noria.keys_{entity.table} as other on other.source || ':' || other.id = pair.b
            where one.key = other.key
        )"""
    )


def _set_apart(session: Session, entity: Entity) -> bool:
    """
    Cut records that a person told apart and that a third record still holds together.

    The links that rules made of one of the two are dropped; those of the vendor stay, for they are somebody's word too.

    Returns:
        Whether anything was cut, so that the components must be found again.
    """
    together = f"""
        select decided.b as node
        from noria.identity_decisions as decided
        join noria.keys_{entity.table} as one on one.source || ':' || one.id = decided.a
        join noria.keys_{entity.table} as other on other.source || ':' || other.id = decided.b
        where decided.entity = '{entity.name}' and not decided.is_same and one.key = other.key"""
    made_by_rules = f"entity = '{entity.name}' and reason like 'same %'"
    cut = f"delete from noria.identity_links where {made_by_rules} and (a in ({together}) or b in ({together}))"
    found = session.value(
        f"select count(*) from noria.identity_links where {made_by_rules} and (a in ({together}) or b in ({together}))"
    )
    if found:
        session.execute(cut)
    return bool(found)


def _components(session: Session, entity: Entity, ranks: str) -> None:
    """
    Labels spread along links until none changes; components are small, so a few rounds do.
    """
    session.execute(
        f"""
        create or replace temp table labels as
        select node, node as label from (
            select a as node from noria.identity_links where entity = '{entity.name}'
            union select b from noria.identity_links where entity = '{entity.name}'
        ) as nodes"""
    )
    session.execute(
        f"""
        create or replace temp table edges as
        select a, b from noria.identity_links where entity = '{entity.name}' and a <> b
        union select b, a from noria.identity_links where entity = '{entity.name}' and a <> b"""
    )
    while True:
        session.execute(
            """
            create or replace temp table closer as
            select edges.b as node, min(labels.label) as label
            from edges join labels on labels.node = edges.a
            group by edges.b"""
        )
        changed = session.value(
            "select count(*) from labels join closer using (node) where closer.label < labels.label"
        )
        if not changed:
            break
        session.execute(
            "update labels set label = closer.label from closer"
            " where closer.node = labels.node and closer.label < labels.label"
        )
    gone = "is_deleted" if entity.table != "owners" else "false"
    merged = "merged_into is not null" if entity.table in ("accounts", "leads", "opportunities") else "false"
    lead_last = "kind = 'lead'" if entity.table == "leads" else "false"
    session.execute(
        f"""
        create or replace table noria.keys_{entity.table} as
        with nodes as (
            select source, id, source || ':' || id as node,
                {gone} as is_gone, {merged} as is_merged, {ranks} as distrust, {lead_last} as is_lead
            from stacked.{entity.table}
        )
        select source, id,
            first_value(node) over (
                partition by coalesce(label, node) order by is_gone, is_merged, distrust, is_lead, id, node
            ) as key
        from nodes left join labels using (node)"""
    )


def _unlinked_deals(session: Session) -> list[str]:
    """
    Deals of one account, amount and day in two CRMs without a link count twice; say so.
    """
    twins = session.value(
        """
        select count(*)
        from stacked.opportunities as a
        join noria.keys_accounts as ka on ka.source = a.source and ka.id = a.account_id
        join noria.keys_accounts as kb on kb.key = ka.key and kb.source > ka.source
        join stacked.opportunities as b
            on b.source = kb.source and b.account_id = kb.id and b.amount = a.amount and b.closed_on = a.closed_on
        join noria.keys_opportunities as oa on oa.source = a.source and oa.id = a.id
        join noria.keys_opportunities as ob on ob.source = b.source and ob.id = b.id
        where oa.key <> ob.key and not a.is_deleted and not b.is_deleted"""
    )
    if not twins:
        return []
    return [
        f"{twins} deals stand in two CRMs with the same account, amount and closing day but without a link: both count."
        " Link them at the vendor, or decide them with `noria identity`."
    ]

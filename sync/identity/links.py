"""
What makes two records one: the rules, in order of trust.
"""

from __future__ import annotations

from dataclasses import dataclass

from sync.mailbox import FREE_MAIL, SHARED_HOSTS


@dataclass(frozen=True)
class Entity:
    """
    A kind of thing that several records may describe.

    Args:
        name: In the singular, for people: `account`.
        table: Its normalized table.
        key: The column that identity adds.
        rules: SQL selects of pairs (a_source, a_id, b_source, b_id, reason) over the stacked tables.
        unsure: SQL selects of pairs that look alike but are not linked without a person's word.
    """

    name: str
    table: str
    key: str
    rules: tuple[str, ...]
    unsure: tuple[str, ...] = ()


def _linked(table: str) -> str:
    return f"""
        select a.source as a_source, a.id as a_id, b.source as b_source, b.id as b_id, 'linked by the vendor' as reason
        from stacked.{table} as a
        join stacked.{table} as b on b.source = a.linked_source and b.id = a.linked_id
        where a.linked_id is not null"""


def _merged(table: str) -> str:
    return f"""
        select a.source as a_source, a.id as a_id, b.source as b_source, b.id as b_id, 'merged at the vendor' as reason
        from stacked.{table} as a
        join stacked.{table} as b on b.source = a.source and b.id = a.merged_into
        where a.merged_into is not null"""


# Every record of an address is tied to the first record of that address: n - 1 pairs instead of n * (n - 1) / 2.
_SAME_ADDRESS = """
    select source as a_source, id as a_id, first_source as b_source, first_id as b_id, 'same e-mail address' as reason
    from (
        select source, id,
            first_value(source) over (partition by email_key order by source, id) as first_source,
            first_value(id) over (partition by email_key order by source, id) as first_id
        from stacked.leads
        where email_key is not null and not coalesce(email_is_shared, false) and not is_deleted
    ) as people
    where source <> first_source or id <> first_id"""

_DOMAINS = """
    select source, id, lower(trim(domain)) as domain,
        count(*) over (partition by source, lower(trim(domain))) as namesakes
    from stacked.accounts
    where domain is not null and not is_deleted and merged_into is null
        and lower(trim(domain)) not in ({free})"""

# A domain that two accounts of one CRM share (a group and its subsidiaries) says nothing certain.
_SAME_DOMAIN = """
    with domains as ({domains})
    select a.source as a_source, a.id as a_id, b.source as b_source, b.id as b_id, 'same web domain' as reason
    from domains as a
    join domains as b on b.domain = a.domain and b.source > a.source
    where a.namesakes = 1 and b.namesakes = 1"""

_SHARED_DOMAIN = """
    with domains as ({domains})
    select a.source as a_source, a.id as a_id, b.source as b_source, b.id as b_id,
        'same web domain, but several accounts of one CRM have it' as reason
    from domains as a
    join domains as b on b.domain = a.domain and b.source > a.source
    where a.namesakes > 1 or b.namesakes > 1"""

_SAME_NAME = """
    select a.source as a_source, a.id as a_id, b.source as b_source, b.id as b_id, 'same name' as reason
    from stacked.accounts as a
    join stacked.accounts as b
        on b.source > a.source and lower(trim(b.name)) = lower(trim(a.name))
    where not a.is_deleted and not b.is_deleted and (a.domain is null or b.domain is null)"""

_SAME_OWNER = """
    select source as a_source, id as a_id, first_source as b_source, first_id as b_id, 'same e-mail address' as reason
    from (
        select source, id,
            first_value(source) over (partition by email_key order by source, id) as first_source,
            first_value(id) over (partition by email_key order by source, id) as first_id
        from stacked.owners
        where email_key is not null
    ) as people
    where source <> first_source or id <> first_id"""


def entities(further_free_mail: tuple[str, ...] = ()) -> tuple[Entity, ...]:
    """
    The entities and their rules.

    Args:
        further_free_mail: Domains that link no accounts, besides the well-known ones.
    """
    free = ", ".join(
        "'" + domain.lower().replace("'", "''") + "'" for domain in (*FREE_MAIL, *SHARED_HOSTS, *further_free_mail)
    )
    domains = _DOMAINS.format(free=free)
    return (
        Entity(
            "account",
            "accounts",
            "account_key",
            (_linked("accounts"), _merged("accounts"), _SAME_DOMAIN.format(domains=domains)),
            (_SHARED_DOMAIN.format(domains=domains), _SAME_NAME),
        ),
        Entity("person", "leads", "person_key", (_linked("leads"), _merged("leads"), _SAME_ADDRESS)),
        Entity("deal", "opportunities", "opportunity_key", (_linked("opportunities"), _merged("opportunities"))),
        Entity("campaign", "campaigns", "campaign_key", (_linked("campaigns"),)),
        Entity("owner", "owners", "owner_key", (_SAME_OWNER,)),
        Entity("activity", "activities", "activity_key", (_linked("activities"),)),
        Entity("ticket", "tickets", "ticket_key", (_linked("tickets"),)),
    )

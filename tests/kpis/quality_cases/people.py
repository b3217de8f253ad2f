"""
People and what points at them.
"""

from __future__ import annotations

from tests.kpis.build import Row, account, cost, day, deal, instant, lead, row, touch

PEOPLE: dict[str, list[Row]] = {
    "lead_without_creation_date": [
        lead(None, id="bad"),
        lead(None, id="good contact", kind="contact", is_lead=False),
        lead(id="good"),
    ],
    "lead_qualified_before_created": [
        lead("2026-03-10", id="bad", qualified_at=instant("2026-03-09")),
        lead("2026-03-10T12:00:00+00:00", id="good day", qualified_at=instant("2026-03-10T08:00:00+00:00")),
        lead(id="good"),
    ],
    "lead_converted_before_created": [
        lead("2026-03-10", id="bad", converted_on=day("2026-03-09")),
        lead("2026-03-10", id="good", converted_on=day("2026-03-10")),
    ],
    "bulk_import_suspected": [
        *(lead(f"2026-03-10T10:15:{second:02d}+00:00", id=f"bad {second}") for second in range(20)),
        *(lead(f"2026-03-11T10:15:{second:02d}+00:00", id=f"good {second}") for second in range(19)),
        *(
            lead(f"2026-03-12T10:15:{second:02d}+00:00", id=f"good declared {second}", is_bulk_import=True)
            for second in range(30)
        ),
        # dates without a time, as files have them: many leads of one midnight are those of one day
        *(lead("2026-03-13T00:00:00+01:00", id=f"good midnight {number}") for number in range(30)),
    ],
    "referral_of_itself": [
        lead(id="own", person_key="p", account_key="acme"),
        lead(id="other", person_key="q", account_key="best"),
        row("referrals", id="bad", person_key="p", account_key="acme"),
        row("referrals", id="good", person_key="q", account_key="acme"),
    ],
    "person_unknown": [
        touch("2026-03-01", id="bad", lead_id="nobody"),
        touch("2026-03-01", id="good", lead_id="p", person_key="p"),
        touch("2026-03-01", id="good anonymous"),
    ],
    "converted_deal_unknown": [
        deal(id="d"),
        lead(id="bad", opportunity_id="gone"),
        lead(id="bad of another source", source="hubspot", opportunity_id="d"),
        lead(id="good", opportunity_id="d"),
        lead(id="good none"),
    ],
    "owner_unknown": [
        lead(id="bad", owner_id="queue"),
        lead(id="good", owner_id="ann", owner_key="ann"),
        account("bad account", owner_id="queue"),
    ],
    "channel_unmapped": [
        lead(id="bad", channel="Other", source_detail="trade fair"),
        lead(id="good", channel="Events", source_detail="trade fair"),
        lead(id="good untold", channel="Other"),
    ],
    "channel_unknown": [
        lead(id="bad", channel="adwords"),
        lead(id="good", channel="Paid Search"),
        cost(5, id="bad cost", channel="paid search"),
        lead(id="good none"),
    ],
}

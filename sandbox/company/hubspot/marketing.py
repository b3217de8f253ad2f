"""
Marketing campaigns with what was spent on them, and marketing e-mails with their statistics.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sandbox.company.draw import add_months, month_end
from sandbox.company.ids import guid, hubspot_id, hubspot_time
from sandbox.company.model import Campaign, EmailSend, World
from sandbox.vendor import Record


def campaigns(world: World) -> list[Record]:
    return [_campaign(world, campaign) for campaign in world.campaigns if not campaign.is_in_salesforce]


def _campaign(world: World, campaign: Campaign) -> Record:
    created = datetime.combine(campaign.starts_on - timedelta(days=12), time(9), UTC)
    items = _spend(campaign)
    updated = datetime.combine(campaign.ends_on, time(17), UTC)
    return {
        "id": guid("campaign", campaign.number),
        "hs_object_id": hubspot_id("campaigns", campaign.number),
        "hs_name": campaign.name,
        "hs_start_date": campaign.starts_on.isoformat(),
        "hs_end_date": campaign.ends_on.isoformat(),
        "hs_spend_items_sum_amount": f"{campaign.cost:.2f}",
        "hs_budget_items_sum_amount": f"{campaign.budget:.2f}",
        "hs_currency_code": "EUR",
        "hs_campaign_status": "in_progress" if campaign.ends_on >= world.calendar.until else "completed",
        "hs_utm": campaign.utm,
        "hs_notes": campaign.kind,
        "_spend_items": items,
        "_created": hubspot_time(created),
        "_updated": hubspot_time(updated),
    }


def _spend(campaign: Campaign) -> list[Record]:
    """
    A bill for each month that the campaign ran, by its days; together exactly what it cost.
    """
    months: list[tuple[date, int]] = []
    day = campaign.starts_on
    while day <= campaign.ends_on:
        last = min(month_end(day), campaign.ends_on)
        months.append((last, (last - day).days + 1))
        day = add_months(day.replace(day=1), 1)
    days = sum(count for _, count in months)
    left = round(campaign.cost * 100)
    items: list[Record] = []
    for place, (last, count) in enumerate(months):
        cents = left if place == len(months) - 1 else round(campaign.cost * 100 * count / days)
        left -= cents
        at = datetime.combine(last, time(16), UTC)
        items.append(
            {
                "id": str(campaign.number * 100 + place),
                "name": f"{campaign.name} {last:%Y-%m}",
                "amount": cents / 100,
                "order": place,
                "createdAt": hubspot_time(at),
            }
        )
    return items


def emails(world: World) -> list[Record]:
    """
    All that were sent, and a draft that never was.
    """
    sent = [_email(send) for send in world.emails]
    draft: Record = {
        "id": hubspot_id("marketing_emails", len(sent) + 1),
        "name": "draft: winter offer",
        "publishDate": None,
        "state": "DRAFT",
        "isPublished": False,
        "stats": {},
        "campaign": None,
        "campaignName": None,
    }
    return [*sent, *({**last, **draft} for last in sent[-1:])]


def _email(send: EmailSend) -> Record:
    moment = hubspot_time(send.at)
    return {
        "id": hubspot_id("marketing_emails", send.number),
        "name": send.name,
        "subject": send.subject,
        "state": "PUBLISHED",
        "type": "BATCH_EMAIL",
        "campaign": guid("campaign", send.campaign.number) if send.campaign else None,
        "campaignName": send.campaign.name if send.campaign else None,
        "isPublished": True,
        "publishDate": moment,
        "createdAt": hubspot_time(send.at - timedelta(days=2)),
        "updatedAt": moment,
        "archived": False,
        "stats": {
            "selected": send.sent,
            "sent": send.sent,
            "delivered": send.sent - send.bounced,
            "open": send.opens,
            "click": send.clicks,
            "bounce": send.bounced,
            "hardbounced": send.bounced // 2,
            "softbounced": send.bounced - send.bounced // 2,
            "unsubscribed": send.unsubscribed,
            "spamreport": 0,
            "contactslost": send.unsubscribed + send.bounced // 2,
            "dropped": 0,
            "notsent": 0,
            "suppressed": 0,
            "pending": 0,
            "reply": 0,
        },
    }

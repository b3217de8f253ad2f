"""
Opportunities with their history, lines and roles, products, and campaigns with their members.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from sandbox.company.ids import salesforce_id, salesforce_time
from sandbox.company.model import LOST, PROBABILITY, STAGES, WON, Campaign, Deal, Person, Touch
from sandbox.company.products import PRODUCTS
from sandbox.company.salesforce.org import Org, account_id, contact_id, lead_id, user_id

_FORECAST = ("Pipeline", "Pipeline", "Pipeline", "BestCase", "Commit", "Closed", "Omitted")


def write(org: Org) -> None:
    begin = datetime(org.world.calendar.start.year - 3, 1, 8, 9, tzinfo=UTC)
    for position, stage in enumerate(STAGES):
        org.add(
            "OpportunityStage",
            begin,
            number=position + 1,
            MasterLabel=stage,
            ApiName=stage,
            IsActive=True,
            SortOrder=position + 1,
            IsClosed=position >= WON,
            IsWon=position == WON,
            ForecastCategory=_FORECAST[position],
            ForecastCategoryName=_FORECAST[position],
            DefaultProbability=PROBABILITY[position],
        )
    for product in PRODUCTS:
        org.add("Product2", begin, number=product.number, Name=product.name, Family=product.family, IsActive=True)
    for campaign in org.world.campaigns:
        if campaign.is_in_salesforce:
            _campaign(org, campaign)
    for person in org.world.people:
        if lead_id(person) or contact_id(person):
            for touch in person.touches:
                if touch.campaign.is_in_salesforce and touch.at <= org.world.calendar.end:
                    _member(org, person, touch)
    for deal in org.world.deals:
        if deal.account.in_salesforce:
            _opportunity(org, deal)


def _campaign_id(campaign: Campaign) -> str:
    return salesforce_id("Campaign", campaign.number)


def _campaign(org: Org, campaign: Campaign) -> None:
    until = org.world.calendar.until
    created = datetime.combine(campaign.starts_on - timedelta(days=12), time(9), UTC)
    is_running = campaign.ends_on >= until
    org.add(
        "Campaign",
        created,
        datetime.combine(campaign.ends_on, time(17), UTC),
        number=campaign.number,
        Name=campaign.name,
        Type=campaign.kind,
        Status="In Progress" if is_running else "Completed",
        StartDate=campaign.starts_on.isoformat(),
        EndDate=campaign.ends_on.isoformat(),
        IsActive=is_running,
        ActualCost=campaign.cost,
        BudgetedCost=campaign.budget,
        ParentId=_campaign_id(campaign.parent) if campaign.parent else None,
        OwnerId=user_id(org.world.team("Marketing")[0]),
    )


def _member(org: Org, person: Person, touch: Touch) -> None:
    answered = {"Webinar": "Attended", "Trade Show": "Visited booth"}.get(touch.campaign.kind, "Responded")
    lead, contact = lead_id(person), contact_id(person)
    # Before the conversion the member is the lead; afterwards both stand on the row.
    org.add(
        "CampaignMember",
        touch.at,
        number=0,
        CampaignId=_campaign_id(touch.campaign),
        LeadId=lead,
        ContactId=contact,
        LeadOrContactId=contact or lead,
        Type="Contact" if contact else "Lead",
        LeadSource=person.source,
        Status=answered if touch.is_response else "Sent",
        HasResponded=touch.is_response,
        FirstRespondedDate=touch.at.date().isoformat() if touch.is_response else None,
    )


def _opportunity(org: Org, deal: Deal) -> None:
    stage, amount = deal.stage, deal.amount
    in_salesforce = deal.campaign is not None and deal.campaign.is_in_salesforce
    row = org.add(
        "Opportunity",
        deal.created_at,
        max(deal.visits[-1][1], deal.amounts[-1][0]),
        number=deal.number,
        Name=deal.name,
        AccountId=account_id(deal.account),
        StageName=STAGES[stage],
        Amount=None if amount is None else float(amount),
        Probability=float(PROBABILITY[stage]),
        CloseDate=deal.closes_on.isoformat(),
        Type=deal.kind,
        LeadSource=deal.source,
        CampaignId=_campaign_id(deal.campaign) if deal.campaign and in_salesforce else None,
        IsClosed=deal.is_closed,
        IsWon=deal.is_won,
        ForecastCategory=_FORECAST[stage],
        HasOpportunityLineItem=amount is not None,
        OwnerId=user_id(deal.owner),
        LastStageChangeDate=salesforce_time(deal.visits[-1][1]) if len(deal.visits) > 1 else None,
        MRR__c=None if amount is None else float(deal.mrr),
        Contract_Start__c=deal.starts_on.isoformat() if deal.starts_on else None,
        Contract_End__c=deal.ends_on.isoformat() if deal.ends_on else None,
    )
    _history(org, deal, row["Id"])
    if amount is not None:
        for line in deal.lines:
            org.add(
                "OpportunityLineItem",
                deal.created_at,
                OpportunityId=row["Id"],
                Product2Id=salesforce_id("Product2", line.product.number),
                Quantity=float(line.quantity),
                UnitPrice=line.amount / line.quantity,
                TotalPrice=float(line.amount),
            )
    contacts = [person for person in deal.account.people if contact_id(person) and person.created_at <= deal.created_at]
    for nth, person in enumerate(contacts[:2]):
        org.add(
            "OpportunityContactRole",
            deal.created_at,
            OpportunityId=row["Id"],
            ContactId=contact_id(person),
            Role=("Decision Maker", "Evaluator")[nth],
            IsPrimary=nth == 0,
        )


def _history(org: Org, deal: Deal, opportunity: str) -> None:
    """
    A row for each change of stage or amount, with all values as they were from then on.
    """
    changes = sorted({at for _, at in deal.visits} | {at for at, _ in deal.amounts})
    expected = deal.created_at.date() + timedelta(days=45)
    for at in changes:
        stage = next(stage for stage, entered in reversed(deal.visits) if entered <= at)
        amount = next(value for set_at, value in reversed(deal.amounts) if set_at <= at)
        is_last = at == changes[-1]
        closes_on = deal.closes_on if is_last else max(expected, at.date())
        if not is_last:
            closes_on = min(closes_on, max(deal.closes_on, at.date()))
        if stage in (WON, LOST) and not is_last:
            closes_on = at.date()
        org.add(
            "OpportunityHistory",
            at,
            OpportunityId=opportunity,
            StageName=STAGES[stage],
            Amount=None if amount is None else float(amount),
            ExpectedRevenue=None if amount is None else amount * PROBABILITY[stage] / 100,
            CloseDate=closes_on.isoformat(),
            Probability=float(PROBABILITY[stage]),
            ForecastCategory=_FORECAST[stage],
        )

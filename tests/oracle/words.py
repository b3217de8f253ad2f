"""
The vendors' own words for days, channels and money, as the settings translate them.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from tests.oracle.vendors import Settings

HUBSPOT_CHANNELS = {
    "ORGANIC_SEARCH": "Organic Search",
    "PAID_SEARCH": "Paid Search",
    "EMAIL_MARKETING": "Email",
    "SOCIAL_MEDIA": "Organic Social",
    "PAID_SOCIAL": "Paid Social",
    "REFERRALS": "Referral",
    "DIRECT_TRAFFIC": "Direct",
    "OFFLINE": "Offline",
}


class Words:
    """
    Translations of one settings file.
    """

    def __init__(self, settings: Settings) -> None:
        self.zone = ZoneInfo(settings.values["organisation"]["timezone"])
        self.currency = settings.values["organisation"]["currency"]
        rates = settings.table("exchange_rates")
        rates["on"] = pd.to_datetime(rates["on"]).dt.date
        self.rates = {currency: rows.sort_values("on") for currency, rows in rates.groupby("currency")}
        salesforce = settings.mapping("salesforce")
        self.sellers, self.campaigns = salesforce["channels"], salesforce["campaign_channels"]
        self.hubspot = HUBSPOT_CHANNELS | settings.mapping("hubspot")["channels"]

    def local(self, stamp: str | None) -> date | None:
        return None if not stamp else pd.Timestamp(stamp).tz_convert(self.zone).date()

    def seller_channel(self, lead_source: str | None) -> str | None:
        return _channel(self.sellers, lead_source)

    def campaign_channel(self, kind: str | None) -> str | None:
        return _channel(self.campaigns, kind)

    def hubspot_channel(self, source: str | None) -> str | None:
        return _channel(self.hubspot, source)

    def money(self, amount: Any, currency: str | None, on: date | None) -> float | None:
        """
        In the reporting currency, at the last rate known on that day.
        """
        if amount in (None, ""):
            return None
        if currency in (None, "", self.currency):
            return float(amount)
        return float(amount) * float(self._rate(currency, on))

    def cents(self, amount: str, currency: str, on: date) -> float:
        """
        The same for amounts with cents, kept to four decimals as every amount of the warehouse is.
        """
        rate = Decimal(1) if currency == self.currency else Decimal(self._rate(currency, on))
        return float((Decimal(amount) * rate).quantize(Decimal("0.0001"), ROUND_HALF_UP))

    def _rate(self, currency: str, on: date | None) -> str:
        table = self.rates[currency]
        known = table[table["on"] <= on]
        assert len(known), f"no rate of {currency} on {on}"
        return str(known["rate"].iloc[-1])


def _channel(words: dict[str, str], word: str | None) -> str | None:
    return words.get(word, "Other") if word else None

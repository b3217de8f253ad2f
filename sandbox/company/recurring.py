"""
What customers do after their first deal: use on, buy more, renew, shrink, leave, and now and then come back.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from sandbox.company.draw import Quota, add_months, at_office, lag, stream, to_office
from sandbox.company.model import Account, Deal, DealKind, World
from sandbox.company.products import Line
from sandbox.company.sales import Desk, Ending, add_on_lines, first_lines

_TERM_MONTHS = 12
_LEAVES_AT_RENEWAL = 0.18
_LEAVES_EACH_MONTH = 0.022  # of those on monthly terms
_DROPS_ADD_ON = 0.1
_COMES_BACK = 0.15
_UPSELL_TRIES, _CROSS_SELL_TRIES = 0.42, 0.3  # offers per customer and year
_ACCEPTS = 0.37


class Customers:
    """
    Plays the life of every customer.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = stream(world.seed, "customers")
        self.desk = Desk(world, self.rng)
        self.accepts, self.leaves = Quota(self.rng), Quota(self.rng)

    def play(self) -> None:
        start = self.world.calendar.start
        for account in self.world.accounts:
            if account.created_at.date() < start and not account.deals:
                if account.created_at.date() < start - timedelta(days=70):
                    self._old(account)
                else:
                    lines = first_lines(self.rng, account)
                    self.desk.deal(account, "New Business", account.created_at, lines, Ending(self.rng.random() < 0.3))
        for deal in [deal for deal in self.world.deals if deal.is_won and deal.starts_on is None]:
            self._live(deal)

    def _old(self, account: Account) -> None:
        """
        A customer from before the story: one deal, won in the year before it.
        """
        lines = first_lines(self.rng, account)
        closed = to_office(self.rng, account.created_at + timedelta(days=self.rng.randrange(8, 50)))
        if deal := self.desk.deal(account, "New Business", account.created_at, lines, Ending(True, closed)):
            self._live(deal)

    def _live(self, deal: Deal) -> None:
        """
        From a won deal to the end of the relation, or of the story.
        """
        if deal.closed_at is None:
            return
        signed, wait = deal.closed_at.date(), self.rng.choice((0, 0, 1, 5, 10))
        starts = min(signed + timedelta(days=wait), self.world.calendar.until)
        deal.starts_on = starts
        if self.rng.random() < 0.15:
            self._monthly(deal, starts)
        else:
            self._yearly(deal, starts)

    def _monthly(self, deal: Deal, starts: date) -> None:
        """
        Paid from month to month, without an end until somebody gives notice.
        """
        rng, until = self.rng, self.world.calendar.until
        months = 1
        while rng.random() > _LEAVES_EACH_MONTH:
            months += 1
            if months > 60:
                break
        ends = add_months(starts, months)
        held = [deal, *self._offers(deal, {deal.family: deal.lines[:1]}, starts, min(ends, until))]
        for one in held:
            one.is_monthly = True
            one.ends_on = ends if ends <= until else None
        if ends <= until:
            self._maybe_return(deal.account, ends)

    def _yearly(self, deal: Deal, starts: date) -> None:
        """
        Term after term, each family renewed by a deal of its own.
        """
        until = self.world.calendar.until
        held = {deal.family: [line for line in deal.lines if line.product.recurs]}
        current = [deal]
        while True:
            ends = add_months(starts, _TERM_MONTHS)
            current += self._offers(deal, held, starts, ends)
            for one in current:
                one.ends_on = ends
            if starts > until:
                return
            renewed = self._renew(deal.account, held, ends)
            if ends > until:
                return
            if not renewed:
                self._maybe_return(deal.account, ends)
                return
            held = {one.family: list(one.lines) for one in renewed}
            current, starts = renewed, ends

    def _offers(self, deal: Deal, held: dict[str, list[Line]], starts: date, ends: date) -> list[Deal]:
        """
        More of the same, or another family, inside a term; what is won ends with the term and joins what is held.
        """
        won: list[Deal] = []
        kinds: tuple[tuple[DealKind, float], ...] = (("Upsell", _UPSELL_TRIES), ("Cross-sell", _CROSS_SELL_TRIES))
        days = (ends - starts).days
        for kind, tries in kinds:
            if days < 120 or self.rng.random() > tries * days / 365:
                continue
            at = at_office(self.rng, starts + timedelta(days=self.rng.randrange(40, days - 70)))
            answer = to_office(self.rng, at + min(lag(self.rng, 20), timedelta(days=60)))
            if not (lines := self._offered(kind, held)):
                continue
            offer = self.desk.deal(deal.account, kind, at, lines, Ending(self.accepts.hits(_ACCEPTS), answer))
            if not offer or not offer.is_won:
                continue
            offer.starts_on = offer.closes_on
            held[offer.family] = _merged(held.get(offer.family, []), offer.lines)
            won.append(offer)
        return won

    def _offered(self, kind: DealKind, held: dict[str, list[Line]]) -> list[Line]:
        base = next(iter(held.values()))[0]
        if kind == "Upsell":
            return [Line(base.product, max(2, round(base.quantity * self.rng.uniform(0.1, 0.45))))]
        return add_on_lines(self.rng, base.quantity, set(held))

    def _renew(self, account: Account, held: dict[str, list[Line]], ends: date) -> list[Deal]:
        """
        Ask for another term, two months ahead; the deals won.
        """
        rng = self.rng
        leaves = ends <= self.world.calendar.until and self.leaves.hits(_LEAVES_AT_RENEWAL)
        created = at_office(rng, ends - timedelta(days=rng.randrange(50, 75)))
        won: list[Deal] = []
        for index, lines in enumerate(held.values()):
            stays = not leaves and (index == 0 or rng.random() > _DROPS_ADD_ON)
            closed = at_office(rng, ends - timedelta(days=rng.randrange(1, 18)))
            if ends > self.world.calendar.until:
                # Contracts that start after the story cannot be signed in it: the talk goes on.
                closed = datetime.combine(ends, time(9), UTC) + lag(rng, 3)
            deal = self.desk.deal(account, "Renewal", created, self._next(lines), Ending(stays, closed))
            if deal and deal.is_won:
                deal.starts_on = ends
                won.append(deal)
        return won

    def _next(self, lines: list[Line]) -> list[Line]:
        """
        The same again, or some seats more or fewer.
        """
        chance = self.rng.random()
        factor = 1.0
        if chance < 0.14:
            factor = self.rng.uniform(1.04, 1.3)
        elif chance < 0.26:
            factor = self.rng.uniform(0.55, 0.95)
        return [replace(line, quantity=max(2, round(line.quantity * factor))) for line in lines]

    def _maybe_return(self, account: Account, left_on: date) -> None:
        """
        Some who left come back, as new business to the seller, not as a new customer.
        """
        if self.rng.random() > _COMES_BACK:
            return
        created = at_office(self.rng, left_on + timedelta(days=self.rng.randrange(45, 220)))
        if deal := self.desk.deal(account, "New Business", created, first_lines(self.rng, account), Ending(True)):
            self._live(deal)


def _merged(held: list[Line], added: list[Line]) -> list[Line]:
    """
    One line per product.
    """
    seats: dict[int, Line] = {line.product.number: line for line in held}
    for line in added:
        known = seats.get(line.product.number)
        seats[line.product.number] = replace(line, quantity=line.quantity + known.quantity) if known else line
    return list(seats.values())

"""
Markov and Shapley: published figures, hand-worked cases and what holds for all journeys.
"""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import UserError
from kpis.attribution import Journey, markov, shapley, shapley_of_worth

_STATES = st.sampled_from("ABCD")
_JOURNEYS = st.lists(
    st.builds(
        Journey,
        st.lists(_STATES, min_size=1, max_size=6).map(tuple),
        st.integers(0, 5).map(float),
        st.integers(0, 5).map(float),
    ),
    max_size=8,
)


def test_markov_of_three_published_journeys() -> None:
    """
    Of C1-C2-C3 (converts), C1 and C2-C3 (do not) one in three converts; without C1 half of that is lost, without C2 or
    C3 all: shares 0.2, 0.4, 0.4 (S. Bryl, Attribution model with R, part 1).
    """
    found = markov([Journey(("C1", "C2", "C3"), 1), Journey(("C1",), 0, 1), Journey(("C2", "C3"), 0, 1)])

    assert 1 / 3 == pytest.approx(found.conversion_probability, abs=1e-12)
    assert {"C1": 0.5, "C2": 1, "C3": 1} == pytest.approx(found.removal_effect, abs=1e-12)
    assert {"C1": 0.2, "C2": 0.4, "C3": 0.4} == pytest.approx(found.credits, abs=1e-12)
    assert found.warning is None


def test_markov_of_going_back_and_forth() -> None:
    """
    From A half of the steps go to B, half convert; from B two of three steps go back to A and one to nothing. All start
    at A: a = 1/2 + 1/2 b, b = 2/3 a, so a = 3/4. Without B only 1/2 is left: B's effect is 1/3, A's is 1.
    """
    found = markov([Journey("ABABA", 1), Journey("A", 1), Journey("AB", 0, 1), Journey("A", 1)])

    # steps from A: to B 3 (two and one), to the end 3; from B: to A 2, to nothing 1
    assert 3 / 4 == pytest.approx(found.conversion_probability, abs=1e-12)
    assert {"A": 1, "B": 1 / 3} == pytest.approx(found.removal_effect, abs=1e-12)
    assert {"A": 9 / 4, "B": 3 / 4} == pytest.approx(found.credits, abs=1e-12)


def test_markov_of_one_channel() -> None:
    """
    The only channel gets all, and loops on it change nothing.
    """
    found = markov([Journey("AAA", 2, 3)])

    assert 0.4 == pytest.approx(found.conversion_probability, abs=1e-12)
    assert {"A": 2} == pytest.approx(found.credits, abs=1e-12)


def test_markov_without_conversions_shares_nothing() -> None:
    """
    Nothing converted: the probability is 0, nobody has a share. No journeys: it is unknown.
    """
    found = markov([Journey("AB", 0, 3)])

    assert (0, {}, {"A": 0, "B": 0}) == (found.conversion_probability, found.share, found.removal_effect)
    assert (None, {}) == (markov([]).conversion_probability, markov([]).share)


def test_markov_without_failures_warns() -> None:
    """
    Where every journey converted only presence is measured: the warning says so.
    """
    assert "no_unconverted_paths" == markov([Journey("AB", 1), Journey("B", 1)]).warning


def test_journeys_without_channels_are_told_apart() -> None:
    """
    A conversion without a path belongs to no channel, in both models.
    """
    journeys = [Journey("A", 1, 1), Journey((), 3, 5)]

    assert ({"A": 1}, 3) == (markov(journeys).credits, markov(journeys).unattributed)
    assert ({"A": 1}, 3) == (shapley(journeys).credits, shapley(journeys).unattributed)
    assert 0.5 == markov(journeys).conversion_probability


def test_shapley_of_published_shares() -> None:
    """
    Facebook, organic and LinkedIn: F .2 + .17/2 + .3/2 + .06/3 = .455, O .1 + .17/2 + .02 = .205, L .34.
    """
    parts = {"F": 0.2, "O": 0.1, "L": 0.17, "FO": 0.17, "FL": 0.3, "LO": 0, "FLO": 0.06}
    found = shapley(Journey(channels, share) for channels, share in parts.items())

    assert {"F": 0.455, "O": 0.205, "L": 0.34} == pytest.approx(found.credits, abs=1e-12)


def test_shapley_counts_a_channel_once() -> None:
    """
    Of a journey that saw A three times and B once each gets half; C, on no converting journey, gets 0.
    """
    assert {"A": 0.5, "B": 0.5, "C": 0} == shapley([Journey("AABA", 1), Journey("C", 0, 4)]).credits


def test_shapley_of_a_published_table_of_worth() -> None:
    """
    Alone 30 and 40, together 90: 40 and 50.
    """
    assert {"1": 40, "2": 50} == pytest.approx(shapley_of_worth({("1",): 30, ("2",): 40, ("1", "2"): 90}))


def test_a_table_of_worth_must_be_whole_and_small() -> None:
    """
    A set without a worth, a set with two and thirteen players are refused.
    """
    with pytest.raises(UserError, match=r"1\+2 had no worth"):
        shapley_of_worth({("1",): 30, ("2",): 40})
    with pytest.raises(UserError, match="two worths"):
        shapley_of_worth({("1", "2"): 30, ("2", "1"): 40, ("1",): 1, ("2",): 1})
    with pytest.raises(UserError, match="13 players"):
        shapley_of_worth({tuple("ABCDEFGHIJKLM"): 1})


@given(_JOURNEYS)
def test_closed_form_is_the_shapley_value(journeys: list[Journey]) -> None:
    """
    The short way agrees with the definition, worked out over every set of channels.
    """
    players = sorted({state for journey in journeys for state in journey.path})
    sets = [[p for place, p in enumerate(players) if mask >> place & 1] for mask in range(1, 1 << len(players))]
    worth = {tuple(s): sum(j.conversions for j in journeys if set(j.path) <= set(s)) for s in sets}

    assert shapley_of_worth(worth) == pytest.approx(shapley(journeys).credits, abs=1e-9)


@given(_JOURNEYS)
def test_markov_removal_is_what_redirecting_gives(journeys: list[Journey]) -> None:
    """
    The effects equal those of cutting each journey's chain by hand: every step into the channel goes to nothing.
    """
    found = markov(journeys)

    for state, effect in found.removal_effect.items():
        if found.conversion_probability:
            left = _probability(journeys, without=state) / _probability(journeys, without=None)
            assert 1 - left == pytest.approx(effect, abs=1e-6)
    if found.share:
        assert 1 == pytest.approx(math.fsum(found.share.values()), abs=1e-12)
        assert all(share >= 0 for share in found.share.values())


@given(_JOURNEYS)
def test_staying_on_a_channel_changes_nothing(journeys: list[Journey]) -> None:
    """
    A journey A-A-B is worth what A-B is.
    """
    doubled = [Journey([s for state in j.path for s in (state, state)], j.conversions, j.nulls) for j in journeys]

    assert markov(journeys).share == pytest.approx(markov(doubled).share, abs=1e-9)


@given(st.lists(st.builds(Journey, _STATES, st.integers(0, 9), st.integers(0, 9)), max_size=6))
def test_journeys_of_one_touch_leave_no_room(journeys: list[Journey]) -> None:
    """
    Where each journey has one touch, both models give its conversions to it.
    """
    seen: dict[str, float] = {}
    for journey in journeys:
        if journey.conversions:
            seen[journey.path[0]] = seen.get(journey.path[0], 0) + journey.conversions

    assert seen == pytest.approx({s: c for s, c in markov(journeys).credits.items() if c > 1e-12})
    assert seen == pytest.approx({s: c for s, c in shapley(journeys).credits.items() if c})


def _probability(journeys: list[Journey], without: str | None) -> float:
    """
    How likely a journey converts, by stepping the chain until nobody is on the way any more.
    """
    steps: dict[str, dict[str, float]] = {}
    for journey in journeys:
        for before, after in zip(["start", *journey.path], [*journey.path, "end"], strict=True):
            if after == "end":
                steps.setdefault(before, {}).setdefault("won", 0)
                steps[before]["won"] += journey.conversions
                steps[before]["lost"] = steps[before].get("lost", 0) + journey.nulls
            else:
                taken = journey.conversions + journey.nulls
                steps.setdefault(before, {})[after] = steps.get(before, {}).get(after, 0) + taken
    here = {"start": 1.0}
    converted = 0.0
    for _ in range(3000):
        following: dict[str, float] = {}
        for state, chance in here.items():
            total = sum(steps.get(state, {}).values())
            for after, taken in steps.get(state, {}).items():
                if after == "won":
                    converted += chance * taken / total if total else 0
                elif after not in ("lost", without) and total:
                    following[after] = following.get(after, 0) + chance * taken / total
        here = {state: chance for state, chance in following.items() if chance > 1e-15}
        if not here:
            break
    return converted

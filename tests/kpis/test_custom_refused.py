"""
KPIs that settings declare, refused: anything but an expression over columns, and every name that is not there.
"""

from __future__ import annotations

import time
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.errors import UserError
from kpis.custom import CustomKpi, build

WON: dict[str, Any] = {"fact": "deals", "at": "closed_on", "where": "is_won"}


def problems(id: str = "own", **declared: Any) -> list[UserError]:
    """
    What is wrong with one KPI; by default it counts won deals and nothing is.
    """
    stated = {"name": "Own", "meaning": "One.", "formula": "wins", "unit": "ratio", "measures": {"wins": WON}}
    made, found = build({id: CustomKpi.model_validate({**stated, **declared})})
    assert bool(made) != bool(found), "either a KPI or problems"
    assert all(one.where and one.fix for one in found)
    return found


def only(place: str, **declared: Any) -> UserError:
    """
    The single problem, which stands there.
    """
    [one] = problems(**declared)
    assert f"kpis.custom.own{place}" == one.where
    return one


def measure(key: str, **changes: Any) -> UserError:
    return only(f".measures.wins.{key}", measures={"wins": {**WON, **changes}})


def test_what_the_other_tests_change_is_sound():
    """
    The declaration that they start from has no problem.
    """
    assert [] == problems()


@pytest.mark.parametrize(
    "text",
    [
        "is_won; drop table fact_deals",
        "is_won) from fact_deals; drop table fact_deals; --",
        "is_won -- and is_lost",
        "is_won /* and */ and is_lost",
        "is_won, is_lost",
        "is_won) or (is_lost",
        "is_won as x",
        "1=1) from fact_people where (true",
        "amount > (select max(amount) from fact_deals)",
        "exists (select 1 from fact_people)",
        "amount in (select amount from fact_deals)",
        "is_won union select true",
        "is_won in (from fact_people)",
        "read_csv('/etc/passwd') is not null",
        "getenv('HOME') = 'x'",
        "current_setting('home_directory') = 'x'",
        "pragma_version() is not null",
        "pragma database_list",
        "attach 'x.db'",
        "copy fact_deals to 'x.csv'",
        "install httpfs",
        "row_number() over () = 1",
        "sum(amount) over (partition by owner) > 1",
        "sum(amount) > 1",
        "count(*) > 1",
        "list_filter([1], x -> x > 1) is not null",
        "lambda x: x",
        "__import__('os') is not null",
        "regexp_matches(channel, '(a+)+$')",
        "random() > 0.5",
        "current_date > closed_on",
        "now() > closed_on",
        "closed_on > :as_of",
        "closed_on > $1",
        "closed_on > ?",
        "amount > @x",
        "*",
        "columns(*) is not null",
        "fact_people.owner = 'x'",
        "deals.owner = 'x'",
        "main.fact_deals.owner = 'x'",
        "cast(channel as integer) = 1",
        "channel::date > closed_on",
        "try_cast(channel as integer) = 1",
        "channel collate nocase = 'x'",
        "channel = e'x'",
        "channel like 'a!%' escape '!'",
        "trim(both 'x' from channel) = 'a'",
        "interval 1 day > interval 2 day",
        "{'a': 1}.a = 1",
        "[1, 2][1] = 1",
        "case channel when 'Email' then true end",
        "amount > 1e300",
        "amount > 99999999999999999999",
        "'abc",
        "",
        "is_won and",
        "(" * 400 + "is_won" + ")" * 400,
        "not " * 400 + "is_won",
        "case when " * 100 + "is_won" + " then is_won end" * 100,
        "is_won" + " or is_won" * 5000,
    ],
)
def test_a_condition_that_is_no_expression_is_refused(text):
    """
    Statements, subqueries, comments, placeholders, other tables, functions beyond the list, casts, and what is too deep
    or too long: refused with their place and a fix, at once.
    """
    began = time.monotonic()
    measure("where", where=text)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "text",
    [
        "channel > 5",
        "amount = 'much'",
        "closed_on > 'yesterday'",
        "closed_on > '2026-02-30'",
        "closed_on > 20260101",
        "is_won = 1",
        "is_won + 1 = 2",
        "channel + 1 = 2",
        "closed_on + amount > created_on",
        "channel",
        "amount",
        "channel in (1, 2)",
        "channel between 'a' and 5",
        "coalesce(channel, 1) = 1",
        "lower(amount) = 'x'",
        "case when amount then true end",
        "date_diff('second', created_on, closed_on) > 1",
        "round(amount, channel) > 1",
        "channel is true",
        "amount like 'x'",
        "amount = null",
        "channel in ('Email', null)",
        "not (channel not in (null))",
        "amount between null and 5",
        "null",
        "abs(null) = 1",
        "case when is_won then null end is null",
        "round(amount, 999999999999) > 1",
        "closed_on + 999999999999 > closed_on",
        "channel = 'a\0b'",
    ],
)
def test_values_of_different_kinds_are_not_compared(text):
    """
    What would fail only once there are rows, or be compared as something else, is refused where it is written.
    """
    measure("where", where=text)


@pytest.mark.parametrize(
    "text",
    [
        "avg(amount)",
        "max(amount)",
        "count(distinct account)",
        "count(account)",
        "sum(distinct amount)",
        "sum(amount) filter (where is_won)",
        "sum(amount) over ()",
        "sum(amount order by owner)",
        "sum(amount) + 1",
        "sum(sum(amount))",
        "sum(channel)",
        "median(closed_on)",
        "median(amount) within group (order by amount)",
        "sum(*)",
        "sum(null)",
        "count(* exclude (amount))",
        "amount",
        "sum(amount), count(*)",
        "sum(amount); drop table fact_deals",
        "string_agg(channel, ',')",
        "count(*) -- all",
    ],
)
def test_other_aggregates_are_refused(text):
    """
    A count of rows, a sum or a median of numbers, and nothing else.
    """
    measure("aggregate", aggregate=text)


@pytest.mark.parametrize(
    "text",
    [
        "wins + ",
        "wins ** 2",
        "wins // 2",
        "wins % 2",
        "-wins",
        "+wins",
        "wins if wins else wins",
        "wins > 1",
        "wins and wins",
        "wins * 0.5",
        "wins * 1e9",
        "wins * 99999999999",
        "wins + True",
        "wins + None",
        "wins + 'x'",
        "wins.name",
        "wins[0]",
        "[wins]",
        "wins, wins",
        "lambda: wins",
        "(x := wins)",
        "[wins for wins in (1,)]",
        "__import__('os').system('true')",
        "open('x')",
        "sum(wins)",
        "previous(wins + 1)",
        "previous(wins, wins)",
        "previous(of=wins)",
        "previous(*wins)",
        "previous(previous(wins))",
        "previous()",
        "whole(win_rate)",
        "wins; wins",
        "wins # all",
        "2 * 3",
        "",
        "(" * 150 + "wins" + ")" * 150 + " + (" * 60,
        "wins" + " + wins" * 400,
        "-" * 400 + "1",
        "wins + (" * 45 + "1" + ")" * 45,
        "own",
        "target_attainment / wins",
    ],
)
def test_a_formula_that_is_no_arithmetic_is_refused(text):
    """
    Only + - * / over whole numbers and known names, and three functions of one measure.
    """
    found = problems(formula=text)
    assert "kpis.custom.own.formula" in {one.where for one in found}


def test_unknown_names_bring_the_closest_ones():
    """
    Each misspelt name is told with what it may have meant.
    """
    assert "did you mean deals" in measure("fact", fact="dels").fix
    assert "did you mean closed_on" in measure("at", at="closedon").fix
    assert "did you mean current_stage" in measure("where", where="curent_stage = 'Demo'").fix
    assert "did you mean lower" in measure("where", where="lowr(channel) = 'x'").fix
    assert "did you mean new_leads" in only(".formula", formula="wins / new_lead").fix
    assert "did you mean previous" in only(".formula", formula="wins / previos(wins)").fix
    assert "did you mean channel" in only(".by", by=("chanel",)).fix
    assert "did you mean account" in measure("per", per="acount").fix


def test_a_date_has_to_be_a_date():
    """
    An instant, or a text, does not place rows in days.
    """
    measure("at", at="created_at")
    measure("at", at="channel")
    measure("at", at="closed_on + 1")


def test_a_dimension_that_a_fact_lacks_is_refused():
    """
    Deals have no team, costs no owner; the whole of a figure need not be told apart.
    """
    told = only(".by", by=("team",))
    assert "wins" in told.what
    assert "owner" in told.fix
    own = {"wins": WON, "spent": {"fact": "costs", "at": "on", "aggregate": "sum(amount)"}}
    assert "spent" in only(".by", formula="spent / wins", measures=own, by=("owner",)).what
    assert [] == problems(formula="whole(spent) / wins", measures=own, by=("owner",))
    assert "visits" in only(".by", formula="visits / wins", by=("owner",)).what


def test_a_quotient_is_no_count():
    """
    A CRM would round it to a whole number.
    """
    only(".unit", formula="wins / new_leads", unit="count")
    assert [] == problems(formula="wins / new_leads", unit="ratio")


@pytest.mark.parametrize("name", ["", "  ", {"en": "Own", "es": " "}, {"en": "Own"}, "x" * 401])
def test_a_name_has_words(name):
    """
    An empty name, or one in a single language of two, is refused.
    """
    with pytest.raises(ValidationError):
        problems(name=name)


def test_names_that_are_taken_are_refused():
    """
    One name has one meaning: no custom KPI or measure is called like a built-in one, or like a field beside them.
    """
    for id in ("win_rate", "computed_at", "quota", "new_customers"):
        assert [f"kpis.custom.{id}"] == [one.where for one in problems(id)]
    assert "new_leads" in problems(formula="new_leads", measures={"new_leads": WON})[0].what


@pytest.mark.parametrize("id", ["Own", "1st", "x", "a__b", "a_", "_a", "a-b", "a b", "é", "x" * 41, "a;drop table"])
def test_an_id_has_to_be_a_field_name(id):
    """
    What Salesforce or HubSpot would refuse as the name of a field is refused first.
    """
    assert f"kpis.custom.{id}" in {one.where for one in problems(id)}


@pytest.mark.parametrize("name", ["if", "previous", "Wins", "a__b", "a-b"])
def test_a_measure_has_a_name_that_formulas_can_hold(name):
    """
    Words of the formula language, and what it would read as several names, are refused.
    """
    found = problems(measures={name: WON})
    assert f"kpis.custom.own.measures.{name}" in {one.where for one in found}


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("at", {"fact": "deals"}),
        ("until", {**WON, "rule": "standing"}),
        ("opens", {"fact": "deals", "rule": "balance", "closes": "closed_on"}),
        ("at", {"fact": "deals", "rule": "balance", "opens": "created_on", "closes": "closed_on", "at": "closed_on"}),
        ("days", {**WON, "rule": "trailing"}),
        ("days", {**WON, "rule": "trailing", "days": 3, "months": 3}),
        ("days", {**WON, "days": 3}),
        ("reached", {**WON, "reached": "closed_on"}),
        ("edge", {**WON, "edge": "open"}),
        ("aggregate", {**WON, "rule": "cohort", "aggregate": "sum(amount)"}),
        ("aggregate", {**WON, "per": "account", "aggregate": "sum(amount)"}),
        ("per", {"fact": "emails", "at": "sent_on", "per": "account"}),
        ("empty", {**WON, "empty": "missing_input"}),
        ("empty", {**WON, "aggregate": "median(amount)", "empty": "zero"}),
        (
            "aggregate",
            {
                "fact": "deals",
                "rule": "balance",
                "opens": "created_on",
                "closes": "closed_on",
                "aggregate": "median(amount)",
            },
        ),
    ],
)
def test_each_rule_reads_its_own_settings(key, given):
    """
    What a rule needs and does not have, and what it has and does not read, is told.
    """
    only(f".measures.wins.{key}", measures={"wins": given})


def test_a_measure_that_no_formula_uses_is_told():
    """
    A forgotten measure is a mistake in the formula more often than not.
    """
    only(".measures.losses", measures={"wins": WON, "losses": {**WON, "where": "is_lost"}})


def test_custom_kpis_do_not_build_on_each_other():
    """
    A formula that names another KPI of the settings, or itself, is refused.
    """
    declared = {"name": "Own", "meaning": "One.", "unit": "count", "measures": {"wins": WON}}
    made, found = build(
        {
            "first": CustomKpi.model_validate({**declared, "formula": "wins + second"}),
            "second": CustomKpi.model_validate({**declared, "formula": "wins + first"}),
            "third": CustomKpi.model_validate({**declared, "formula": "wins"}),
        }
    )
    assert ["third"] == list(made)
    assert ["kpis.custom.first.formula", "kpis.custom.second.formula"] == [one.where for one in found]


def test_every_problem_comes_at_once():
    """
    Two measures with a mistake each, a formula, a dimension: four problems in one report.
    """
    found = problems(
        formula="wins / (losses + nothing)",
        by=("chanel",),
        measures={"wins": {**WON, "where": "is_one"}, "losses": {**WON, "at": "lost_on"}},
    )
    assert {
        "kpis.custom.own.formula",
        "kpis.custom.own.by",
        "kpis.custom.own.measures.wins.where",
        "kpis.custom.own.measures.losses.at",
    } == {one.where for one in found}


def test_long_texts_are_not_repeated_whole():
    """
    A message stays readable whatever was given.
    """
    [one] = problems(measures={"wins": {**WON, "where": "x" * 900}})
    assert len(str(one)) < 1200

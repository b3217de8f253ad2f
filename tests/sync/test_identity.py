"""
Identity: one person, one account, one deal, however many records describe it.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sync import job
from sync.identity import decide
from sync.model import model
from sync.pull import pull
from sync.settings import build

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def organisation(tmp_path):
    """
    Two folders of files, as two CRMs would be.
    """

    def made(**files: str):
        for path, text in files.items():
            source, table = path.split("_", 1)
            folder = tmp_path / source
            folder.mkdir(exist_ok=True)
            (folder / f"{table}.csv").write_text(text)
        kinds = {
            source: {"kind": "files", "folder": source} for source in ("one", "two") if (tmp_path / source).is_dir()
        }
        settings = build({"connectors": kinds}, tmp_path)
        warehouse = job.warehouse_of(settings)
        assert [] == [str(problem) for problem in pull(warehouse, settings, NOW).problems]
        return warehouse, settings, model(warehouse, settings, NOW)

    return made


def keys(warehouse, table, key):
    with warehouse.open(read_only=True) as session:
        return {f"{r['source']}:{r['id']}": r[key] for r in session.rows(f"select source, id, {key} from {table}")}


def test_equal_addresses_make_one_person_but_not_shared_ones(organisation):
    """
    Ana stands in both CRMs; info@ is read by several people.
    """
    warehouse, _, _ = organisation(
        one_leads="id,email\n1,Ana@acme.example\n2,info@acme.example\n",
        two_leads="id,email\n7,ana@acme.example\n8,info@acme.example\n",
    )
    found = keys(warehouse, "leads", "person_key")
    assert found["one:1"] == found["two:7"]
    assert found["one:2"] != found["two:8"]


def test_links_chain(organisation):
    """
    A is linked to B and B was merged into C: all three are one.
    """
    warehouse, _, _ = organisation(
        one_leads="id,linked_source,linked_id\na,two,b\n",
        two_leads="id,merged_into\nb,c\nc,\nd,\n",
    )
    found = keys(warehouse, "leads", "person_key")
    assert found["one:a"] == found["two:b"] == found["two:c"] != found["two:d"]


def test_a_web_domain_links_accounts_unless_it_is_ambiguous(organisation):
    """
    One account of each CRM with the domain: one account. Two of one CRM: a pair for a person to decide.
    Domains of free e-mail providers link nobody.
    """
    warehouse, _, made = organisation(
        one_accounts="id,domain\n1,acme.example\n2,group.example\n3,group.example\n4,gmail.com\n",
        two_accounts="id,domain\n5,ACME.example\n6,group.example\n7,gmail.com\n",
    )
    found = keys(warehouse, "accounts", "account_key")
    assert found["one:1"] == found["two:5"]
    assert 6 == len(set(found.values()))
    assert 2 == made.unsure


def test_a_pair_that_a_link_has_made_one_is_no_question(organisation):
    """
    A billing export names the CRM's record and has no domain: equal names add nothing to decide; without the link
    they do.
    """
    _, _, linked = organisation(
        one_accounts="id,name,linked_source,linked_id\nC-1,Acme,two,5\n",
        two_accounts="id,name,domain\n5,Acme,acme.example\n",
    )
    assert ({("account", "linked by the vendor"): 1}, 0) == (linked.links, linked.unsure)
    _, _, alike = organisation(one_accounts="id,name\nC-1,Acme\n", two_accounts="id,name,domain\n5,Acme,acme.example\n")
    assert 1 == alike.unsure


def test_a_decision_of_a_person_is_kept_and_can_be_taken_back(organisation):
    """
    Same: they count once. Different: they count twice though they look alike. Forgotten: the rules decide again.
    """
    warehouse, settings, _ = organisation(
        one_accounts="id,name,domain\n1,Acme,acme.example\n2,Beta,\n",
        two_accounts="id,name,domain\n5,ACME,acme.example\n6,beta,\n",
    )

    def again():
        made = model(warehouse, settings, NOW)
        return keys(warehouse, "accounts", "account_key"), made

    decide.decide(warehouse, "account", ("one:1", "two:5"), False)
    decide.decide(warehouse, "account", ("two:6", "one:2"), True)
    found, made = again()
    assert found["one:1"] != found["two:5"]
    assert found["one:2"] == found["two:6"]
    assert 0 == made.unsure
    decide.decide(warehouse, "account", ("two:5", "one:1"), None)
    decide.decide(warehouse, "account", ("one:2", "two:6"), None)
    found, made = again()
    assert found["one:1"] == found["two:5"]
    assert found["one:2"] != found["two:6"]
    assert 1 == made.unsure


def test_keys_stand_beside_every_pointer(organisation):
    """
    A deal knows the key of its account and of the person it came from.
    """
    warehouse, _, _ = organisation(
        one_accounts="id,domain\n1,acme.example\n",
        two_accounts="id,domain\n5,acme.example\n",
        two_leads="id,account_id\n7,5\n",
        two_opportunities="id,account_id,lead_id\n9,5,7\n",
    )
    with warehouse.open(read_only=True) as session:
        row = session.rows("select account_key, person_key, opportunity_key from opportunities")[0]
    assert {"account_key": "one:1", "person_key": "two:7", "opportunity_key": "two:9"} == row


def test_a_touch_of_a_person_is_one_of_the_persons_account(organisation):
    """
    The touch names only the person; the person belongs to an account.
    """
    warehouse, _, _ = organisation(
        one_accounts="id\n1\n", one_leads="id,account_id\n7,1\n8,\n", one_touches="id,lead_id\nt,7\nu,8\n"
    )
    found = keys(warehouse, "touches", "account_key")
    assert {"one:t": "one:1", "one:u": None} == found


def test_a_decision_holds_though_a_third_record_connects_the_two(organisation):
    """
    Three records of one address; a person says that two of them are different people: they never share a key.
    """
    warehouse, settings, _ = organisation(
        one_leads="id,email\n1,x@a.example\n2,x@a.example\n3,x@a.example\n", two_leads="id,email\n7,x@a.example\n"
    )
    decide.decide(warehouse, "person", ("one:2", "one:3"), False)
    decide.decide(warehouse, "person", ("one:2", "two:7"), False)
    model(warehouse, settings, NOW)
    found = keys(warehouse, "leads", "person_key")
    assert found["one:2"] not in (found["one:3"], found["two:7"])
    assert found["one:1"] == found["one:2"]


def test_a_page_on_a_shared_host_links_nobody(organisation):
    """
    Two companies that give Facebook as their website are two companies.
    """
    warehouse, _, _ = organisation(
        one_accounts="id,domain\n1,facebook.com\n", two_accounts="id,domain\n2,facebook.com\n"
    )
    assert 2 == len(set(keys(warehouse, "accounts", "account_key").values()))

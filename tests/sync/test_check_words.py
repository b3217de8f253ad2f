"""
What `noria check` finds, in Spanish: every sentence of a connector is known, and the vendor's own words stay.
"""

from __future__ import annotations

import ast
import itertools

import pytest

from connectors.contract import Finding
from sync.check_words import in_spanish, spanish
from tests.conftest import ROOT

# Their errors reach a check as findings.
REFUSING = (
    "transport.py google_auth.py salesforce/refusals.py salesforce/sign_in.py hubspot/refusals.py files/source.py"
    " google_analytics/client.py google_sheets/client.py"
).split()
# Of those, what only a pull or a push can meet.
LATER = (
    "may or may not have done",
    "what stands there is compared",
    "Cells of the report are protected",
    "In Data, Protected sheets",
    "A file changed while",
    "once it is written",
    "Two rows of",
    "Give each row an id",
    "Remove one;",
    "answered 7 of 7 reports",
    "Run again later.",
)
NAMED = {
    "VENDOR": "Salesforce",
    "TITLE": "HubSpot",
    "share": "Open the spreadsheet, press Share, and add 7 as an editor.",
}


def samples(node):
    """
    What an expression may say, with 7 wherever something is put in.
    """
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            return ["".join(part.value if isinstance(part, ast.Constant) else put_in(part) for part in parts)]
        case ast.IfExp(body=one, orelse=other):
            return samples(one) + samples(other)
        case ast.BinOp(left=left, right=right):
            return ["".join(pair) for pair in itertools.product(samples(left), samples(right))]
    return []


def put_in(part):
    return NAMED.get(getattr(part.value, "id", ""), "7")


def sentences():
    for file in sorted((ROOT / "connectors").rglob("*.py")):
        name = file.relative_to(ROOT / "connectors").as_posix()
        for call in ast.walk(ast.parse(file.read_text())):
            if not isinstance(call, ast.Call):
                continue
            asked = call.args[2:4] if getattr(call.func, "id", "") == "Finding" else []
            fixes = [given.value for given in call.keywords if given.arg == "fix"]
            if fixes and name in REFUSING:
                asked = [*call.args[:1], *fixes]
            for text in itertools.chain.from_iterable(map(samples, asked)):
                if text.strip("7 ()") and not any(part in text for part in LATER):
                    yield pytest.param(text, id=f"{name}: {text[:40]}")


@pytest.mark.parametrize("text", list(sentences()))
def test_every_sentence_of_a_connector_is_known(text):
    """
    As it stands in the connectors' code; a sentence that is reworded there has to be reworded here.
    """
    assert text != in_spanish(text)


@pytest.mark.parametrize(
    ("english", "told"),
    [
        (
            "9,990 of 10,000 API requests are left for these 24 hours",
            "quedan 9.990 de 10.000 llamadas a la API para estas 24 horas",
        ),
        (
            "The token lacks a scope for reading the pipelines of deals: crm.pipelines.read.",
            "Al token le falta un permiso (scope) para leer los pipelines de deals: crm.pipelines.read.",
        ),
        (
            "Salesforce refused the credentials (HTTP 400, invalid_client: invalid client credentials).",
            "Salesforce rechazó las credenciales (HTTP 400, invalid_client: invalid client credentials).",
        ),
        (
            "Rename or remove it. 'nam': did you mean name?; 'x': known: id, on (costs.csv, line 1)",
            "Cámbiele el nombre o quítela. 'nam': ¿quiso decir name?; 'x': se conocen: id, on (costs.csv, línea 1)",
        ),
        (
            "2 files cannot be read:\n- A file has no header.\n  where: a.csv, line 1\n- There is no table 'b'.",
            "2 archivos no se pueden leer:\n- Un archivo no tiene cabecera.\n  dónde: a.csv, line 1\n"
            "- No hay ninguna tabla 'b'.",
        ),
        ("A sentence of a vendor's own (HTTP 418).", "A sentence of a vendor's own (HTTP 418)."),
        ("{braces} and a \\ stay", "{braces} and a \\ stay"),
        ("", ""),
    ],
)
def test_what_is_put_in_is_kept(english, told):
    """
    Names, numbers and a vendor's own words; what nobody knows stays as it is.
    """
    assert told == in_spanish(english)


def test_a_finding_in_spanish():
    """
    Its level stays, and what it is about where that is a name.
    """
    assert Finding("ok", "credenciales", "El token abre el portal 7.") == spanish(
        Finding("ok", "credentials", "The token opens portal 7.")
    )
    assert Finding("warning", "deals", "Se puede leer.") == spanish(Finding("warning", "deals", "Readable."))

"""
The page of all KPIs, in English and Spanish, and the short list for README: printed from the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kpis.catalogue import CATALOGUE, conversion, cost, customers, demand, objectives, recurring, success
from kpis.model import Kpi
from kpis.options import OPTIONS
from kpis.words import BOARDS, FLAGS, REASONS, STATUSES, Text
from sync import vocabulary, words

PAGES = {"en": "kpis.md", "es": "kpis.es.md"}

_FAMILIES = (
    (demand, Text(en="Demand and email", es="Demanda y correo")),
    (conversion, Text(en="Conversion and pipeline", es="Conversión y pipeline")),
    (cost, Text(en="Cost and return", es="Costo y retorno")),
    (recurring, Text(en="Recurring revenue and customer value", es="Ingresos recurrentes y valor del cliente")),
    (customers, Text(en="Existing customers", es="Clientes existentes")),
    (success, Text(en="Customer success and engagement", es="Éxito y compromiso del cliente")),
    (objectives, Text(en="Objectives", es="Objetivos")),
)
_INTRO = Text(
    en="""\
Every KPI as it is computed: `noria kpis ID` prints the same card, `noria show ID` its values, `noria explain ID PERIOD`
how one number came about. Printed from the code; the Spanish twin is [kpis.es.md](kpis.es.md).

Percentages are fractions in JSON, in DataFrames and in the CRM (0.12, not 12). A formula is arithmetic over measures:
`previous(x)` is x in the period before, `year_before(x)` a year before, `x(with y)` only what has y.
""",
    es="""\
Cada KPI tal como se calcula: `noria kpis ID` muestra la misma ficha, `noria show ID` sus valores, `noria explain ID
PERIODO` cómo se llegó a un número. Sale del código; la versión inglesa es [kpis.md](kpis.md).

Los porcentajes son fracciones en JSON, en DataFrames y en el CRM (0,12 y no 12). Una fórmula es aritmética sobre
medidas: `previous(x)` es x en el periodo anterior, `year_before(x)` un año antes, `x(with y)` solo lo
que tiene y.
""",
)
_TITLES = {
    "en": {
        "page": "The KPIs",
        "by_board": "By board",
        "supporting": "Figures that others are made of",
        "supporting_told": "Not listed unasked; `noria show` and targets know them like any other.",
        "options": "Options",
        "options_told": "Set under `[kpis.options]`, or for one question with `--option name=value`; those marked "
        "¹ only in the settings, since they take a new `noria compute`. Results carry those in force.",
        "option_heads": ("option", "default", "takes", "what it decides"),
        "reasons": "Why there is no value",
        "flags": "What to keep in mind about a value",
        "statuses": "What an article or a target says of a value",
        "code_heads": ("code", "says"),
        "number": "a number",
        "unset": "unset",
    },
    "es": {
        "page": "Los KPI",
        "by_board": "Por cuadro",
        "supporting": "Cifras de las que se hacen otras",
        "supporting_told": "No se listan sin pedirlas; `noria show` y los objetivos las conocen como a las demás.",
        "options": "Opciones",
        "options_told": "Se ponen en `[kpis.options]`, o para una pregunta con `--option nombre=valor`; las marcadas "
        "con ¹ solo en los ajustes, porque piden un nuevo `noria compute`. Los resultados llevan las vigentes.",
        "option_heads": ("opción", "por defecto", "admite", "qué decide"),
        "reasons": "Por qué no hay valor",
        "flags": "Qué tener en cuenta de un valor",
        "statuses": "Qué dice de un valor un artículo o un objetivo",
        "code_heads": ("código", "dice"),
        "number": "un número",
        "unset": "sin fijar",
    },
}


def page(language: str) -> str:
    """
    The page of all KPIs.
    """
    return "\n".join(_lines(language)).rstrip() + "\n"


def short_list(folder: str) -> str:
    """
    The KPIs by board with links, for README.

    Args:
        folder: Where the page lies, as README sees it.
    """
    boards = [(BOARDS[board].en, _on(board)) for board in BOARDS]
    page = f"{folder}/{PAGES['en']}"
    rows = ((title, _links(found, "en", page)) for title, found in [*boards, (vocabulary.OTHERS["en"], _on_none())])
    return _table(("board", "KPIs"), rows)


def _on(board: str) -> list[Kpi]:
    return [kpi for kpi in CATALOGUE.values() if board in kpi.boards]


def _on_none() -> list[Kpi]:
    return [kpi for kpi in CATALOGUE.values() if not kpi.boards and not kpi.supporting]


def _lines(language: str) -> Iterator[str]:
    titles = _TITLES[language]
    yield f"# {titles['page']}\n"
    yield getattr(_INTRO, language)
    yield f"## {titles['by_board']}\n"
    for board, title in BOARDS.items():
        yield f"- **{getattr(title, language)}** (`--board {board}`): {_links(_on(board), language)}"
    yield f"- **{vocabulary.OTHERS[language]}**: {_links(_on_none(), language)}\n"
    for family, title in _FAMILIES:
        yield f"## {getattr(title, language)}\n"
        for kpi in family.KPIS:
            if not kpi.supporting:
                yield from _card(kpi, language)
    yield from _supporting(language)
    yield from _options(language)
    for name, told in (("reasons", REASONS), ("flags", FLAGS), ("statuses", STATUSES)):
        yield f"## {titles[name]}\n"
        yield _table(titles["code_heads"], ((f"`{code}`", getattr(text, language)) for code, text in told.items()))
        yield ""


def _links(kpis: Iterable[Kpi], language: str, page: str = "") -> str:
    return ", ".join(f"[{getattr(kpi.name, language)}]({page}#{kpi.id})" for kpi in kpis)


def _card(kpi: Kpi, language: str) -> Iterator[str]:
    told, titles = vocabulary.CARD[language], _TITLES[language]
    yield f"### {kpi.id}\n"
    yield f"**{getattr(kpi.name, language)}.** {getattr(kpi.meaning, language)}\n"
    yield f"- {told['formula']}: `{kpi.formula}`"
    for dimension, formula in kpi.formulas.items():
        yield f"- {told['formula']} ({words.dimension(dimension, language)}): `{formula}`"
    for article in kpi.articles:
        own = f": *{article.formula}*" if article.formula else ""
        yield f"- {told['article']}: «{article.title}»{own}"
    yield f"- {told['unit']}: {words.unit(kpi.unit, language)} · {told['better']}: {words.better(kpi.better, language)}"
    yield f"- {told['by']}: {', '.join(kpi.by) or '–'}"
    yield f"- {told['grains']}: {', '.join(words.grain(grain, language) for grain in kpi.grains)}"
    tables = sorted({table for group in kpi.needs() for table in group})
    yield f"- {told['needs']}: {', '.join(f'`{table}`' for table in tables)}"
    names = sorted(kpi.option_names())
    if names:
        yield f"- {titles['options']}: {', '.join(_default(kpi, name, language) for name in names)}"
    for status in kpi.card()["statuses"]:
        yield f"- {told['status']}: {words.band(status, kpi.unit, language)}"
    if kpi.caution:
        yield f"- {told['caution']}: {getattr(kpi.caution, language)}"
    yield ""


def _default(kpi: Kpi, name: str, language: str) -> str:
    held = kpi.defaults.get(name, OPTIONS[name].default)
    return f"`{name}` = {_TITLES[language]['unset'] if held is None else held}"


def _supporting(language: str) -> Iterator[str]:
    titles, told = _TITLES[language], vocabulary.CARD[language]
    yield f"## {titles['supporting']}\n"
    yield f"{titles['supporting_told']}\n"
    rows = (
        (f"`{kpi.id}`", getattr(kpi.meaning, language), f"`{kpi.formula}`")
        for kpi in CATALOGUE.values()
        if kpi.supporting
    )
    yield _table(("KPI", told["meaning"], told["formula"]), rows)
    yield ""


def _options(language: str) -> Iterator[str]:
    titles = _TITLES[language]
    yield f"## {titles['options']}\n"
    yield f"{titles['options_told']}\n"
    rows = (
        (
            f"`{option.name}`" + ("¹" if option.only_settings else ""),
            titles["unset"] if option.default is None else f"`{option.default}`",
            ", ".join(f"`{value}`" for value in option.values) or titles["number"],
            getattr(option.meaning, language),
        )
        for option in OPTIONS.values()
    )
    yield _table(titles["option_heads"], rows)
    yield ""


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(heads), *(list(row) for row in rows)]
    shown = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
    return "\n".join([shown[0], "|" + "---|" * len(lines[0]), *shown[1:]])

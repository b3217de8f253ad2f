"""
What connectors find, in Spanish. They know no language but English, so a finding is recognised by its words; one that
is not known, and what a vendor says itself, stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from connectors.contract import Finding
from kpis.words import Text
from sync.check_refusals import REFUSALS
from sync.words import localized

# A name in braces stands for whatever is there; the first text that fits is taken.
_DOING = (
    Text(en="reading the properties of {object}", es="leer las propiedades de {object}"),
    Text(en="reading the property groups of {object}", es="leer los grupos de propiedades de {object}"),
    Text(en="reading the pipelines of {object}", es="leer los pipelines de {object}"),
    Text(en="reading the limits", es="leer los límites"),
    Text(en="reading the organisation", es="leer la organización"),
    Text(en="reading the lead statuses", es="leer los estados de los leads"),
    Text(en="reading the words of {field}", es="leer las palabras de {field}"),
    Text(en="reading the spreadsheet's tabs", es="leer las pestañas de la hoja de cálculo"),
    Text(en="reading reports of property {property}", es="leer informes de la propiedad {property}"),
    Text(en="reading {object} in bulk", es="leer {object} en bloque"),
    Text(en="reading {object}", es="leer {object}"),
    Text(en="describing {object}", es="describir {object}"),
    Text(en="looking for custom fields", es="buscar campos personalizados"),
    Text(en="looking for the lead history", es="buscar el historial de los leads"),
    Text(en="asking who we are", es="preguntar quiénes somos"),
    Text(en="asking the time", es="preguntar la hora"),
    Text(en="signing in", es="iniciar sesión"),
)
_PHRASES = {
    "doing": _DOING,
    "hint": (
        Text(en="did you mean {names}?", es="¿quiso decir {names}?"),
        Text(en="known: {names}", es="se conocen: {names}"),
    ),
    "why": (
        Text(
            en="the portal has no such property, or the token may not read it",
            es="el portal no tiene esa propiedad, o el token no puede leerla",
        ),
        Text(en="its private key cannot be read", es="no se puede leer su clave privada"),
        Text(
            en="it is neither JSON nor the path of a file that can be read",
            es="no es JSON ni la ruta de un archivo que se pueda leer",
        ),
        Text(en="it is not JSON", es="no es JSON"),
        Text(en="it has no {members}", es="le falta {members}"),
        Text(en="the private key could not be read", es="no se pudo leer la clave privada"),
        Text(en="the session expired or is invalid", es="la sesión caducó o no es válida"),
        Text(en="no answer within the time-out", es="sin respuesta dentro del plazo"),
        Text(en="the connection broke ({name})", es="se cortó la conexión ({name})"),
    ),
}
_NUMBERS = ("left", "most", "used", "rows", "columns", "fields")
_ABOUT = {
    "credentials": "credenciales",
    "API requests": "llamadas a la API",
    "creating fields": "crear campos",
    "currency": "moneda",
    "daily limit": "límite diario",
    "quota": "cuota",
    "time zone": "zona horaria",
}
_FOUND = (
    # Salesforce
    Text(en="signed in to {site}", es="sesión iniciada en {site}"),
    Text(
        en="the allocation is not shown to the integration user",
        es="la asignación no se muestra al usuario de integración",
    ),
    Text(
        en="{left} of {most} API requests are left for these 24 hours",
        es="quedan {left} de {most} llamadas a la API para estas 24 horas",
    ),
    Text(
        en="Run later, or find out which other app uses them.",
        es="Ejecútelo más tarde, o averigüe qué otra aplicación las gasta.",
    ),
    Text(
        en="the organisation has one currency, or does not date its rates",
        es="la organización tiene una sola moneda, o no fecha sus tipos de cambio",
    ),
    Text(
        en="the object is not visible; without it there is no complete nothing else",
        es="el objeto no es visible; nada más depende de él",
    ),
    Text(
        en="the object is not visible; without it there is no complete {tables}",
        es="el objeto no es visible; sin él no están completos: {tables}",
    ),
    Text(
        en="Grant Read and View All on {object} in a permission set of the integration user.",
        es="Conceda Read y View All sobre {object} en un conjunto de permisos del usuario de integración.",
    ),
    Text(
        en="the field does not exist or is hidden; mapping.{setting} names it",
        es="el campo no existe o está oculto; lo nombra mapping.{setting}",
    ),
    Text(en="the field does not exist or is hidden", es="el campo no existe o está oculto"),
    Text(
        en="Grant Read on the field in a permission set; if the name is wrong, {hint}.",
        es="Conceda Read sobre el campo en un conjunto de permisos; si el nombre está mal, {hint}.",
    ),
    Text(en="all {fields} fields are readable", es="los {fields} campos se pueden leer"),
    Text(en="readable", es="se puede leer"),
    Text(
        en="Salesforce keeps {zone}, the settings say {timezone}: reports of the two draw months differently",
        es="Salesforce usa {zone}, los ajustes dicen {timezone}: los informes de ambos cortan los meses de otra forma",
    ),
    Text(
        en="Set organisation.timezone to the one that people report by.",
        es="Ponga en organisation.timezone la zona con la que se hacen los informes.",
    ),
    Text(
        en="amounts without a currency of their own are in {money}, the settings take them as {currency}",
        es="los importes sin moneda propia están en {money}, los ajustes los toman como {currency}",
    ),
    Text(
        en='Set connectors.*.currency = "{money}", and give exchange rates.',
        es='Ponga connectors.*.currency = "{money}", y dé tipos de cambio.',
    ),
    Text(en="there is no lead status {status}", es="no hay ningún estado de lead {status}"),
    Text(en="Name a status of this organisation; {hint}.", es="Nombre un estado de esta organización; {hint}."),
    Text(
        en="no change of a lead's status has ever been recorded, so no one can say when leads were qualified",
        es="nunca se registró un cambio de estado de un lead, así que nadie puede decir cuándo se calificaron",
    ),
    Text(
        en="Turn on Field History Tracking for Lead Status, or set mapping.qualified_field.",
        es="Active Field History Tracking para Lead Status, o ponga mapping.qualified_field.",
    ),
    Text(
        en="{field} has words that count as Other: {words}", es="{field} tiene palabras que cuentan como Other: {words}"
    ),
    Text(en="Give each a channel under {setting}.", es="Dé un canal a cada una en {setting}."),
    Text(
        en="the integration user may not grant access to fields",
        es="el usuario de integración no puede conceder acceso a campos",
    ),
    Text(
        en="the integration user may look up custom fields and grant access to them",
        es="el usuario de integración puede consultar campos personalizados y conceder acceso a ellos",
    ),
    # HubSpot
    Text(en="The token opens portal {portal}.", es="El token abre el portal {portal}."),
    Text(en="Readable.", es="Se puede leer."),
    Text(en="It was not readable.", es="No se pudo leer."),
    Text(en="Left out: {why}.", es="Queda fuera: {why}."),
    Text(
        en="Name another property in the mapping, or let the token read this one.",
        es="Nombre otra propiedad en mapping, o deje que el token lea esta.",
    ),
    Text(
        en="{used} of {most} requests of today are used.",
        es="Hoy se han gastado {used} de {most} llamadas.",
    ),
    Text(
        en="Run after midnight of the portal's time zone, or raise the limit.",
        es="Ejecútelo pasada la medianoche de la zona horaria del portal, o suba el límite.",
    ),
    # Google Analytics
    Text(en="{email} reads property {property}.", es="{email} lee la propiedad {property}."),
    Text(
        en="Property {property} counts days in {zone}, the organisation in {timezone}: visits around midnight count for"
        " another day than leads of the same minute.",
        es="La propiedad {property} cuenta los días en {zone}, la organización en {timezone}: las visitas de alrededor"
        " de medianoche cuentan para otro día que los leads del mismo minuto.",
    ),
    Text(
        en="Set organisation.timezone to the property's, or change the property's in Google Analytics (Admin, Property"
        " details); that changes future days only.",
        es="Ponga en organisation.timezone la de la propiedad, o cambie la de la propiedad en Google Analytics (Admin,"
        " Property details); eso solo cambia los días futuros.",
    ),
    Text(
        en="{left} tokens are left today; a run takes about 10.",
        es="Quedan {left} tokens hoy; una ejecución gasta unos 10.",
    ),
    # Google Sheets
    Text(
        en="{email} opens the spreadsheet {title}, where {tabs} is kept.",
        es="{email} abre la hoja de cálculo {title}, donde se mantiene {tabs}.",
    ),
    Text(
        en="{email} opens the spreadsheet {title}, where {tabs} are kept.",
        es="{email} abre la hoja de cálculo {title}, donde se mantienen {tabs}.",
    ),
    Text(en="{email} opens the spreadsheet {title}.", es="{email} abre la hoja de cálculo {title}."),
    # Files
    Text(en="There is no CSV or Parquet file in {folder}.", es="No hay ningún archivo CSV ni Parquet en {folder}."),
    Text(en="Put some there.", es="Ponga alguno."),
    Text(en="{columns} columns of the table {table}, no rows", es="{columns} columnas de la tabla {table}, sin filas"),
    Text(en="{columns} columns of the table {table}", es="{columns} columnas de la tabla {table}"),
)


def spanish(finding: Finding) -> Finding:
    """
    A finding of a connector in Spanish, as far as its words are known.
    """
    about = _ABOUT.get(finding.about, finding.about)
    return replace(finding, about=about, text=in_spanish(finding.text), fix=in_spanish(finding.fix))


def in_spanish(text: str) -> str:
    """
    A sentence of a connector in Spanish; the sentence itself where it is not known.
    """
    known = _FOUND + REFUSALS
    placed = re.fullmatch(r"(.+) \(([^()]+)\)", text, re.DOTALL)  # what to do, and in brackets where
    if placed and (told := _translated(placed[1], known)) != placed[1]:
        return f"{told} ({placed[2].replace(', line ', ', línea ')})"
    return _translated(text, known)


def _translated(text: str, known: Sequence[Text]) -> str:
    for each in known:
        found = _pattern(each.en).fullmatch(text)
        if found:
            return each.es.format_map({name: _part(name, part) for name, part in found.groupdict().items()})
    return text


def _part(name: str, text: str) -> str:
    if name in _NUMBERS:
        return localized(text, "es")
    if name == "hints":  # one per unknown name
        parts = [part.partition(": ") for part in text.split("; ")]
        return "; ".join(f"{of}: {_translated(hint, _PHRASES['hint'])}" for of, _, hint in parts)
    if name == "problems":  # one below the other, each with where and fix
        return re.sub(r"^(- |  where: |  fix:   )(.*)$", _line, text, flags=re.MULTILINE)
    return _translated(text, _PHRASES.get(name, ()))


def _line(found: re.Match[str]) -> str:
    head = {"  where: ": "  dónde: ", "  fix:   ": "  solución: "}.get(found[1], found[1])
    return head + in_spanish(found[2])


@cache
def _pattern(english: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", english)
    named = [f"(?P<{part}>.+?)" if number % 2 else re.escape(part) for number, part in enumerate(parts)]
    return re.compile("".join(named), re.DOTALL)

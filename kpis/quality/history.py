"""
Stage history and whatever is dated in the future.
"""

from __future__ import annotations

from kpis.quality.check import Check
from kpis.quality.touched import STAGES
from kpis.words import Text

CHECKS = (
    Check(
        "history_stage_unknown",
        "note",
        STAGES,
        needs=("opportunities", "stages"),
        found=Text(
            en="Stage changes into a stage that the pipeline does not have.",
            es="Cambios a una etapa que el pipeline no tiene.",
        ),
        effect=Text(
            en="They count in stage lengths under the vendor's own word and are in no funnel step.",
            es="Cuentan en las duraciones con la palabra del proveedor y no están en ningún paso del embudo.",
        ),
        fix=Text(
            en="Nothing, if the stage was removed on purpose; else add it to the pipeline again.",
            es="Nada, si la etapa se quitó a propósito; si no, vuelva a añadirla al pipeline.",
        ),
    ),
    Check(
        "history_before_creation",
        "warning",
        STAGES,
        found=Text(
            en="Stage changes from before the deal was created.", es="Cambios de etapa anteriores a crear el negocio."
        ),
        effect=Text(
            en="They count, so stages may last longer than the deal exists.",
            es="Cuentan, así que una etapa puede durar más que el negocio.",
        ),
        fix=Text(
            en="Correct the creation date, or the dates of the history that was imported.",
            es="Corrija la fecha de creación o las fechas del historial importado.",
        ),
    ),
    Check(
        "history_of_one_instant",
        "note",
        STAGES,
        found=Text(
            en="Stage changes of a deal to several stages at one instant.",
            es="Cambios de un negocio a varias etapas en un mismo instante.",
        ),
        effect=Text(
            en="They are taken in the order of their ids; all but the last last 0 days.",
            es="Se toman en el orden de sus ids; todas menos la última duran 0 días.",
        ),
        fix=Text(
            en="Give the history its times, not only its days.", es="Dé al historial sus horas, no solo sus días."
        ),
    ),
    Check(
        "dated_in_the_future",
        "warning",
        ("new_leads", "new_qualified_leads", "new_opportunities", "website_visits", "support_tickets"),
        found=Text(
            en="Records of something that happened on a day to come.",
            es="Registros de algo ocurrido en un día que no ha llegado.",
        ),
        effect=Text(en="They do not count before that day.", es="No cuentan antes de ese día."),
        fix=Text(
            en="Correct the date; if only hours are off, look at the time zone of the organisation and of the source.",
            es="Corrija la fecha; si solo son horas, mire la zona horaria de la organización y de la fuente.",
        ),
    ),
)

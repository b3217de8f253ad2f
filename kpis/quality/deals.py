"""
Deals: their dates, amounts, stages, and the same deal twice.
"""

from __future__ import annotations

from kpis.quality.check import Check
from kpis.quality.touched import CLOSING, CUSTOMERS, PIPELINE, REVENUE, STAGES
from kpis.words import Text

CHECKS = (
    Check(
        "deal_closed_before_created",
        "warning",
        ("sales_cycle_length", "pipeline_velocity"),
        found=Text(en="Deals closed before they were created.", es="Negocios cerrados antes de crearse."),
        effect=Text(
            en="Left out of the length of the sales cycle, which is flagged; they count on their closing day.",
            es="Quedan fuera de la duración del ciclo, que lo avisa; cuentan como cerrados en su día de cierre.",
        ),
        fix=Text(
            en="Correct the close date or the creation date in the CRM.",
            es="Corrija la fecha de cierre o la de creación en el CRM.",
        ),
    ),
    Check(
        "deal_closed_before_its_lead",
        "note",
        ("sales_cycle_length",),
        needs=("leads",),
        found=Text(en="Deals closed before their lead was created.", es="Negocios cerrados antes de crearse su lead."),
        effect=Text(
            en="Left out of the length of the sales cycle where it starts with the lead.",
            es="Quedan fuera de la duración del ciclo si empieza con el lead.",
        ),
        fix=Text(
            en="Correct the dates, or link the deal to the person it came from.",
            es="Corrija las fechas o vincule el negocio con la persona de la que vino.",
        ),
    ),
    Check(
        "deal_closed_without_date",
        "warning",
        (*CLOSING, *REVENUE, "open_pipeline_amount"),
        found=Text(en="Deals closed without any closing date.", es="Negocios cerrados sin fecha de cierre."),
        effect=Text(
            en="Left out of every month's won and lost deals and of every opening pipeline.",
            es="Quedan fuera de los ganados y perdidos de todos los meses y de todo pipeline inicial.",
        ),
        fix=Text(en="Enter the close date in the CRM.", es="Ponga la fecha de cierre en el CRM."),
    ),
    Check(
        "deal_close_date_far_from_history",
        "warning",
        (*CLOSING, *REVENUE, "sales_cycle_length"),
        needs=("stage_changes",),
        found=Text(
            en="Deals whose close date lies more than 7 days from the day they entered their closing stage.",
            es="Negocios cuya fecha de cierre dista más de 7 días del día en que entraron en su etapa de cierre.",
        ),
        effect=Text(
            en="The numbers follow the close date, which may be the wrong month.",
            es="Las cifras siguen la fecha de cierre, que puede ser de otro mes.",
        ),
        fix=Text(
            en="See in the deal's history when it closed and correct the close date.",
            es="Vea en el historial cuándo se cerró y corrija la fecha de cierre.",
        ),
    ),
    Check(
        "deal_closed_in_the_future",
        "warning",
        (*CLOSING, *REVENUE, *PIPELINE[:1]),
        found=Text(en="Deals closed on a day to come.", es="Negocios cerrados en un día que no ha llegado."),
        effect=Text(
            en="They stay in the open pipeline and count as closed only from that day on.",
            es="Siguen en el pipeline abierto y cuentan como cerrados solo desde ese día.",
        ),
        fix=Text(
            en="Set the close date to the day on which the deal was closed.",
            es="Ponga como fecha de cierre el día en que se cerró.",
        ),
    ),
    Check(
        "deal_won_without_amount",
        "warning",
        (*REVENUE, "pipeline_velocity"),
        found=Text(en="Won deals without an amount.", es="Negocios ganados sin importe."),
        effect=Text(
            en="They count as won but add no revenue and are no order.",
            es="Cuentan como ganados pero no suman ingresos ni son un pedido.",
        ),
        fix=Text(en="Enter the amount, or 0 where nothing was paid.", es="Ponga el importe, o 0 si no se pagó nada."),
    ),
    Check(
        "deal_with_negative_amount",
        "warning",
        (*REVENUE, "open_pipeline_amount"),
        found=Text(en="Deals with a negative amount or MRR.", es="Negocios con importe o MRR negativo."),
        effect=Text(
            en="They count as they stand and lower revenue and pipeline.",
            es="Cuentan como están y bajan ingresos y pipeline.",
        ),
        fix=Text(
            en="Correct the amount; a refund belongs into revenue with kind refund.",
            es="Corrija el importe; una devolución va en revenue con kind refund.",
        ),
    ),
    Check(
        "deal_without_creation_date",
        "warning",
        ("new_opportunities", *PIPELINE, "sales_cycle_length"),
        found=Text(en="Deals without a creation date.", es="Negocios sin fecha de creación."),
        effect=Text(
            en="Left out of created deals, opening pipelines and sales cycles; shares over them are flagged.",
            es="Quedan fuera de los creados, los pipelines iniciales y los ciclos; las tasas lo avisan.",
        ),
        fix=Text(en="Give the source a creation date for them.", es="Dé a la fuente una fecha de creación para ellos."),
    ),
    Check(
        "deal_won_without_account",
        "warning",
        (*CUSTOMERS, "cac_payback_months"),
        found=Text(en="Won deals without an account.", es="Negocios ganados sin cuenta."),
        effect=Text(
            en="They add revenue but make nobody a customer.", es="Suman ingresos pero no hacen cliente a nadie."
        ),
        fix=Text(en="Link the deal to its company in the CRM.", es="Vincule el negocio con su empresa en el CRM."),
    ),
    Check(
        "deal_stage_unknown",
        "warning",
        STAGES,
        needs=("stages",),
        found=Text(
            en="Deals in a stage that their pipeline does not have.",
            es="Negocios en una etapa que su pipeline no tiene.",
        ),
        effect=Text(
            en="The funnel knows only its other stages; stage lengths show it under the vendor's own word.",
            es="El embudo solo conoce sus otras etapas; las duraciones la muestran con la palabra del proveedor.",
        ),
        fix=Text(
            en="Move the deal to a stage of its pipeline, or add the stage to the pipeline.",
            es="Mueva el negocio a una etapa de su pipeline o añada la etapa al pipeline.",
        ),
    ),
    Check(
        "deal_state_differs_from_stage",
        "warning",
        (*CLOSING, *REVENUE, *PIPELINE[:1]),
        needs=("stages",),
        found=Text(
            en="Deals that are open, won or lost otherwise than their stage says.",
            es="Negocios abiertos, ganados o perdidos de otro modo que su etapa.",
        ),
        effect=Text(
            en="The numbers follow the deal's own state.", es="Las cifras siguen el estado del propio negocio."
        ),
        fix=Text(
            en="Set the stage of the deal anew, or mend the stage's own state.",
            es="Vuelva a poner la etapa del negocio o corrija el estado de la etapa.",
        ),
    ),
    Check(
        "deal_in_two_systems",
        "warning",
        (*CLOSING, *REVENUE, *PIPELINE[:1]),
        found=Text(
            en="Deals that may stand in two CRMs unlinked: same account, amount and closing month.",
            es="Negocios quizá en dos CRM sin vínculo: misma cuenta, importe y mes de cierre.",
        ),
        effect=Text(en="Both count.", es="Cuentan los dos."),
        fix=Text(
            en="If they are one deal, say so: noria identity --entity deal --same ONE OTHER.",
            es="Si son el mismo negocio, dígalo: noria identity --entity deal --same UNO OTRO.",
        ),
    ),
    Check(
        "probability_out_of_range",
        "note",
        (),
        found=Text(
            en="Probabilities below 0 or above 1, perhaps typed as percentages.",
            es="Probabilidades menores que 0 o mayores que 1, quizá escritas en porcentaje.",
        ),
        effect=Text(en="No number leans on them.", es="Ninguna cifra se apoya en ellas."),
        fix=Text(en="Give 0.8 for 80 %.", es="Ponga 0.8 para 80 %."),
    ),
)

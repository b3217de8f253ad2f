"""
Targets: KPI, member, span and value.
"""

from __future__ import annotations

from kpis.quality.check import Check
from kpis.quality.touched import TARGETS
from kpis.words import Text

CHECKS = (
    Check(
        "target_kpi_unknown",
        "error",
        TARGETS,
        found=Text(en="Targets of a KPI that does not exist.", es="Objetivos de un KPI que no existe."),
        effect=Text(en="Left out.", es="Quedan fuera."),
        fix=Text(
            en="Write the KPI's id as `noria kpis` lists it, or quota.",
            es="Escriba el id del KPI como lo lista `noria kpis`, o quota.",
        ),
    ),
    Check(
        "target_member_unknown",
        "warning",
        (*TARGETS, "pipeline_coverage"),
        found=Text(
            en="Targets of a dimension or a member that no record has.",
            es="Objetivos de una dimensión o un miembro que ningún registro tiene.",
        ),
        effect=Text(
            en="Nothing is measured against them; a quota of an owner that nobody is covers nothing.",
            es="Nada se mide con ellos; una cuota de un responsable que no existe no cubre nada.",
        ),
        fix=Text(
            en="Name the member by its id, its key or its name, as `noria show --by` prints it.",
            es="Nombre el miembro por su id, su clave o su nombre, como lo muestra `noria show --by`.",
        ),
    ),
    Check(
        "target_span_no_period",
        "warning",
        ("target_attainment",),
        found=Text(
            en="Targets whose span is no day, week, month, quarter or year of the calendar.",
            es="Objetivos cuyo intervalo no es un día, semana, mes, trimestre o año del calendario.",
        ),
        effect=Text(
            en="No period's attainment shows them: it takes targets whose span is exactly the period.",
            es="No aparecen en el cumplimiento de ningún periodo: toma objetivos cuyo intervalo es justo el periodo.",
        ),
        fix=Text(
            en="Let it start on the first and end on the last day of the period.",
            es="Haga que empiece el primer día y termine el último del periodo.",
        ),
    ),
    Check(
        "target_without_value",
        "warning",
        (*TARGETS, "pipeline_coverage"),
        found=Text(en="Targets without a value.", es="Objetivos sin valor."),
        effect=Text(en="Left out.", es="Quedan fuera."),
        fix=Text(en="Enter the value to be reached.", es="Ponga el valor que se quiere alcanzar."),
    ),
    Check(
        "target_share_as_percentage",
        "warning",
        TARGETS,
        found=Text(
            en="Targets of a share that look like a percentage.", es="Objetivos de una tasa que parecen un porcentaje."
        ),
        effect=Text(en="They are taken as they stand: 80 is 8,000 %.", es="Se toman como están: 80 es 8.000 %."),
        fix=Text(en="Give 0.8 for 80 %.", es="Ponga 0.8 para 80 %."),
    ),
    Check(
        "target_twice",
        "warning",
        (*TARGETS, "pipeline_coverage"),
        found=Text(
            en="Several targets of one KPI, member and span with different values and no later change.",
            es="Varios objetivos de un mismo KPI, miembro e intervalo con valores distintos y sin cambio posterior.",
        ),
        effect=Text(en="One of them holds, by source and id.", es="Vale uno de ellos, por fuente e id."),
        fix=Text(
            en="Keep one of them, or say in changed_at which came last.",
            es="Deje uno de ellos o indique en changed_at cuál es el último.",
        ),
    ),
)

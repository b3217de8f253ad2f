"""
Objectives: what was aimed at, against what came of it.
"""

from __future__ import annotations

from kpis.catalogue.articles import article
from kpis.formula import OverKpis
from kpis.model import Kpi
from kpis.words import Text

_BY = ("target", "owner", "account", "segment")
_NEEDS = (("targets",),)

TARGET_ATTAINMENT = Kpi(
    "target_attainment",
    name=Text(en="Target attainment", es="Cumplimiento de objetivos"),
    meaning=Text(
        en="How much of the target set for exactly this period was reached; where less is better, target by actual.",
        es="Cuánto se alcanzó del objetivo fijado justo para este periodo; si menos es mejor, objetivo entre real.",
    ),
    formula=OverKpis("actual / target (where less is better: target / actual)", _NEEDS),
    unit="percent",
    better="higher",
    by=_BY,
    articles=(article(0), article(1), article(2)),
    caution=Text(
        en="Attainments do not add up: with several targets there is a value for each and none for the whole.",
        es="Los cumplimientos no se suman: con varios objetivos hay un valor para cada uno y ninguno para el conjunto.",
    ),
)

RELATIONSHIP_OBJECTIVE_PROGRESS = Kpi(
    "relationship_objective_progress",
    name=Text(en="Relationship progress", es="Progreso de los objetivos de relación"),
    meaning=Text(
        en="How far an objective got from its baseline to its target by the end of the period.",
        es="Cuánto avanzó un objetivo desde su punto de partida hasta la meta al cierre del periodo.",
    ),
    formula=OverKpis("(actual - baseline) / (target - baseline)", _NEEDS),
    unit="percent",
    better="higher",
    by=_BY,
    articles=(article(2),),
    caution=Text(
        en="Below 0 it moved away from the target, above 100 % it went past it. Without a baseline, the value of the"
        " period just before the objective's span is taken.",
        es="Bajo 0 se alejó de la meta y sobre 100 % la superó. Sin punto de partida se toma el valor del periodo"
        " justo anterior al intervalo del objetivo.",
    ),
)

OBJECTIVES_ON_TRACK_SHARE = Kpi(
    "objectives_on_track_share",
    name=Text(en="Objectives on track", es="Objetivos en plazo"),
    meaning=Text(
        en="Share of the objectives that got at least as far as time has, of those with a value.",
        es="Parte de los objetivos que avanzaron al menos tanto como el tiempo, de los que tienen valor.",
    ),
    formula=OverKpis("objectives_with(progress >= elapsed_share) / objectives_with_progress", _NEEDS),
    unit="percent",
    better="higher",
    by=("owner", "account", "segment"),
    articles=(article(2),),
)

KPIS = (TARGET_ATTAINMENT, RELATIONSHIP_OBJECTIVE_PROGRESS, OBJECTIVES_ON_TRACK_SHARE)

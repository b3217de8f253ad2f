"""
Single words and headings of the screen, in English and Spanish.
"""

UNITS = {
    "percent": {"en": "%", "es": "%"},
    "count": {"en": "count", "es": "cantidad"},
    "days": {"en": "days", "es": "días"},
    "ratio": {"en": "ratio", "es": "proporción"},
    "money": {"en": "money", "es": "dinero"},
    "money_per_month": {"en": "money per month", "es": "dinero al mes"},
    "money_per_day": {"en": "money per day", "es": "dinero al día"},
    "months": {"en": "months", "es": "meses"},
}
PER = {
    "money_per_month": {"en": "/month", "es": "/mes"},
    "money_per_day": {"en": "/day", "es": "/día"},
}
STATUS = {
    "better": {"en": "better", "es": "mejor"},
    "worse": {"en": "worse", "es": "peor"},
    "same": {"en": "unchanged", "es": "sin cambio"},
    "none": {"en": "–", "es": "–"},
}
CARD = {
    "en": {
        "meaning": "Meaning",
        "caution": "Caution",
        "formula": "Formula",
        "unit": "Unit",
        "better": "Better",
        "by": "Can be cut by",
        "grains": "Periods",
        "needs": "Needs",
        "article": "Article",
        "boards": "Boards",
        "status": "Status",
        "option": "Option",
    },
    "es": {
        "meaning": "Qué dice",
        "caution": "Cuidado",
        "formula": "Fórmula",
        "unit": "Unidad",
        "better": "Mejor",
        "by": "Se desglosa por",
        "grains": "Periodos",
        "needs": "Necesita",
        "article": "Artículo",
        "boards": "Cuadros",
        "status": "Estado",
        "option": "Opción",
    },
}
"""
Headings of a KPI's card.
"""
BEYOND = {"en": "above", "es": "por encima"}
OTHERS = {"en": "All others", "es": "Todos los demás"}
UNTIL = {"en": "to", "es": "hasta"}
LEGEND = {
    "interval": {
        "en": "Below a value of few cases: where it lies with 95 % confidence.",
        "es": "Bajo un valor de pocos casos: dónde está con un 95 % de confianza.",
    },
    "target": {
        "en": "Below a value with a target: ✓ or ✗ and the target.",
        "es": "Bajo un valor con objetivo: ✓ o ✗ y el objetivo.",
    },
}
BETTER = {"higher": {"en": "higher", "es": "más alto"}, "lower": {"en": "lower", "es": "más bajo"}}
DIMENSIONS = {
    "org": {"en": "Whole organisation", "es": "Toda la organización"},
    "channel": {"en": "Channel", "es": "Canal"},
    "campaign": {"en": "Campaign", "es": "Campaña"},
    "owner": {"en": "Owner", "es": "Responsable"},
    "segment": {"en": "Segment", "es": "Segmento"},
    "account": {"en": "Account", "es": "Cuenta"},
    "stage": {"en": "Stage", "es": "Etapa"},
    "product": {"en": "Product", "es": "Producto"},
    "pipeline": {"en": "Pipeline", "es": "Pipeline"},
    "movement": {"en": "Movement", "es": "Movimiento"},
    "team": {"en": "Team", "es": "Equipo"},
    "kind": {"en": "Kind", "es": "Tipo"},
    "target": {"en": "Target", "es": "Objetivo"},
}
GRAINS = {
    "day": {"en": "day", "es": "día"},
    "week": {"en": "week", "es": "semana"},
    "month": {"en": "month", "es": "mes"},
    "quarter": {"en": "quarter", "es": "trimestre"},
    "year": {"en": "year", "es": "año"},
    "all": {"en": "to date (all)", "es": "hasta hoy (all)"},
    "trailing": {"en": "trailing days (90d)", "es": "últimos días (90d)"},
}
BRIEF = {
    "zero_denominator": {"en": "nothing to divide by", "es": "sin base"},
    "missing_input": {"en": "no source gives it", "es": "ninguna fuente lo da"},
    "no_prior_period": {"en": "nothing before", "es": "nada anterior"},
    "partial_period": {"en": "period not over", "es": "periodo sin terminar"},
    "immature_cohort": {"en": "too early to say", "es": "aún es pronto"},
    "insufficient_history": {"en": "too little history", "es": "poca historia"},
    "non_positive_margin": {"en": "no margin", "es": "sin margen"},
    "missing_fx_rate": {"en": "no exchange rate", "es": "sin tipo de cambio"},
    "not_applicable": {"en": "does not apply", "es": "no se aplica"},
    "bulk_import": {"en": "bulk import", "es": "importación masiva"},
    "is_partial": {"en": "not over yet", "es": "sin terminar"},
    "low_sample": {"en": "few cases", "es": "pocos casos"},
    "missing_created_at": {"en": "dates missing", "es": "faltan fechas"},
    "negative_duration": {"en": "bad dates left out", "es": "sin fechas erróneas"},
    "not_deduplicated": {"en": "visitors repeat", "es": "visitantes repetidos"},
    "partial_cost": {"en": "no salaries", "es": "sin salarios"},
    "duplicates_left_out": {"en": "repeats left out", "es": "sin repetidos"},
    "frequency_value_correlated": {"en": "model doubtful", "es": "modelo dudoso"},
    "no_cost_that_month": {"en": "cost unknown", "es": "costo desconocido"},
    "no_unconverted_paths": {"en": "only presence", "es": "solo presencia"},
    "read_with_care": {"en": "wins fell", "es": "menos éxito"},
    "loses_money": {"en": "loses money", "es": "pierde dinero"},
    "recovers_spend": {"en": "below the bar", "es": "bajo el listón"},
    "above_bar": {"en": "above the bar", "es": "sobre el listón"},
    "below_break_even": {"en": "below break-even", "es": "no recupera"},
    "above_break_even": {"en": "above break-even", "es": "recupera"},
    "as_expected": {"en": "as expected", "es": "lo esperado"},
    "review": {"en": "look at it", "es": "revisar"},
    "traffic_drop": {"en": "sharp drop", "es": "gran caída"},
}
STANDING = {
    "met": {"en": "met", "es": "cumplido"},
    "missed": {"en": "missed", "es": "no cumplido"},
    "on_track": {"en": "on track", "es": "en plazo"},
    "behind": {"en": "behind", "es": "atrasado"},
}
RUN_STATUS = {
    "done, something left out": "hecho, algo quedó fuera",
    "done": "hecho",
    "running": "en curso",
    "failed: the process ended": "falló: el proceso terminó",
}
STEPS = {
    "pull": {"en": "Pulling", "es": "Leyendo"},
    "model": {"en": "Finding who is one with whom", "es": "Viendo quién es quién"},
    "compute": {"en": "Computing", "es": "Calculando"},
    "push": {"en": "Writing back", "es": "Escribiendo"},
}
KINDS = {"run": "todo", "pull": "lectura", "compute": "cálculo", "push": "escritura"}

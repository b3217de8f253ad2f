"""
Names that the company and its customers go by.
"""

from __future__ import annotations

import unicodedata
from random import Random

FIRST = (
    "María", "Carmen", "Lucía", "Ana", "Sofía", "Laura", "Marta", "Elena", "Paula", "Núria", "José", "Antonio",
    "Manuel", "Javier", "Daniel", "Pablo", "Álvaro", "Sergio", "Íñigo", "Jorge", "Anna", "Lena", "Jonas", "Lukas",
    "Zoë", "Chloé", "Hugo", "Camille", "Giulia", "Marco", "Sinéad", "Liam", "Emma", "Oliver", "Ingrid",
    "Björn", "Søren", "Katarzyna", "Łukasz", "João", "Beatriz", "Aisha", "Yusuf", "Mei", "Kenji", "Priya",
)  # fmt: skip
LAST = (
    "García", "Fernández", "González", "Rodríguez", "López", "Martínez", "Sánchez", "Pérez", "Gómez", "Muñoz", "Ibáñez",
    "Ortega", "Serrano", "Navarro", "Iglesias", "Vidal", "Ferrer", "Peña", "Müller", "Schäfer", "Weiß", "Dubois",
    "Lefèvre", "Rossi", "Bianchi", "O'Brien", "D'Angelo", "Smith", "Taylor", "Jansen", "van der Berg", "Nowak",
    "Kowalski", "Silva", "Ferreira", "Larsen", "Østergård", "Lindqvist", "Khan", "Tanaka", "Chen", "Patel",
)  # fmt: skip
_COMPANY_FIRST = (
    "Nord", "Alba", "Terra", "Luma", "Vela", "Costa", "Monte", "Prima", "Vida", "Clara", "Aqua", "Sol", "Delta", "Iris",
    "Atlas", "Orion", "Faro", "Rio", "Onda", "Brisa", "Cima", "Dorada", "Faber", "Gala", "Helia", "Ibera", "Kappa",
    "Lince", "Mistral", "Nexo", "Olmo", "Puente", "Quercus", "Roble", "Sierra", "Tajo", "Ursa", "Ventus", "Xaloc",
    "Zenit",
)  # fmt: skip
_COMPANY_SECOND = (
    "logic", "data", "soft", "works", "lab", "trade", "care", "foods", "build", "motion", "energy", "media", "systems",
    "pharma", "bank", "cargo", "design", "optics", "textil", "farm", "steel", "learn", "travel", "print", "mobile",
)  # fmt: skip
_FORM = ("S.L.", "S.A.", "GmbH", "Ltd", "SAS", "B.V.", "Inc.", "Lda", "S.p.A.", "")
# What people really type into a name; each is met in any company of more than a dozen accounts.
_ODD = (
    'Café "El Molino" S.L.',
    "Hermanos Núñez\nObra y Reforma",
    "🚀 Rocket Labs",
    "O'Hara & Daughters, Ltd",
    "Müller; Söhne | Partner",
    "=SUM(1,2) Holdings",
    "株式会社サンプル",
)
INDUSTRIES = (
    "Technology", "Manufacturing", "Retail", "Healthcare", "Finance", "Education", "Logistics", "Hospitality",
)  # fmt: skip
COUNTRIES = {
    "Spain": 46.0,
    "France": 12.0,
    "Germany": 12.0,
    "Portugal": 9.0,
    "Italy": 8.0,
    "United Kingdom": 8.0,
    "Mexico": 5.0,
}
FREE_MAIL = ("freemail.example.org", "webmail.example.net")
SHARED_MAILBOXES = ("info", "sales", "contacto", "office")
_PLAIN = str.maketrans({"ß": "ss", "ø": "o", "ł": "l"})
_ENDS = ("example.com", "example.org", "example.net")


def slug(text: str) -> str:
    """
    ASCII letters, digits and single hyphens.
    """
    plain = unicodedata.normalize("NFKD", text.lower().translate(_PLAIN))
    kept = "".join(c if c.isascii() and c.isalnum() else "-" if c in " -_/.&" else "" for c in plain)
    return "-".join(part for part in kept.split("-") if part)


class Names:
    """
    Hands out company names, domains and addresses, none of them twice.
    """

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._domains: dict[str, int] = {}
        self._addresses: dict[str, int] = {}
        self._companies = 0

    def company(self) -> tuple[str, str]:
        """
        A name and its web domain.
        """
        self._companies += 1
        rng = self._rng
        base = rng.choice(_COMPANY_FIRST) + rng.choice(_COMPANY_SECOND)
        name = f"{base} {rng.choice(_FORM)}".strip()
        nth, rest = divmod(self._companies, 12)
        if rest == 5 and nth < len(_ODD):
            name = _ODD[nth]
        domain = self._unused(slug(base), self._domains)
        return name, f"{domain}.{rng.choice(_ENDS)}"

    def person(self) -> tuple[str, str]:
        return self._rng.choice(FIRST), self._rng.choice(LAST)

    def address(self, first: str, last: str, domain: str) -> str:
        local = f"{slug(first) or 'x'}.{slug(last) or 'y'}"
        return self._unused(local, self._addresses, "@" + domain)

    def shared_address(self, domain: str) -> str | None:
        """
        A mailbox that no single person owns; None where all of that domain are taken.
        """
        for local in SHARED_MAILBOXES:
            if (address := f"{local}@{domain}") not in self._addresses:
                self._addresses[address] = 1
                return address
        return None

    @staticmethod
    def _unused(base: str, taken: dict[str, int], end: str = "") -> str:
        word = base + end
        while word in taken:
            taken[base + end] += 1
            word = f"{base}{taken[base + end]}{end}"
        taken[word] = 1
        return word

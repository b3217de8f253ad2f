"""
E-mail addresses as keyed hashes: enough to join people, useless to steal.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from connectors.errors import UserError, keep_secret
from sync.sql import name

# Mailboxes that several people read: equal addresses do not make them one person.
SHARED = (
    "abuse accounting accounts admin administracion billing compras contact contacto contabilidad customerservice"
    " enquiries facturacion finance hello help hola hr info information informacion invoices it jobs legal mail"
    " marketing newsletter no-reply noreply office oficina orders pagos postmaster press purchasing recepcion"
    " recruiting rrhh sales security service soporte support team ventas web webmaster"
).split()

# Domains that belong to a provider: an equal domain does not make one company.
FREE_MAIL = (
    "gmail.com googlemail.com outlook.com outlook.es hotmail.com hotmail.es hotmail.co.uk live.com msn.com yahoo.com"
    " yahoo.es yahoo.co.uk ymail.com icloud.com me.com mac.com aol.com gmx.com gmx.net gmx.de web.de mail.com mail.ru"
    " yandex.ru proton.me protonmail.com zoho.com qq.com 163.com 126.com terra.es telefonica.net orange.fr free.fr"
    " laposte.net wanadoo.fr libero.it t-online.de naver.com rediffmail.com uol.com.br bol.com.br"
    " fastmail.com hey.com tutanota.com freemail.example mail.example"
).split()

# Hosts where anybody has a page: a company that gives one as its website shares it with many others.
SHARED_HOSTS = (
    "facebook.com fb.com instagram.com linkedin.com twitter.com x.com youtube.com tiktok.com pinterest.com threads.net"
    " sites.google.com google.com business.site blogspot.com wordpress.com wixsite.com wix.com weebly.com linktr.ee"
    " github.io github.com medium.com substack.com notion.site carrd.co about.me bit.ly amazon.com ebay.com etsy.com"
    " mercadolibre.com myshopify.com shopify.com yelp.com tripadvisor.com"
).split()

_BLOCK = 64  # bytes: the block size of SHA-256


class Hasher:
    """
    Turns addresses into HMAC-SHA-256 of their trimmed, lower-cased form, inside the database.

    Args:
        key: The organisation's own key.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
        self._inner = bytes(byte ^ 0x36 for byte in block).hex()
        self._outer = bytes(byte ^ 0x5C for byte in block).hex()

    @property
    def fingerprint(self) -> str:
        """
        Tells two keys apart without telling either.
        """
        return self.hash("noria")[:16]

    def hash(self, address: str) -> str:
        """
        The hash of one address.
        """
        return hmac.new(self._key, address.strip().lower().encode(), hashlib.sha256).hexdigest()

    def columns(self, column: str) -> list[str]:
        """
        Three SQL expressions in place of an address: its hash, its domain, whether several people read it.
        """
        quoted = name(column)
        plain = f"lower(trim({quoted}))"
        is_address = f"regexp_full_match({plain}, '[^@\\s]+@[^@\\s]+')"
        inner = f"unhex(sha256(unhex('{self._inner}') || encode({plain})))"
        digest = f"sha256(unhex('{self._outer}') || {inner})"
        shared = ", ".join(f"'{word}'" for word in SHARED)
        local = f"split_part(split_part({plain}, '@', 1), '+', 1)"
        return [
            f"case when {is_address} then {digest} end as {quoted}",
            f"case when {is_address} then split_part({plain}, '@', 2) end as {name(column + '_domain')}",
            f"case when {is_address} then {local} in ({shared}) end as {name(column + '_is_shared')}",
        ]


def key_beside(warehouse: Path, known: str | None = None) -> Hasher:
    """
    The organisation's key, kept in a file beside the warehouse and made at first start.

    Args:
        known: Fingerprint of the key that the warehouse was hashed with; None while it holds no address.
    Raises:
        UserError: It is not that key: new hashes would never meet the old ones, and people would count twice.
    """
    file = warehouse.with_name(warehouse.name + ".key")
    if not file.exists():
        if known is not None:
            raise _wrong_key(f"The key of the e-mail hashes, {file.name}, is gone.", file)
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as opened:
            opened.write(secrets.token_hex(32))
    try:
        hasher = Hasher(bytes.fromhex(keep_secret(file.read_text().strip())))
    except ValueError as error:
        raise _wrong_key(f"{file.name} holds no key.", file) from error
    if known is not None and known != hasher.fingerprint:
        raise _wrong_key(f"{file.name} is not the key that this warehouse was hashed with.", file)
    return hasher


def _wrong_key(what: str, file: Path) -> UserError:
    return UserError(
        what, where=str(file), fix="Put the file back from a backup, or delete the warehouse and pull anew."
    )

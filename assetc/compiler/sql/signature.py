"""A hash of the tokens: a cheap way to know whether an edit matters."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from hashlib import blake2b

from sqlglot import Token


def hash_text(text: str) -> str:
    """A hash of a text of which there are no tokens."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def hash_tokens(tokens: Sequence[Token]) -> str:
    """A hash of the text without comments and white space; a token's kind distinguishes a name from a string."""
    texts = "\x1f".join([token.text for token in tokens])
    kinds = array("H", [token.token_type for token in tokens])  # plain numbers: the hash of an enum is slow
    digest = blake2b(texts.encode("utf-8", "surrogatepass"), digest_size=16)
    digest.update(kinds.tobytes())
    return digest.hexdigest()

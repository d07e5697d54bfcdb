"""What tells cheaply whether an edit matters: a hash of the tokens, and the set of all names."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from hashlib import blake2b

from sqlglot import Token, TokenType

from assetc.compiler.sql.fold import fold_columns

_QUOTED = frozenset({int(TokenType.IDENTIFIER), int(TokenType.STRING)})


def sign(dialect: str, tokens: Sequence[Token]) -> tuple[str, frozenset[str]]:
    """A hash of the text without comments and white space, and every word of it, folded as a column.

    A token's kind tells a name from a string in the hash. Keywords and strings are among the words, because they
    may name columns too.
    """
    texts = [token.text for token in tokens]
    kinds = array("H", [token.token_type for token in tokens])  # plain numbers: the hash of an enum is slow
    digest = blake2b("\x1f".join(texts).encode("utf-8", "surrogatepass"), digest_size=16)
    digest.update(kinds.tobytes())
    quoted = {text for text, kind in zip(texts, kinds, strict=True) if kind in _QUOTED}
    words = set(filter(str.isidentifier, set(texts)))
    names = fold_columns(dialect, words, quoted=False) | fold_columns(dialect, quoted, quoted=True)
    return digest.hexdigest(), names

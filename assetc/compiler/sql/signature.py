"""What tells cheaply whether an edit matters: a hash of the tokens, and the set of all names."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from sqlglot import Token, TokenType

from assetc.compiler.sql.fold import fold_column

_QUOTED = frozenset({TokenType.IDENTIFIER, TokenType.STRING})


def tokens_hash_of(text: str, tokens: Sequence[Token]) -> str:
    """A hash of the text without comments and white space; each token counts as written, quotes included."""
    written = "\x1f".join([text[token.start : token.end + 1] for token in tokens])
    return blake2b(written.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def identifiers_of(dialect: str, tokens: Sequence[Token]) -> frozenset[str]:
    """Every word of the text, folded as a column; also keywords and strings, which may name columns too."""
    quoted = {token.text for token in tokens if token.token_type in _QUOTED}
    words = {token.text for token in tokens}
    folded = {fold_column(dialect, name, quoted=False) for name in words if name.isidentifier()}
    folded.update(fold_column(dialect, name, quoted=True) for name in quoted)
    return frozenset(folded)

"""The value of an expression that is a constant string, or a list of them."""

from __future__ import annotations

from sqlglot import exp

_TEXTS = (exp.National, exp.RawString, exp.Heredoc)


def constant_string(node: exp.Expr | None) -> str | None:
    """The text of a literal or of literals put together; None if anything else is part of it."""
    pieces: list[str] = []
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, exp.Literal) and item.is_string:
            pieces.append(str(item.this))
        elif isinstance(item, _TEXTS):
            pieces.append(item.name)
        elif isinstance(item, exp.Paren):
            stack.append(item.this)
        elif isinstance(item, (exp.DPipe, exp.Add)):
            stack += [item.expression, item.this]
        elif isinstance(item, exp.Concat):
            stack += reversed(item.expressions)
        else:
            return None
    return "".join(pieces)


def constant_strings(node: exp.Expr | None) -> list[str] | None:
    """The texts of one constant or of a list of constants."""
    if isinstance(node, (exp.Kwarg, exp.PropertyEQ)):
        node = node.expression
    if isinstance(node, (exp.Array, exp.Tuple, exp.List)):
        texts = [constant_string(item) for item in node.expressions]
        return None if None in texts else [text for text in texts if text is not None]
    text = constant_string(node)
    return None if text is None else [text]

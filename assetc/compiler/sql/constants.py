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


def literals_of(node: exp.Expr | None) -> list[exp.Expr]:
    """The literals of which a constant is made."""
    return [] if node is None else list(node.find_all(exp.Literal, *_TEXTS))


def constant_texts(node: exp.Expr | None) -> list[tuple[str, list[exp.Expr]]] | None:
    """The texts of one constant or of a list of constants, each with its literals."""
    if isinstance(node, (exp.Kwarg, exp.PropertyEQ)):
        node = node.expression
    items = node.expressions if isinstance(node, (exp.Array, exp.Tuple, exp.List)) else [node]
    found = [(constant_string(item), literals_of(item)) for item in items]
    known = [(text, literals) for text, literals in found if text is not None]
    return known if len(known) == len(found) else None


def constant_strings(node: exp.Expr | None) -> list[str] | None:
    """The texts of one constant or of a list of constants."""
    found = constant_texts(node)
    return None if found is None else [text for text, _ in found]

"""The statements that dbt adds to Jinja, and its macro parameters with types."""

from __future__ import annotations

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

BLOCK_TAGS = {"test", "data_test", "materialization", "snapshot", "docs"}


class TypedParser(Parser):
    """Jinja's parser; a macro's parameters may have types, `{% macro f(a: string, b: list[int] = []) %}`."""

    def parse_signature(self, node: nodes.Macro | nodes.CallBlock) -> None:
        """Read the parameters; the types are read and forgotten."""
        arguments: list[nodes.Name] = []
        defaults: list[nodes.Expr] = []
        node.args, node.defaults = arguments, defaults
        self.stream.expect("lparen")
        while self.stream.current.type != "rparen":
            if arguments:
                self.stream.expect("comma")
            argument = self.parse_assign_target(name_only=True)
            argument.set_ctx("param")
            if self.stream.skip_if("colon"):
                self.skip_type()
            if self.stream.skip_if("assign"):
                defaults.append(self.parse_expression())
            elif defaults:
                self.fail("non-default argument follows default argument")
            arguments.append(argument)
        self.stream.expect("rparen")

    def skip_type(self) -> None:
        """Read the name of a type with its parameters."""
        self.stream.expect("name")
        if self.stream.skip_if("lbracket"):
            while self.stream.current.type != "rbracket":
                self.skip_type()
                self.stream.skip_if("comma")
            self.stream.expect("rbracket")


class DbtBlocks(Extension):
    """`{% test %}`, `{% materialization %}` and `{% docs %}` define macros; `{% snapshot %}` is its own body."""

    tags = BLOCK_TAGS

    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        """Read one block."""
        token = next(parser.stream)
        name = parser.parse_assign_target(name_only=True).name
        node = nodes.Macro(lineno=token.lineno)
        node.args, node.defaults = [], []
        match token.value:
            case "test" | "data_test":
                node.name = f"test_{name}"
                parser.parse_signature(node)
            case "materialization":
                node.name = f"materialization_{name}_{_materialization_options(parser, node)}"
            case _:
                node.name = f"docs_{name}"
        node.body = parser.parse_statements((f"name:end{token.value}",), drop_needle=True)
        return node.body if token.value == "snapshot" else node


def _materialization_options(parser: Parser, node: nodes.Macro) -> str:
    """Reads `, adapter='x', supported_languages=[...]` or `, default`; gives the adapter."""
    adapter = "default"
    while parser.stream.skip_if("comma"):
        option = parser.parse_assign_target(name_only=True)
        if option.name == "default":
            continue
        parser.stream.expect("assign")
        value = parser.parse_expression()
        if option.name == "adapter" and isinstance(value, nodes.Const):
            adapter = str(value.value)
        elif option.name == "supported_languages":
            option.set_ctx("param")
            node.args.append(option)
            node.defaults.append(value)
        else:
            parser.fail(f"a materialization has no option {option.name}", option.lineno)
    return adapter

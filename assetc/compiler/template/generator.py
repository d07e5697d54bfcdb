"""Generates code that says, before each output, where in the template that output comes from."""

from __future__ import annotations

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame


class MarkingGenerator(CodeGenerator):
    """A mark is an int among the texts: an offset before literal text, `-1 - offset` before anything else."""

    def mark(self, address: int, frame: Frame) -> None:
        """Emit a mark."""
        self.writeline(f"yield {address}" if frame.buffer is None else f"{frame.buffer}.append({address})")

    def write_commons(self) -> None:
        """Let every join of outputs keep the marks."""
        super().write_commons()
        self.writeline("concat = environment.joiner(assetc_unit)")

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:  # noqa: N802  Jinja's name
        """Mark each output, one by one."""
        for child in node.nodes:
            is_literal = isinstance(child, nodes.TemplateData)
            self.mark(child.lineno if is_literal else -1 - child.lineno, frame)
            single = nodes.Output([child], lineno=child.lineno)
            single.environment = node.environment
            super().visit_Output(single, frame)

    def visit_CallBlock(self, node: nodes.CallBlock, frame: Frame) -> None:  # noqa: N802  Jinja's name
        """Mark what a call block writes."""
        self.mark(-1 - node.lineno, frame)
        super().visit_CallBlock(node, frame)

    def visit_FilterBlock(self, node: nodes.FilterBlock, frame: Frame) -> None:  # noqa: N802  Jinja's name
        """Mark what a filter block writes."""
        self.mark(-1 - node.lineno, frame)
        super().visit_FilterBlock(node, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802  Jinja's name
        """Let the environment join texts, which limits their size."""
        self.write("environment.joined((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

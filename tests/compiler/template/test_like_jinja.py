"""Random templates: the text is plain Jinja's, and each literal character maps to its own place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2.exceptions import TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment
from plain_names import PlainNames

from assetc.compiler.template.asking import NoWarehouse
from assetc.compiler.template.jinja import render_by_jinja
from assetc.compiler.template.macros import MacroFile, MacroLibrary
from assetc.compiler.template.render import render
from assetc.compiler.template.rendered import Rendered, place
from assetc.compiler.template.surroundings import Surroundings, Template

MACROS = "{% macro twice(x) %}\n <{{ x }}{{ x }}> {% endmacro %}{% macro around() %}[{{ caller() }}]{% endmacro %}"
NAMES = PlainNames()
SURROUNDINGS = Surroundings(
    "p",
    datetime(2026, 1, 2, tzinfo=UTC),
    variables={"v": 7, "w": "word"},
    target={"name": "dev"},
    library=MacroLibrary.of([MacroFile("macros/m.sql", MACROS, "p")]),
    names=NAMES,
)
PLAIN = SandboxedEnvironment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])


def plain_text(text: str) -> str | None:
    """What Jinja renders; None for what it cannot read."""
    macros = PLAIN.from_string(MACROS).module
    try:
        template = PLAIN.from_string(text)
    except TemplateSyntaxError:
        return None
    return template.render(
        ref=lambda *names, **_: names[-1],
        source=lambda *names: ".".join(names),
        config=lambda **_: "",
        var=lambda name, default=None: {"v": 7, "w": "word"}.get(name, default),
        this=NAMES.this,
        target={"name": "dev"},
        twice=macros.twice,
        around=macros.around,
    )


# Literal text is drawn from a private alphabet and white space; no two letters of a template are the same, so that a
# letter of the output has one place only. "@" stands for a letter until the template is whole.
LITERAL = st.text(alphabet="@ \n\t'\"(%{}#-", max_size=6).filter(
    lambda text: not any(tag in text + "{" for tag in ("{{", "{%", "{#"))
)
STRIPS = st.sampled_from(["", "-"])
SIMPLE = st.sampled_from(
    [
        "ref('a')",
        'ref("p", "b")',
        "ref('a', v=2)",
        "source('x', 'y')",
        "this",
        "var('v')",
        "var('w')",
        "var('z', 'd')",
        "var('z', none)",
        "config(a='b', c=[1, 'x'],\n d=true, e={'f': -1})",
        "config(materialized = 'table')",
    ]
)
ANY = st.one_of(
    SIMPLE,
    st.sampled_from(
        ["ref('a') ~ ref('b')", "1 + 2", "twice('q')", "q | default('n')", "z|default(0)", "'x' | upper", "target.name"]
    ),
)

LITERAL_CALL = st.one_of(
    SIMPLE,
    st.sampled_from(
        [
            "twice('q')", "twice(1)", "twice(['a', {'b': [1]}])", "twice(x='k')", "twice()", "twice('a', 'b')", "twice",
            "nothing", "nothing('a')", "target", "env_var('NONE', 'd')", "env_var('NONE')", "return('x')",
            "ref('a', 'b', 'c')", "config(**{})", "var('v', default=1)", "true", "not", "p", "tojson([1])",
        ]
    ),
)  # fmt: skip


def tag(expressions: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda left, space, inside, right: f"{{{{{left}{space}{inside} {right}}}}}",
        STRIPS,
        st.sampled_from(["", " ", "\n"]),
        expressions,
        STRIPS,
    )


COMMENT = st.builds(lambda left, text, right: f"{{#{left} {text} {right}#}}", STRIPS, LITERAL, STRIPS)
SIMPLE_TEMPLATE = st.lists(st.one_of(LITERAL, LITERAL, tag(SIMPLE), COMMENT), max_size=8).map("".join)
LITERAL_TEMPLATE = st.lists(st.one_of(LITERAL, tag(LITERAL_CALL), COMMENT), max_size=6).map("".join)


def block(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    kinds = st.sampled_from(
        [
            ("if target.name == 'dev'", "endif"),
            ("if false", "endif"),
            ("for i in range(3)", "endfor"),
            ("set q", "endset"),
            ("filter trim", "endfilter"),
            ("call around()", "endcall"),
            ("raw", "endraw"),
            ("macro local(x)", "endmacro"),
        ]
    )
    return st.builds(
        lambda kind, a, b, c, d, inside: f"{{%{a} {kind[0]} {b}%}}{inside}{{%{c} {kind[1]} {d}%}}",
        kinds,
        STRIPS,
        STRIPS,
        STRIPS,
        STRIPS,
        children,
    )


STATEMENT = st.builds(
    lambda left, inside, right: f"{{%{left} {inside} {right}%}}",
    STRIPS,
    st.sampled_from(["set z = 1", "do [].append(1)", "set z = twice('a')"]),
    STRIPS,
)
TEMPLATE = st.recursive(
    st.one_of(LITERAL, LITERAL, tag(ANY), COMMENT, STATEMENT),
    lambda children: st.one_of(st.lists(children, max_size=4).map("".join), block(children)),
    max_leaves=12,
)


def with_letters(text: str) -> str:
    """Each "@" becomes a letter of its own."""
    parts = text.split("@")
    return "".join(part + chr(0x4E00 + index) for index, part in enumerate(parts[:-1])) + parts[-1]


def is_mapped(rendered: Rendered, template: str) -> bool:
    for offset, character in enumerate(rendered.text):
        if ord(character) >= 0x4E00:
            source, exact = place(rendered, offset)
            if exact and template[source] != character:
                return False
    return True


def literal_is_exact(rendered: Rendered) -> bool:
    """Every letter of the template's own text, which no filter touched, is exact."""
    return all(place(rendered, i)[1] for i, c in enumerate(rendered.text) if ord(c) >= 0x4E00)


def fill(text: str) -> str:
    """As it is, or with Windows line ends."""
    return text


LINE_ENDS = st.sampled_from([fill, lambda text: text.replace("\n", "\r\n")])


@settings(max_examples=150, deadline=None)
@given(SIMPLE_TEMPLATE)
def test_the_direct_path_gives_what_jinja_gives(written: str) -> None:
    template = Template("models/m.sql", with_letters(written))
    direct = render(template, SURROUNDINGS)
    if "{{" not in template.text and "{#" not in template.text:
        assert direct.text == template.text
        return
    by_jinja = render_by_jinja(template, SURROUNDINGS, NoWarehouse())
    assert direct.text == by_jinja.text == (plain_text(template.text) or "")
    assert (direct.references, direct.config) == (by_jinja.references, by_jinja.config)
    assert {read for read in direct.reads if read.kind != "macro"} == {r for r in by_jinja.reads if r.kind != "macro"}
    assert is_mapped(direct, template.text)
    assert literal_is_exact(direct)


@settings(max_examples=200, deadline=None)
@given(LITERAL_TEMPLATE, LITERAL)
def test_a_text_of_literal_tags_gives_what_its_compiled_code_gives(written: str, before: str) -> None:
    text = with_letters(before + written) + "."
    rendered = render_by_jinja(Template("models/m.sql", text, len(before)), SURROUNDINGS, NoWarehouse())
    compiled_text = f"{text}{{% raw %}}{{% endraw %}}"  # a statement: Jinja makes code of it
    compiled = render_by_jinja(Template("models/m.sql", compiled_text, len(before)), SURROUNDINGS, NoWarehouse())
    assert {*rendered.reads} == {*compiled.reads}
    assert msgspec.structs.replace(rendered, reads=()) == msgspec.structs.replace(compiled, reads=())


@settings(max_examples=300, deadline=None)
@given(TEMPLATE, LINE_ENDS)
def test_jinja_with_a_map_gives_what_jinja_gives(written: str, line_ends: Callable[[str], str]) -> None:
    template = Template("models/m.sql", line_ends(with_letters(written)))
    rendered = render_by_jinja(template, SURROUNDINGS, NoWarehouse())
    expected = plain_text(template.text)
    assert [problem.code for problem in rendered.problems] == (["E130"] if expected is None else [])
    assert rendered.text == (expected or "")
    assert is_mapped(rendered, template.text)
    if "filter" not in written:
        assert literal_is_exact(rendered)


@settings(max_examples=80, deadline=None)
@given(TEMPLATE, LITERAL, LINE_ENDS)
def test_a_part_of_a_file_maps_to_the_file(written: str, before: str, line_ends: Callable[[str], str]) -> None:
    text = line_ends(with_letters(before + written))
    start = len(line_ends(before))
    rendered = render_by_jinja(Template("models/m.sql", text, start, len(text)), SURROUNDINGS, NoWarehouse())
    assert rendered.text == (plain_text(text[start:]) or "")
    assert is_mapped(rendered, text)

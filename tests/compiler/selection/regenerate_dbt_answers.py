"""Ask dbt-core what each question of dbt_questions.txt selects, and write dbt_answers.txt.

    PYTHON-WITH-dbt-duckdb tests/compiler/selection/regenerate_dbt_answers.py

The project is made from dbt_project.txt in a temporary folder; nothing else is needed.
"""

from __future__ import annotations

import json
import shlex
import shutil
import sys
import tempfile
from collections import defaultdict
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

HERE = Path(__file__).parent

Properties = dict[str, dict[str, dict[str, list[str]]]]


def main() -> None:
    from dbt.cli.main import dbtRunner

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_project(root)
        where = ["--project-dir", folder, "--profiles-dir", folder]
        parsed = dbtRunner().invoke(["parse", "--quiet", *where])
        if parsed.exception:
            sys.exit(str(parsed.exception))
        answers = []
        for question in (HERE / "dbt_questions.txt").read_text().splitlines():
            listing = ["ls", "--quiet", "--output", "json", "--output-keys", "unique_id"]
            arguments = [*listing, *where, *shlex.split(question)]
            with redirect_stdout(StringIO()):
                result = dbtRunner(manifest=parsed.result).invoke(arguments)
            found = sorted(map(ours, result.result or ())) if result.success else [f"! {result.exception}"]
            answers.append(f"{question}\n" + "".join(f"    {name}\n" for name in found))
    (HERE / "dbt_answers.txt").write_text("".join(answers))


def ours(line: str) -> str:
    """`source.shop.raw.orders` as raw/orders, everything else by its name."""
    kind, _, *name = json.loads(line)["unique_id"].split(".")
    return "/".join(name) if kind == "source" else name[0]


def write_project(root: Path) -> None:
    duckdb = "shop: {target: dev, outputs: {dev: {type: duckdb, path: ':memory:'}}}\n"
    (root / "profiles.yml").write_text(duckdb)
    (root / "dbt_project.yml").write_text("{name: shop, version: '1.0', config-version: 2, profile: shop}\n")
    shutil.copy(HERE / "selectors.yml", root)
    properties: Properties = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    groups = set()
    for line in filter(None, map(str.strip, (HERE / "dbt_project.txt").read_text().splitlines())):
        head, _, rest = line.partition(":")
        options = dict(word.split("=", 1) for word in rest.split() if "=" in word)
        needs = [word for word in rest.split() if "=" not in word]
        kind, _, name = head.rpartition(" ")
        if kind == "source":
            source, table = name.split("/")
            properties[options["path"]][f"source {source}"][table] += [f"tags: {listed(options)}"]
        elif kind == "check" and options["kind"] != "singular":
            properties[options["path"]][needs[0]]["tests"].append(test(name, needs, options))
        elif kind == "check":
            refs = ", ".join(f"{{{{ ref('{need}') }}}}" for need in needs)
            config = f"tags={listed(options)}, severity='{options.get('severity', 'error')}'"
            write(root / options["path"], f"{{{{ config({config}) }}}} select 1 from {refs} where false")
        else:
            groups |= {options["group"]} if "group" in options else set()
            write(root / options["path"], seed() if options.get("kind") == "seed" else model(needs, options))
            if "patch" in options:
                properties[options["patch"]][name]["access"] = [options.get("access", "protected")]
            if options.get("kind") == "seed" and "tags" in options:
                properties["seeds/seeds.yml"][f"seed {name}"]["tags"] = [listed(options)]
    for path, things in properties.items():
        write(root / path, "\n".join(written(things)))
    write(
        root / "models/groups.yml",
        "groups:\n" + "".join(f"  - {{name: {g}, owner: {{name: x}}}}\n" for g in sorted(groups)),
    )


def written(things):
    for name, parts in things.items():
        if name.startswith("seed "):
            yield f"seeds: [{{name: {name[5:]}, config: {{tags: {parts['tags'][0]}}}}}]"
    sources = [name for name in things if name.startswith("source ")]
    if sources:
        yield "sources:"
    for name in sources:
        yield f"  - name: {name[7:]}\n    tables:"
        for table, lines in things[name].items():
            yield f"      - name: {table}\n        config: {{{lines[0]}}}"
            for line in things.get(f"{name[7:]}/{table}", {}).get("tests", []):
                yield f"        columns:\n{line}"
    models = [name for name in things if " " not in name and "/" not in name]
    if models:
        yield "models:"
    for name in models:
        yield f"  - name: {name}\n    access: {things[name]['access'][0]}\n    columns:"
        columns = things[name].get("tests", [])
        yield "\n".join(columns) if columns else "      - name: id"


def test(name, needs, options):
    config = f"{{tags: {listed(options)}, severity: {options.get('severity', 'error')}}}"
    arguments = f", arguments: {{to: ref('{needs[1]}'), field: id}}" if len(needs) > 1 else ""
    tests = f"[{{{options['kind']}: {{config: {config}{arguments}}}}}]"
    return f"          - {{name: {options['column']}, data_tests: {tests}}}"


def model(needs, options):
    config = [f"tags={listed(options)}", f"materialized='{options.get('materialized', 'table')}'"]
    config += [f"group='{options['group']}'"] if "group" in options else []
    config += [f"meta={{'level': '{options['level']}'}}"] if "level" in options else []
    calls = []
    for need in needs:
        kind, _, name = need.partition(">")
        arguments = ", ".join(f"'{part}'" for part in name.split("/"))
        calls.append(f"{{{{ {kind}({arguments}) }}}}")
    return f"{{{{ config({', '.join(config)}) }}}} select 1 as id, 1 as customer_id from {', '.join(calls)}"


def seed():
    return "id\n1\n"


def listed(options):
    return str([tag for tag in options.get("tags", "").split(",") if tag])


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


if __name__ == "__main__":
    main()

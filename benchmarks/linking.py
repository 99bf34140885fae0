"""How right and how fast linking is, beside Splink and matching by names alone, in one run.

Run ``python benchmarks/linking.py [--peers DIR] [--runs N]`` in an environment with kkgraph; the
peers are installed by ``sh benchmarks/peers/install.sh DIR splink``. Whole processes, as a user
starts them: the median of N (default 3) after a warm-up, and the most memory that one took.

Three tasks: the register to the gazetteer of the open data with all columns, held against the true
links of provinces 30 to 49; 6,000 names as people write them (``names.py``, seed 101); and 100,000
rows to 100,000 in territories (invented, ``linkage/crowd.py``). A link of a row that the truth
doesn't name counts as wrong where the entry is another row's; else it is left out. Splink and the
exact join get the parts of a written name from kkgraph's reading of it, and its name from the
language of that; matching by names alone gets the type and name in full without the territory
(in English, what stands before the comma), and all usual names of an entry.

At the end kkgraph's precision and recall are given for five seeds, on none of which (nor on their
provinces) weights were estimated.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import names
from comparison.processes import run
from linkage import crowd, material

from kkgraph import link
from kkgraph.link import thai
from kkgraph.link.records import Entry

HERE = Path(__file__).parent
SEED, COUNT, CROWD = 101, 6_000, 100_000
SEEDS = (101, 102, 103, 104, 105)
PARTS = ("unique_id", "name", "type", "province", "district")


@dataclass(frozen=True)
class Task:
    """What is linked: kkgraph's arguments, the same in parts, in texts, and the truth."""

    label: str
    arguments: Sequence[str | Path]
    parts: tuple[Path, Path]
    texts: tuple[Path, Path]
    truth: dict[str, str]


def written(path: Path, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        writer.writerows(rows)
    return path


def full_names(body: material.Body) -> list[str]:
    """The usual names of an entry: in Thai in full and abbreviated, and in English."""
    full, short = names.TYPES_TH[body.type]
    english = [names.TYPES_EN[body.type][0].format(body.en)] if body.en else []
    return [full + body.th, f"{short}.{body.th}", *english]


def register(folder: Path) -> Task:
    rows = material.table(material.REGISTER)
    gaz = material.gazetteer()
    mine = written(folder / "register.csv", PARTS, (
        (r["dla_code"], r["name_th"], r["type"], r["province_code"], r["dla_code"][1:5])
        for r in rows
    ))  # fmt: skip
    theirs = written(folder / "gazetteer.csv", PARTS, (
        (b.id, b.th, b.type, b.province, b.district) for b in gaz
    ))  # fmt: skip
    prefix = {t: full for t, (full, _) in names.TYPES_TH.items()} | {"PAO": "องค์การบริหารส่วนจังหวัด"}
    texts = written(folder / "register-text.csv", ("unique_id", "text"), (
        (r["dla_code"], prefix[r["type"]] + r["name_th"]) for r in rows
    ))  # fmt: skip
    truth = {r["dla_code"]: r["geocode"] for r in material.table(material.GOLD)}
    label = f"register → gazetteer, {len(rows):,} × {len(gaz):,}"
    arguments = (material.REGISTER, "--to", material.GAZETTEER)
    return Task(label, arguments, (mine, theirs), (texts, known_texts(folder, gaz)), truth)


def known_texts(folder: Path, gaz: list[material.Body]) -> Path:
    rows = ((b.id, text) for b in gaz for text in full_names(b))
    return written(folder / "known-text.csv", ("unique_id", "text"), rows)


def as_written(folder: Path) -> Task:
    items, _ = names.drawn(SEED, COUNT)
    gaz = material.gazetteer()
    texts = written(folder / "names.csv", ("unique_id", "text"), (
        (str(n), i.text) for n, i in enumerate(items)
    ))  # fmt: skip
    read = [(n, link.parse(i.text)) for n, i in enumerate(items)]
    prefix = {t: full for t, (full, _) in names.TYPES_TH.items()}
    cores = written(folder / "cores.csv", ("unique_id", "text"), (
        (str(n), prefix.get(p.type, "") + p.name if thai.is_thai(p.name)
         else p.written.split(",")[0])
        for n, p in read
    ))  # fmt: skip
    mine = written(folder / "names-parts.csv", PARTS, (
        (str(n), thai.key(p.name), "" if p.type == "MUNICIPALITY" else p.type, p.province,
         p.district) for n, p in read
    ))  # fmt: skip
    theirs = written(folder / "known-parts.csv", PARTS, (
        (f"{b.id}#{n}", thai.key(name), b.type, b.province, b.district)
        for b in gaz for n, name in enumerate((b.th, b.en))
    ))  # fmt: skip
    truth = {str(n): i.truth for n, i in enumerate(items)}
    arguments = (texts, "--to", material.GAZETTEER, "--map", "unique_id=id", "--map", "text=name")
    label = f"names as written, {len(items):,} × {len(gaz):,}"
    return Task(label, arguments, (mine, theirs), (cores, known_texts(folder, gaz)), truth)


def large(folder: Path) -> Task:
    one, two, gold = crowd.write(folder, CROWD)
    truth = {r["code"]: r["other"] for r in material.table(gold)}
    arguments = (one, "--to", two, "--map", "code=code:one", "--map-to", "code=code:two")
    parts = tuple(
        written(path.with_suffix(".parts.csv"), PARTS, (
            (r["code"], r["name"], r["type"], r["province"], r["district"])
            for r in material.table(path)
        ))
        for path in (one, two)
    )  # fmt: skip
    return Task(f"territories, {CROWD:,} × {CROWD:,}", arguments, parts, (one, two), truth)  # type: ignore[arg-type]


def by_kkgraph(task: Task, out: Path) -> list[str | Path]:
    command = [sys.executable, "-m", "kkgraph.cli", "link", *task.arguments]
    return [*command, "--output", out.with_suffix(".links.csv")]


def links_of(out: Path) -> list[tuple[str, str]]:
    made = out.with_suffix(".links.csv")
    if made.exists():
        return [(r["source_id"], r["target_id"]) for r in material.table(made) if r["target_id"]]
    return [(r["source"], r["target"].partition("#")[0]) for r in material.table(out)]


def scores(links: list[tuple[str, str]], truth: dict[str, str]) -> tuple[int, int, int]:
    """(right, wrong, true links in all)."""
    owned = {to for to in truth.values() if to}
    right = sum(truth.get(a) == b for a, b in links)
    wrong = sum((b in owned) if a not in truth else truth[a] != b for a, b in links)
    return right, wrong, sum(bool(t) for t in truth.values())


def row(task: Task, tool: str, command: Callable[[Path], Sequence[str | Path]], runs: int) -> None:
    """A line of the table: whole processes after a warm-up."""
    seconds, memory = [], []
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "out.csv"
        for turn in range(runs + 1):
            done = run(command(out), timeout_s=1_800)
            if done.code:
                raise SystemExit(f"{tool}: exit code {done.code}\n{done.err[-2000:]}")
            if turn or runs == 1:
                seconds.append(done.seconds)
                memory.append(done.peak_mb)
        right, wrong, every = scores(links_of(out), task.truth)
    precision = right / (right + wrong) if right + wrong else 1.0
    recall = right / every
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    print(
        f"| {task.label} | {tool} | {precision:.4f} | {recall:.4f} | {f1:.4f} | {wrong:,} | "
        f"{statistics.median(seconds):.1f} s | {max(memory):.0f} MB |",
        flush=True,
    )


def seeds() -> None:
    target = link.Target(*link.read(material.GAZETTEER))
    print("\n| seed | true links | precision | recall | exact match: precision | recall |")
    print("| --- | --- | --- | --- | --- | --- |")
    for seed in SEEDS:
        items, _ = names.drawn(seed, COUNT)
        truth = {str(n): i.truth for n, i in enumerate(items)}
        decisions = target.decide(Entry(str(n), "", i.text) for n, i in enumerate(items))
        mine = [(d.entry.id, d.link.entry.id) for d in decisions if d.link]
        sys.path.insert(0, str(HERE / "peers"))
        from exact import joined

        parts = [link.parse(i.text) for i in items]
        left = [(str(n), thai.key(p.name), "" if p.type == "MUNICIPALITY" else p.type, p.province,
                 p.district) for n, p in enumerate(parts)]  # fmt: skip
        right = [(b.id, thai.key(name), b.type, b.province, b.district)
                 for b in material.gazetteer() for name in (b.th, b.en)]  # fmt: skip
        cells = []
        for links in (mine, joined(left, right)):
            good, bad, every = scores(links, truth)
            cells += [f"{good / (good + bad):.4f}", f"{good / every:.4f}"]
        print(f"| {seed} | {every:,} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--peers", type=Path)
    asked.add_argument("--runs", type=int, default=3)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as place:
        print("| task | tool | precision | recall | F1 | wrong | median | memory |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        for number, make in enumerate((register, as_written, large)):
            folder = Path(place) / str(number)
            folder.mkdir()
            task = make(folder)
            runs = given.runs if number < 2 else 1
            row(task, "kkgraph", lambda out, t=task: by_kkgraph(t, out), runs)
            if given.peers and number < 2:
                splink = given.peers / "splink" / "bin" / "python"
                command = [splink, HERE / "peers" / "splink_run.py", *task.parts]
                row(task, "Splink 5.0.0", lambda out, c=command: [*c, out], runs)
            exact = [sys.executable, HERE / "peers" / "exact.py", *task.parts]
            row(task, "exact join", lambda out, c=exact: [*c, out], runs)
            if number < 2:
                alone = [sys.executable, HERE / "peers" / "name_only.py", *task.texts]
                row(task, "names alone", lambda out, c=alone: [*c, out], 1)
        seeds()


if __name__ == "__main__":
    main()

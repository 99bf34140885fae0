"""TopBraid SHACL and Jena: many cases in one run of the Java program in benchmarks/peers."""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from pathlib import Path

import pyoxigraph as ox
import pytest

from kkgraph.shacl.graph import ShapesGraph

PEERS = Path(__file__).resolve().parents[2] / "benchmarks" / "peers"


def installed(target):
    """The folder of the installed validators: the one that KKGRAPH_PEERS names, or a new one.

    Skips loudly where neither is possible.
    """
    given = os.environ.get("KKGRAPH_PEERS")
    if given:
        return Path(given)
    if not shutil.which("mvn"):
        return _skip("neither KKGRAPH_PEERS nor Maven")
    command = ["sh", str(PEERS / "install.sh"), str(target), "topbraid"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        return _skip(f"installing failed: {run.stderr.strip()[-300:]}")
    return target


def _skip(reason):
    warnings.warn(f"SKIPPED: TopBraid SHACL is absent ({reason})", stacklevel=3)
    return pytest.skip(f"TopBraid SHACL is absent: {reason}")


def reports(cases, folder, peers, engine="topbraid"):
    """The report of each case as a ``ShapesGraph``, or the words of an exception."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, case in enumerate(cases):
        (folder / f"{number}.data.nt").write_bytes(_lines(case.data))
        (folder / f"{number}.shapes.nt").write_bytes(_lines(case.shapes))
    classes = os.pathsep.join([str(peers / engine / "*"), str(peers / engine / "classes")])
    command = [str(peers / "java"), "-cp", classes, "ShaclPeers", engine, "--pairs", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return [_report(folder, number) for number in range(len(cases))]


def _lines(quads):
    triples = {ox.Triple(q.subject, q.predicate, q.object): None for q in quads}
    return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)


def _report(folder, number):
    error = folder / f"{number}.error"
    if error.exists():
        return error.read_text(encoding="utf-8")
    quads = ox.parse(path=str(folder / f"{number}.report.nt"), format=ox.RdfFormat.N_TRIPLES)
    return ShapesGraph(ox.Quad(_own(q.subject), q.predicate, _own(q.object)) for q in quads)


def _own(term):
    """A blank node under the label that the case gave it (Jena writes a B in front)."""
    return ox.BlankNode(term.value[1:]) if isinstance(term, ox.BlankNode) else term

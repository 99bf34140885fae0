"""The catalogue of stored questions: find one by its id, or search titles in Thai or English."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from kkgraph import files, matching, questions
from kkgraph.errors import QuestionError
from kkgraph.model import Question


def get(name: str) -> Question:
    """The question with this id (case doesn't matter), or of this ``.rq`` file.

    Raises ``QuestionError`` unknown-question, with the nearest ids.
    """
    if name.endswith(".rq"):
        return questions.read_question(Path(name))
    paths = {p.stem: p for p in files.question_files()}
    key = name.strip().lower()
    if key not in paths:
        padded = re.sub(r"(?<=[a-z])(?=\d$)", "0", key)
        near = f"Did you mean {padded}? " if padded in paths else matching.did_you_mean(key, paths)
        raise QuestionError(
            "unknown-question",
            f'there is no question "{name}"',
            hint=f"{near}List them: kkgraph questions",
        )
    return _read(paths[key], paths[key].stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _read(path: Path, changed_ns: int) -> Question:
    return questions.read_question(path)


def all_questions() -> list[Question]:
    """Every stored question, ordered by id."""
    return [questions.read_question(p) for p in files.question_files()]


def search(text: str) -> list[Question]:
    """The questions whose id, titles or tags hold every word of the text, in either language."""
    words = text.lower().split()
    return [
        q
        for q in all_questions()
        if all(w in " ".join((q.id, *q.title.values(), *q.tags)).lower() for w in words)
    ]

"""Why a question takes its way, in English and Thai."""

from __future__ import annotations

from kkgraph.model import Text


def asked() -> Text:
    """The engine was named by whoever asks."""
    return {"en": "it was asked for", "th": "เลือกไว้เอง"}


def small(n: int) -> Text:
    """So few statements that planning SQL would take longer."""
    return {"en": f"the data are small: {n:,} statements", "th": f"ข้อมูลมีน้อย: {n:,} ข้อความ"}


def large(n: int) -> Text:
    """So many statements that SQL is worth its planning."""
    return {"en": f"the data are large: {n:,} statements", "th": f"ข้อมูลมีมาก: {n:,} ข้อความ"}


def alone() -> Text:
    """The question is asked of the study, without the loaded cases."""
    return {
        "en": "the question is one of the study, which is small and asked without the cases",
        "th": "เป็นคำถามของงานวิจัยเอง ซึ่งมีขนาดเล็กและถามโดยไม่รวมกรณีอื่น",
    }


def uncovered(what: str) -> Text:
    """A part of the question has no translation."""
    return {
        "en": f"no translation to SQL: {what}",
        "th": f"แปลงเป็น SQL ไม่ได้: {what}",
    }


def other_forms(n: int, before: str, after: str) -> Text:
    """Literals that Oxigraph takes for one, and an example: the data's form, the engine's."""
    return {
        "en": f"Oxigraph takes literals of one value for one term: {n:,} of the data have another "
        f'form there, such as "{before}" for "{after}"',
        "th": f"Oxigraph ถือว่าค่าเดียวกันเป็นคำเดียวกัน: ข้อมูล {n:,} ค่ามีรูปเขียนต่างจากในนั้น "
        f'เช่น "{before}" เป็น "{after}"',
    }

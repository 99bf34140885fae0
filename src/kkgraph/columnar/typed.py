"""Typed values of the literals in the dictionary, and which literals are ill-typed.

SQL does what it can do exactly on the usual forms; ``kkgraph.xsd`` does every other form.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any, Final

from kkgraph import xsd
from kkgraph.columnar.dictionary import Group, append
from kkgraph.xsd import XSD, Family

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_ROWS: Final = 50_000
_FEW: Final = 500
_WHOLE_DIGITS: Final = 26
_STEP: Final = Decimal("1E-12")
_CONTEXT: Final = Context(prec=60)
ANY_TEXT: Final = frozenset({XSD + "string", XSD + "anyURI"})
_UNORDERED: Final = frozenset(
    {
        *("string", "normalizedString", "token", "language", "NMTOKEN", "Name", "NCName"),
        *("anyURI", "hexBinary", "base64Binary"),
    }
)
_FAMILIES: Final = {
    name: family
    for family, names in {
        Family.EXACT: (
            "decimal integer long int short byte nonNegativeInteger positiveInteger "
            "nonPositiveInteger negativeInteger unsignedLong unsignedInt unsignedShort unsignedByte"
        ),
        Family.DOUBLE: "double",
        Family.FLOAT: "float",
        Family.BOOLEAN: "boolean",
        Family.G_YEAR: "gYear",
        Family.DATE: "date",
        Family.DATE_TIME: "dateTime dateTimeStamp",
    }.items()
    for name in names.split()
}
_ZONED_FAMILIES: Final = (Family.G_YEAR, Family.DATE, Family.DATE_TIME)
_NEVER: Final = r"[^\x00-\x{10FFFF}]"
_ZONED: Final = "regexp_matches(lex, '(?:Z|[+-][0-9]{2}:[0-9]{2})$')"
_FRACTION: Final = r"(?:\.[0-9]{1,12})?"
_ZONE: Final = r"(?:Z|[+-][0-9]{2}:[0-9]{2})?"
_DATE: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ZONE_SECONDS: Final = """
CASE WHEN right(lex, 1) = 'Z' OR NOT zoned THEN 0
ELSE CAST(lex[-5:-4] AS INTEGER) * 3600 + CAST(lex[-2:] AS INTEGER) * 60 END
* CASE WHEN lex[-6] = '-' THEN -1 ELSE 1 END"""
_DAYS: Final = "CAST(CAST({date} AS DATE) - DATE '0001-01-01' AS BIGINT) * 86400"
_CLOCK: Final = (
    "CAST(lex[12:13] AS INTEGER) * 3600 + CAST(lex[15:16] AS INTEGER) * 60"
    " + CAST(regexp_extract(lex[18:], '^[0-9.]+') AS DECIMAL(38, 12))"
)
_ON_LINE: Final = f"CAST({{position}} - ({_ZONE_SECONDS}) AS DECIMAL(38, 12))"
_NEAREST: Final = "CAST(CAST(exact AS VARCHAR) AS DOUBLE)"
_PLAIN: Final[dict[Family, tuple[str, str, str]]] = {
    Family.EXACT: (
        r"[+-]?(?:[0-9]{1,26}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})",
        "CAST(lex AS DECIMAL(38, 12))",
        "CAST(lex AS DOUBLE)",
    ),
    Family.DOUBLE: (r"[+-]?[0-9][0-9.eE+-]{0,30}|[+-]?INF|NaN", "NULL", "TRY_CAST(lex AS DOUBLE)"),
    Family.FLOAT: (
        r"[+-]?[0-9][0-9.eE+-]{0,30}|[+-]?INF|NaN",
        "NULL",
        "CAST(TRY_CAST(lex AS FLOAT) AS DOUBLE)",
    ),
    Family.BOOLEAN: (
        "true|false|1|0",
        "CASE WHEN lex IN ('true', '1') THEN 1 ELSE 0 END",
        "CASE WHEN lex IN ('true', '1') THEN 1 ELSE 0 END",
    ),
    Family.G_YEAR: (
        rf"[0-9]{{4}}{_ZONE}",
        _ON_LINE.format(position=_DAYS.format(date="lex[1:4] || '-12-31'")),
        _NEAREST,
    ),
    Family.DATE: (
        rf"{_DATE}{_ZONE}",
        _ON_LINE.format(position=_DAYS.format(date="lex[1:10]")),
        _NEAREST,
    ),
    Family.DATE_TIME: (
        rf"{_DATE}T[0-9:]{{8}}{_FRACTION}{_ZONE}",
        _ON_LINE.format(position=f"{_DAYS.format(date='lex[1:10]')} + {_CLOCK}"),
        _NEAREST,
    ),
}
_VALUES: Final = """
INSERT INTO "values"
SELECT id, {family}, exact, {approx}, zoned
FROM (
  SELECT id, lex, zoned, {exact} AS exact
  FROM (
    SELECT id, lex, {zoned} AS zoned FROM forms ANTI JOIN ill_typed USING (id)
    WHERE regexp_full_match(lex, $plain)
  )
)
"""
_HARD: Final = """
SELECT id, lex FROM forms ANTI JOIN ill_typed USING (id) WHERE NOT regexp_full_match(lex, $plain)
"""


class Typing:
    """Fills ``ill_typed`` with the ill-typed literals, and ``values`` with the ordered ones.

    Strings are left out of ``values``: their order is that of their text. The work is done on a
    thread of its own while further groups are added.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection.cursor()
        self._pool = ThreadPoolExecutor(1)
        self._work: list[Future[None]] = []
        self._few: list[tuple[Group, pa.Table]] = []

    def __enter__(self) -> Typing:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._connection.close()

    def add(self, group: Group, forms: pa.Table) -> None:
        """Take in a group, whose ``forms`` have an ``id`` and their text, ``lex``."""
        if group.datatype not in xsd.PATTERNS:
            return
        if group.n <= _FEW:
            self._few.append((group, forms))
        else:
            self._work.append(self._pool.submit(_add_many, self._connection, group, forms))

    def finish(self) -> None:
        """Wait until all groups are done; errors of the engine are raised here."""
        self._work.append(self._pool.submit(_add_few, self._connection, self._few))
        for work in self._work:
            work.result()


def _add_many(connection: duckdb.DuckDBPyConnection, group: Group, forms: pa.Table) -> None:
    connection.register("forms", forms)
    _add_ill_typed(connection, group)
    if is_ordered(group):
        _add_values(connection, group)
    connection.unregister("forms")


def is_ordered(group: Group) -> bool:
    """True for a group whose literals have values in an order that isn't that of their text."""
    return group.datatype.removeprefix(XSD) not in _UNORDERED


def family_of(datatype: str) -> Family | None:
    """The family of a datatype whose usual forms SQL can read; None for any other."""
    return _FAMILIES.get(datatype.removeprefix(XSD))


def _add_few(connection: duckdb.DuckDBPyConnection, groups: list[tuple[Group, pa.Table]]) -> None:
    """Add small groups, for which planning a statement takes longer than the work."""
    broken, typed = [], []
    for group, forms in groups:
        texts = forms["lex"].to_pylist()
        for number, lex in enumerate(texts, group.lo):
            if xsd.ill_typed(lex, group.datatype):
                broken.append((number,))
            elif is_ordered(group) and (value := xsd.value(lex, group.datatype)):
                exact = stored(value)
                text = None if exact is None else str(exact)
                typed.append((number, int(value.family), text, value.approx, value.zoned))
    insert(connection, "ill_typed", broken)
    insert(connection, '"values"', typed)


def insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Add rows, all at once: a column is one list parameter.

    Arrow's conversion would import pandas, which takes longer than all the rest.
    """
    if rows:
        columns = ", ".join("unnest(?)" for _ in rows[0])
        values = [list(column) for column in zip(*rows, strict=True)]
        connection.execute(f"INSERT INTO {table} SELECT {columns}", values)


def _add_ill_typed(connection: duckdb.DuckDBPyConnection, group: Group) -> None:
    values: dict[str, Any] = {}
    if group.datatype in ANY_TEXT:
        # The same as the expression, which walks every character of every text.
        wrong = "contains(lex, chr(0)) OR contains(lex, chr(65534)) OR contains(lex, chr(65535))"
    else:
        wrong = "NOT regexp_full_match(lex, $pattern)"
        values["pattern"] = xsd.PATTERNS[group.datatype]
    connection.execute(f"INSERT INTO ill_typed SELECT id FROM forms WHERE {wrong}", values)


def _add_values(connection: duckdb.DuckDBPyConnection, group: Group) -> None:
    plain = _NEVER
    family = family_of(group.datatype)
    if family is not None:
        plain, exact, approx = _PLAIN[family]
        zoned = _ZONED if family in _ZONED_FAMILIES else "false"
        sql = _VALUES.format(exact=exact, approx=approx, zoned=zoned, family=int(family))
        connection.execute(sql, {"plain": plain})
    found: Any = connection.sql(_HARD, params={"plain": plain}).to_arrow_table()
    for at in range(0, len(found), _ROWS):
        rows = found.slice(at, _ROWS)
        numbers, texts = rows["id"].to_pylist(), rows["lex"].to_pylist()
        append(connection, '"values"', _computed(group, list(zip(numbers, texts, strict=True))))


def _computed(group: Group, rows: list[tuple[int, str]]) -> pa.Table:
    import pyarrow as pa

    values = [(number, xsd.value(lex, group.datatype)) for number, lex in rows]
    known = [(number, value) for number, value in values if value is not None]
    return pa.table(
        {
            "id": pa.array([number for number, _ in known], pa.int64()),
            "family": pa.array([int(value.family) for _, value in known], pa.uint8()),
            "exact": pa.array([stored(value) for _, value in known], pa.decimal128(38, 12)),
            "approx": pa.array([value.approx for _, value in known], pa.float64()),
            "zoned": pa.array([value.zoned for _, value in known], pa.bool_()),
        }
    )


def stored(value: xsd.Value) -> Decimal | None:
    """The exact value where the column holds all its digits, else ``None``."""
    exact = value.exact
    if exact is None or exact.adjusted() >= _WHOLE_DIGITS:
        return None
    fitting = exact.quantize(_STEP, context=_CONTEXT)
    return fitting if fitting == exact else None

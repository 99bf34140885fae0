"""Link two tables with Splink: ``splink_run.py SOURCE.csv TARGET.csv OUT.csv``.

Both tables have the columns unique_id, name, type, province, district; a missing value is empty.
The model is the usual one for such data: name by Jaro-Winkler at two thresholds with term
frequencies, the rest by equality, u by random sampling, m by expectation maximisation. Candidates
share province and type, or the name where one of these is missing: that was the best of what was
tried (blocked by province alone, it takes municipalities for the subdistrict organisations of the
same name, since nothing tells it that a type never differs). A row is linked to its likeliest
counterpart of at least 0.5, and to none where two are the likeliest.
"""

from __future__ import annotations

import csv
import logging
import sys

import duckdb
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI
from splink.blocking_rule_library import CustomRule

source, target, out = sys.argv[1:4]
logging.disable(logging.WARNING)
READ = "SELECT * FROM read_csv('{}', header=true, all_varchar=true, nullstr='')"
connection = duckdb.connect()
api = DuckDBAPI(connection)
for name, path in (("source_t", source), ("target_t", target)):
    connection.execute(f"CREATE TABLE {name} AS {READ.format(path)}")
sides = [api.register(t, dataset_display_name=d) for t, d in (("source_t", "a"), ("target_t", "b"))]
settings = SettingsCreator(
    link_type="link_only",
    comparisons=[
        cl.JaroWinklerAtThresholds("name", [0.95, 0.88]).configure(term_frequency_adjustments=True),
        cl.ExactMatch("type"),
        cl.ExactMatch("province"),
        cl.ExactMatch("district"),
    ],
    blocking_rules_to_generate_predictions=[
        block_on("province", "type"),
        CustomRule(
            "l.name = r.name AND (l.type IS NULL OR l.province IS NULL)", sql_dialect="duckdb"
        ),
    ],
)
linker = Linker(sides, settings, log_level=None)
linker.training.estimate_probability_two_random_records_match(
    [block_on("name", "type", "province")], recall=0.8
)
linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
for rule in (block_on("name", "province"), block_on("province", "type"), block_on("name", "type")):
    linker.training.estimate_parameters_using_expectation_maximisation(rule)
found = linker.inference.predict(threshold_match_probability=0.5)
rows = connection.execute(
    f"""
    SELECT unique_id_l, unique_id_r FROM {found.physical_name}
    QUALIFY match_weight = max(match_weight) OVER (PARTITION BY unique_id_l)
        AND count(*) OVER (PARTITION BY unique_id_l, match_weight) = 1
    """
).fetchall()
with open(out, "w", newline="", encoding="utf-8") as file:  # noqa: PTH123
    csv.writer(file).writerows([("source", "target"), *rows])

WITH found AS (
  SELECT province.o AS province, avg(number.approx) AS average, count(*) AS amounts
  FROM triples AS amount
  JOIN triples AS body USING (s)
  JOIN triples AS most ON most.s = amount.o
  JOIN "values" AS number ON number.id = most.o
  JOIN triples AS unit ON unit.s = amount.o
  JOIN triples AS area ON area.s = body.o
  JOIN triples AS province ON province.s = area.o
  WHERE amount.p = <kk:value> AND body.p = <kk:scope> AND most.p = <kk:maximum>
    AND unit.p = <kk:unit> AND unit.o = <kk:percent>
    AND area.p = <kk:governs> AND province.p = <kk:partOf>
  GROUP BY ALL
  HAVING average > 35
)
SELECT province, average AS d_average, amounts AS n_amounts
FROM found
JOIN terms ON id = province
ORDER BY lex

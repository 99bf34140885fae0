WITH found AS (
  SELECT theme.o AS theme, province.o AS province, count(*) AS findings
  FROM triples AS finding
  JOIN triples AS theme USING (s)
  JOIN triples AS body USING (s)
  JOIN triples AS area ON area.s = body.o
  JOIN triples AS province ON province.s = area.o
  WHERE finding.p = <rdf:type> AND finding.o = <kk:Finding>
    AND theme.p = <kk:theme> AND body.p = <kk:scope>
    AND area.p = <kk:governs> AND province.p = <kk:partOf>
  GROUP BY ALL
)
SELECT theme, province, findings AS n_findings
FROM found
JOIN terms AS one ON one.id = theme
JOIN terms AS other ON other.id = province
ORDER BY one.lex, other.lex

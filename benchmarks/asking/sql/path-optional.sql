WITH RECURSIVE kinds(kind) AS (
  SELECT <kk:Municipality>
  UNION
  SELECT s FROM triples JOIN kinds ON o = kind WHERE p = <rdfs:subClassOf>
), inside(place) AS (
  SELECT s FROM triples WHERE p = <kk:partOf> AND o = <kkd:thailand>
  UNION
  SELECT s FROM triples JOIN inside ON o = place WHERE p = <kk:partOf>
), bodies AS (
  SELECT type.s AS body
  FROM triples AS type
  SEMI JOIN kinds ON kind = type.o
  JOIN triples AS area ON area.s = type.s
  SEMI JOIN inside ON place = area.o
  WHERE type.p = <rdf:type> AND area.p = <kk:governs>
), planned AS (
  SELECT operated.o AS body, operated.s AS system
  FROM triples AS operated
  JOIN triples AS status USING (s)
  WHERE operated.p = <kk:operatedBy> AND status.p = <kk:status> AND status.o = <kk:planned>
)
SELECT body, system
FROM bodies
LEFT JOIN planned USING (body)
JOIN terms AS one ON one.id = body
LEFT JOIN terms AS other ON other.id = system
ORDER BY one.lex, other.lex NULLS FIRST

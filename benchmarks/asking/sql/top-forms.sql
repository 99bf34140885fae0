WITH found AS (
  SELECT form.o AS form, topic.o AS topic, count(DISTINCT body.o) AS bodies
  FROM triples AS collaboration
  JOIN triples AS form USING (s)
  JOIN triples AS topic USING (s)
  JOIN triples AS body USING (s)
  JOIN triples AS area ON area.s = body.o
  WHERE collaboration.p = <rdf:type> AND collaboration.o = <kk:Collaboration>
    AND form.p = <kk:form> AND topic.p = <kk:topic> AND body.p = <kk:party>
    AND area.p = <kk:governs>
  GROUP BY ALL
)
SELECT form, topic, bodies AS n_bodies
FROM found
JOIN terms AS one ON one.id = form
JOIN terms AS other ON other.id = topic
ORDER BY bodies DESC, one.lex, other.lex
LIMIT 10

WITH named AS (
  SELECT DISTINCT scope.o AS body, value.o AS topic
  FROM triples AS scope
  JOIN triples AS value USING (s)
  JOIN triples AS scheme ON scheme.s = value.o
  WHERE scope.p = <kk:scope> AND value.p = <kk:value>
    AND scheme.p = <skos:inScheme> AND scheme.o = <kkd:scheme-topic>
), topics AS (
  SELECT id, lex FROM terms SEMI JOIN named ON topic = id
), found AS (
  SELECT first.topic AS one, second.topic AS other, count(*) AS bodies
  FROM named AS first
  JOIN named AS second USING (body)
  GROUP BY ALL
)
SELECT one, other, bodies AS n_bodies
FROM found
JOIN topics AS left_topic ON left_topic.id = one
JOIN topics AS right_topic ON right_topic.id = other
WHERE left_topic.lex < right_topic.lex
ORDER BY bodies DESC, left_topic.lex, right_topic.lex

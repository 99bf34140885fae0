WITH found AS (
  SELECT network.o AS network, mode.o AS mode, count(*) AS systems
  FROM triples AS network
  JOIN triples AS mode USING (s)
  WHERE network.p = <kk:networkType> AND mode.p = <kk:interactionMode>
  GROUP BY ALL
)
SELECT network, mode, systems AS n_systems
FROM found
JOIN terms AS one ON one.id = network
JOIN terms AS other ON other.id = mode
ORDER BY one.lex, other.lex

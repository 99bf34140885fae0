SELECT area.s AS body, label.o AS label
FROM triples AS area
JOIN triples AS label USING (s)
JOIN groups AS language ON label.o >= language.lo AND label.o < language.hi
JOIN terms AS named ON named.id = area.s
JOIN terms AS called ON called.id = label.o
ANTI JOIN (
  SELECT operated.o AS body
  FROM triples AS operated
  JOIN triples AS focus USING (s)
  WHERE operated.p = <kk:operatedBy> AND focus.p = <kk:focus> AND focus.o = <kk:externalFocus>
) AS external ON external.body = area.s
WHERE area.p = <kk:governs> AND label.p = <skos:prefLabel> AND language.lang = 'en'
ORDER BY named.lex, called.lex

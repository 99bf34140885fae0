SELECT system.s AS system, label.o AS label, system.o AS provider
FROM triples AS system
JOIN triples AS kind ON kind.s = system.o
JOIN triples AS status ON status.s = system.s
JOIN triples AS label ON label.s = system.s
JOIN groups AS language ON label.o >= language.lo AND label.o < language.hi
JOIN terms AS named ON named.id = system.s
WHERE system.p = <kk:providedBy> AND kind.p = <rdf:type>
  AND kind.o IN (<kk:AcademicBody>, <kk:BusinessOrganisation>, <kk:CivilSocietyBody>)
  AND status.p = <kk:status> AND status.o = <kk:inUse>
  AND label.p = <skos:prefLabel> AND (language.lang = 'th' OR starts_with(language.lang, 'th-'))
ORDER BY named.lex

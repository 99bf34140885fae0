#!/bin/sh
# Install the SPARQL servers that the tests of remote stores run against:
#   sh tests/servers/install.sh DIR [fuseki] [comunica]
# Without names it installs both. Fuseki needs Maven and, to run, a Java 17 or newer; Comunica needs
# npm and a Node 18 or newer. Nothing outside DIR is changed but the usual caches of Maven and npm.
set -eu
mkdir -p "${1:?name the folder to install into}"
dir=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- fuseki comunica

for server in "$@"; do
  case $server in
    fuseki)
      [ -f "$dir/fuseki/jena-fuseki-server.jar" ] && continue
      mvn --quiet --batch-mode dependency:copy -DoutputDirectory="$dir/fuseki" -Dmdep.stripVersion=true \
        -Dartifact="org.apache.jena:jena-fuseki-server:${FUSEKI:-5.6.0}"
      ;;
    comunica)
      [ -x "$dir/comunica/node_modules/.bin/comunica-sparql-file-http" ] && continue
      rm -rf "$dir/comunica" "$dir/comunica.partial"
      mkdir "$dir/comunica.partial"
      npm install --prefix "$dir/comunica.partial" --no-audit --no-fund --silent \
        "@comunica/query-sparql-file@${COMUNICA:-4.5.0}"
      mv "$dir/comunica.partial" "$dir/comunica"
      ;;
    *) echo "no such server: $server" >&2; exit 2 ;;
  esac
done
echo "installed in $dir"

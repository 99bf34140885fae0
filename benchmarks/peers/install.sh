#!/bin/sh
# Install the validators that validation.py compares with: sh benchmarks/peers/install.sh DIR
# Needs Python 3.11, Maven, and a JDK 21 or newer, found through JAVA_HOME or the PATH.
# Nothing outside DIR is changed but the usual caches of pip and Maven.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "${1:?name the folder to install into}"
dir=$(cd "$1" && pwd)

"${PYTHON:-python3}" -m venv "$dir/python"
"$dir/python/bin/pip" install --quiet "pyshacl==${PYSHACL:-0.40.1}" "pyrudof==${PYRUDOF:-0.3.35}"

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
javac=${JAVA_HOME:+$JAVA_HOME/bin/}javac
release=$("$javac" -version 2>&1 | sed 's/[^0-9]*\([0-9]*\).*/\1/')
if [ "$release" -lt 21 ]; then
  echo "Jena 6 needs a JDK 21 or newer, and this is $release: set JAVA_HOME" >&2
  exit 2
fi
ln -sfn "$(command -v "$java")" "$dir/java"
for engine in jena topbraid; do
  case $engine in jena) source=JenaEngine ;; *) source=TopBraidEngine ;; esac
  mvn --quiet --batch-mode --file "$here/pom.xml" --activate-profiles "$engine" \
    dependency:copy-dependencies -DoutputDirectory="$dir/$engine"
  "$javac" -encoding UTF-8 -cp "$dir/$engine/*" -d "$dir/$engine/classes" \
    "$here/java/ShaclPeers.java" "$here/java/$source.java"
done
echo "installed in $dir"

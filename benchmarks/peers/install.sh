#!/bin/sh
# Install what kkgraph is compared with: by validation.py (python, jena, topbraid), by linking.py
# (splink):
#   sh benchmarks/peers/install.sh DIR [python] [jena] [topbraid] [splink]
# Without names it installs the validators. Needs Python 3.11, Maven, and a JDK (21 or newer for Jena,
# 17 for TopBraid), found through JAVA_HOME or the PATH.
# Nothing outside DIR is changed but the usual caches of pip and Maven.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "${1:?name the folder to install into}"
dir=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- python jena topbraid

with_python() {
  "${PYTHON:-python3}" -m venv "$dir/python"
  "$dir/python/bin/pip" install --quiet "pyshacl==${PYSHACL:-0.40.1}" "pyrudof==${PYRUDOF:-0.3.35}"
}

with_splink() {
  "${PYTHON:-python3}" -m venv "$dir/splink"
  "$dir/splink/bin/pip" install --quiet "splink==${SPLINK:-5.0.0}"
}

with_java() { # an engine, the class that runs it, and the oldest JDK that can
  java=${JAVA_HOME:+$JAVA_HOME/bin/}java
  javac=${JAVA_HOME:+$JAVA_HOME/bin/}javac
  release=$("$javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
  if [ "${release:-0}" -lt "$3" ]; then
    echo "$1 needs a JDK $3 or newer, and this is ${release:-none}: set JAVA_HOME" >&2
    exit 2
  fi
  ln -sfn "$(command -v "$java")" "$dir/java"
  mvn --quiet --batch-mode --file "$here/pom.xml" --activate-profiles "$1" \
    dependency:copy-dependencies -DoutputDirectory="$dir/$1"
  "$javac" -encoding UTF-8 -cp "$dir/$1/*" -d "$dir/$1/classes" \
    "$here/java/ShaclPeers.java" "$here/java/$2.java"
}

for engine in "$@"; do
  case $engine in
    python) with_python ;;
    splink) with_splink ;;
    jena) with_java jena JenaEngine 21 ;;
    topbraid) with_java topbraid TopBraidEngine 17 ;;
    *) echo "no such engine: $engine" >&2; exit 2 ;;
  esac
done
echo "installed in $dir"

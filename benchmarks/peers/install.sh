#!/bin/sh
# Install what kkgraph is compared with: by validation.py (python, jena, topbraid), by linking.py
# (splink), by questions.py (tdb, maplib):
#   sh benchmarks/peers/install.sh DIR [python] [jena] [topbraid] [splink] [tdb] [maplib]
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

with_maplib() {
  "${PYTHON:-python3}" -m venv "$dir/maplib"
  "$dir/maplib/bin/pip" install --quiet "maplib==${MAPLIB:-0.20.26}"
}

with_java() { # an engine, the oldest JDK that can run it, and the classes that do
  java=${JAVA_HOME:+$JAVA_HOME/bin/}java
  javac=${JAVA_HOME:+$JAVA_HOME/bin/}javac
  release=$("$javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
  if [ "${release:-0}" -lt "$2" ]; then
    echo "$1 needs a JDK $2 or newer, and this is ${release:-none}: set JAVA_HOME" >&2
    exit 2
  fi
  ln -sfn "$(command -v "$java")" "$dir/java"
  mvn --quiet --batch-mode --file "$here/pom.xml" --activate-profiles "$1" \
    dependency:copy-dependencies -DoutputDirectory="$dir/$1"
  name=$1
  shift 2
  (cd "$here/java" && "$javac" -encoding UTF-8 -cp "$dir/$name/*" -d "$dir/$name/classes" "$@")
}

for engine in "$@"; do
  case $engine in
    python) with_python ;;
    splink) with_splink ;;
    jena) with_java jena 21 ShaclPeers.java JenaEngine.java ;;
    topbraid) with_java topbraid 17 ShaclPeers.java TopBraidEngine.java ;;
    tdb) with_java tdb 21 JenaQuestions.java ;;
    maplib) with_maplib ;;
    *) echo "no such engine: $engine" >&2; exit 2 ;;
  esac
done
echo "installed in $dir"

"""Small files and folders wherever the cluster keeps its data: Hadoop's own way to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kkgraph.spark.session import translated

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class Storage:
    """Reads, writes, renames and deletes by address; errors as of ``session.translated``."""

    def __init__(self, spark: SparkSession) -> None:
        self._jvm: Any = spark._jvm
        self._settings: Any = spark._jsparkSession.sessionState().newHadoopConf()

    def _at(self, address: str) -> tuple[Any, Any]:
        place = self._jvm.org.apache.hadoop.fs.Path(address)
        return place.getFileSystem(self._settings), place

    def exists(self, address: str) -> bool:
        """True where there is a file or a folder."""
        with translated(address):
            system, place = self._at(address)
            return bool(system.exists(place))

    def read(self, address: str) -> str | None:
        """What a small text file holds; None where there is none."""
        with translated(address):
            system, place = self._at(address)
            if not system.isFile(place):
                return None
            stream = system.open(place)
            try:
                data = self._jvm.org.apache.commons.io.IOUtils.toByteArray(stream)
            finally:
                stream.close()
        return bytes(data).decode("utf-8")

    def write(self, address: str, text: str) -> None:
        """Write a small text file in place of what is there."""
        with translated(address):
            system, place = self._at(address)
            stream = system.create(place, True)
            try:
                stream.write(bytearray(text.encode("utf-8")))
            finally:
                stream.close()

    def rename(self, address: str, to: str) -> None:
        """Give a folder another name; what has that name is deleted before."""
        with translated(address):
            system, place = self._at(address)
            target = self._jvm.org.apache.hadoop.fs.Path(to)
            system.delete(target, True)
            system.rename(place, target)

    def move(self, address: str, to: str) -> bool:
        """Give a folder another name in the same place; False where that isn't possible."""
        with translated(to):
            system, place = self._at(address)
            return bool(system.rename(place, self._jvm.org.apache.hadoop.fs.Path(to)))

    def names(self, address: str) -> list[str]:
        """The names of what is in a folder."""
        with translated(address):
            system, place = self._at(address)
            return [str(found.getPath().getName()) for found in system.listStatus(place)]

    def delete(self, address: str) -> None:
        """Delete a file or a folder with all in it, if it is there."""
        with translated(address):
            system, place = self._at(address)
            system.delete(place, True)

    def status(self, address: str) -> tuple[int, int]:
        """The bytes of a file, and when it was changed."""
        with translated(address):
            system, place = self._at(address)
            found = system.getFileStatus(place)
            return int(found.getLen()), int(found.getModificationTime())

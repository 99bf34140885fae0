"""A page as tests see it: its links, its ids, and what a page of ours must never hold."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "wbr", "path", "rect", "circle"}
VOID |= {"polygon", "line", "use"}


class Page(HTMLParser):
    """What stands in a page. ``faults`` lists what breaks a rule of ours."""

    def __init__(self, text: str, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.url, self.source = url, text
        self.links: list[str] = []
        self.ids: Counter[str] = Counter()
        self.faults: list[str] = []
        self.tags: Counter[str] = Counter()
        self.lang = ""
        self.title = ""
        self.heads: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str]] = []
        self.options: dict[str, list[str]] = {}
        self.texts: list[str] = []
        self._open: list[str] = []
        self._select = ""
        self.feed(text)
        self._close()

    def handle_starttag(self, tag, attributes):
        given = {k: v or "" for k, v in attributes}
        self.tags[tag] += 1
        if tag not in VOID:
            self._open.append(tag)
        if tag == "html":
            self.lang = given.get("lang", "")
        if "id" in given:
            self.ids[given["id"]] += 1
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
            if given["href"].lower().startswith("javascript:"):
                self.faults.append(f"a script as a link: {given['href']}")
        if tag in ("link", "script", "img", "iframe", "source") and tag != "a":
            target = given.get("href") or given.get("src") or ""
            if urlsplit(urljoin(self.url, target)).netloc != urlsplit(self.url).netloc:
                self.faults.append(f"{tag} from elsewhere: {target}")
        if tag == "script" and not given.get("src"):
            self.faults.append("an inline script")
        if tag == "style" or "style" in given:
            self.faults.append(f"an inline style in {tag}")
        self.faults += [f"{k} in {tag}" for k in given if k.startswith("on")]
        if tag == "img" and "alt" not in given:
            self.faults.append("an image without alt")
        if tag == "th" and "scope" not in given:
            self.faults.append("a head without scope")
        if tag == "label" and "for" in given:
            self.labelled.add(given["for"])
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            self.fields.append(given)
        if tag == "select":
            self._select = given.get("name", "")
        if tag == "datalist":
            self._select = given["id"].removeprefix("l-")
        if tag == "option":
            self.options.setdefault(self._select, []).append(given.get("value", ""))
        if tag in ("h1", "h2", "h3"):
            self.heads.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID and self._open:
            self._open.pop()

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self._open or self._open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1:]}")
            return
        self._open.pop()

    def handle_data(self, data):
        if self._open and self._open[-1] == "title" and "svg" not in self._open:
            self.title += data
        elif data.strip():
            self.texts.append(data.strip())

    def _close(self):
        self.faults += [f"the id {i} stands twice" for i, n in self.ids.items() if n > 1]
        for field in self.fields:
            if field.get("id") not in self.labelled and "aria-label" not in field:
                self.faults.append(f"a field without a label: {field}")
        inside = {h[1:] for h in self.links if h.startswith("#") and len(h) > 1}
        self.faults += [f"#{i} leads nowhere" for i in inside - set(self.ids)]
        if self._open:
            self.faults.append(f"never closed: {self._open}")

    @property
    def text(self) -> str:
        """All texts, joined."""
        return " ".join(self.texts)

    def internal(self) -> list[str]:
        """The links that stay on this server, without fragments, whole."""
        here = urlsplit(self.url)
        found = []
        for link in self.links:
            parts = urlsplit(urljoin(self.url, link))
            if parts.netloc == here.netloc and parts.scheme == here.scheme:
                found.append(parts._replace(fragment="").geturl().removeprefix(
                    f"{here.scheme}://{here.netloc}"))  # fmt: skip
        return list(dict.fromkeys(found))

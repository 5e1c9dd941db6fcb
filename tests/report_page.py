"""Pages of `maniple report` as tests read them."""
import base64
import html.parser
import json
import pathlib
import re
import zlib

LONE = {"meta", "br", "input", "link", "hr"}


class Page(html.parser.HTMLParser):
    """Tags must close what they open, and IDs be unique; keeps texts, tags and the data of plots."""

    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.tags, self.texts, self.data, self.links = [], set(), [], [], {}, []
        self.encoding = None
        self.source = pathlib.Path(path).read_text(encoding="utf-8")
        self.feed(self.source)
        self.close()
        if self.open:
            raise AssertionError(f"not closed: {self.open}")

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        if "id" in attributes:
            if attributes["id"] in self.ids:
                raise AssertionError(f"two elements are {attributes['id']}")
            self.ids.add(attributes["id"])
        for name in ("src", "href", "srcset", "data", "action"):
            if name in attributes:
                self.links.append(attributes[name])
        if tag not in LONE:
            self.open.append((tag, attributes))

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        last, _ = self.open.pop()
        if last != tag:
            raise AssertionError(f"</{tag}> closes <{last}>")

    def handle_data(self, text):
        self.texts.append(text)
        if self.open and self.open[-1][0] == "script" and "id" in self.open[-1][1]:
            attributes = self.open[-1][1]
            if attributes.get("data-encoding") == "deflate-base64":
                text = zlib.decompress(base64.b64decode(text)).decode()
            self.data[attributes["id"]] = json.loads(text)

    def rows(self, caption):
        """The cells of the table with this caption, without its headings."""
        table = re.search(rf"<caption>{re.escape(caption)}</caption>(.*?)</table>", self.source, re.S).group(1)
        return [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in re.findall(r"<tr.*?</tr>", table, re.S)[1:]]

    def text(self):
        return " ".join(self.texts)

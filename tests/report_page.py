"""Pages of `maniple report` and `maniple explain --html` as tests read them."""
import base64
import html.parser
import json
import pathlib
import zlib

LONE = {"meta", "br", "img", "input", "link", "hr"}
LINKS = ("src", "href", "srcset", "data", "action")


class Page(html.parser.HTMLParser):
    """Tags must close what they open, and IDs be unique.

    Keeps the tags with their attributes, the text that people see, tables, the data of plots unpacked, and links.
    """

    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.open, self.words, self.ids, self.links = [], [], set(), []
        self.tags, self.tables, self.data, self.scripts = [], [], {}, []
        self.source = pathlib.Path(path).read_text(encoding="utf-8")
        self.feed(self.source)
        self.close()
        assert not self.open, f"not closed: {self.open}"
        self.text = " ".join(" ".join(self.words).split())

    def all(self, tag):
        """The attributes of each such element."""
        return [attributes for name, attributes in self.tags if name == tag]

    def sections(self):
        return [attributes["id"] for attributes in self.all("section")]

    def rows(self, caption):
        """The cells of the table whose caption begins so, row by row; the first row is its heading."""
        found = [table for table in self.tables if table["caption"].startswith(caption)]
        assert len(found) == 1, (caption, [table["caption"] for table in self.tables])
        return found[0]["rows"]

    def without_own_code(self):
        """The source without the page's own style and script, in which any word may stand."""
        start, end = self.source.index("<style>"), self.source.index("</style>")
        page = self.source[:start] + self.source[end:]
        return page[:page.rindex("<script>")]

    def handle_starttag(self, tag, attributes):
        self.keep(tag, attributes)
        if tag not in LONE:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append((dict(attributes), []))
        elif tag == "table":
            self.tables.append({"caption": "", "rows": []})
        elif tag == "tr":
            self.tables[-1]["rows"].append([])
        elif tag in ("td", "th"):
            self.tables[-1]["rows"][-1].append("")

    def handle_startendtag(self, tag, attributes):
        self.keep(tag, attributes)

    def keep(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        if "id" in attributes:
            assert attributes["id"] not in self.ids, f"two elements are {attributes['id']}"
            self.ids.add(attributes["id"])
        self.links += [attributes[name] for name in LINKS if name in attributes]

    def handle_endtag(self, tag):
        last = self.open.pop()
        assert last == tag, f"</{tag}> closes <{last}>"
        if tag == "script":
            self.keep_data(*self.scripts[-1])

    def keep_data(self, attributes, pieces):
        if "id" not in attributes:
            return
        content = "".join(pieces)
        if attributes.get("data-encoding") == "deflate-base64":
            content = zlib.decompress(base64.b64decode(content)).decode()
        self.data[attributes["id"]] = json.loads(content)

    def handle_data(self, text):
        if "script" in self.open:
            self.scripts[-1][1].append(text)
        elif "style" not in self.open:
            self.words.append(text)
            if "td" in self.open or "th" in self.open:
                self.tables[-1]["rows"][-1][-1] += text
            elif "caption" in self.open:
                self.tables[-1]["caption"] += text

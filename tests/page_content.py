"""What a page of `maniple report` holds: sections, text, tables, and the data of its plots, unpacked."""
import base64
import html.parser
import json
import zlib

VOID = {"meta", "br", "link", "img", "input", "hr"}


class PageContent(html.parser.HTMLParser):
    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.sections, self.tables, self.figures, self.data, self.scripts, self.open = [], [], [], {}, 0, []
        self.words, self._script, self._cell = [], None, None
        self.feed(page)
        self.close()
        assert not self.open, self.open
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in VOID and not (self.open and self.open[0] == "svg" and tag in ("path", "rect", "circle")):
            self.open.append(tag)
        if tag == "section":
            self.sections.append(attrs["id"])
        elif tag == "script":
            self.scripts += 1
            self._script = (attrs.get("id"), attrs.get("data-encoding"), [])
        elif tag == "table":
            self.tables.append({"attrs": attrs, "caption": "", "rows": []})
        elif tag == "tr":
            self.tables[-1]["rows"].append([])
        elif tag in ("td", "th"):
            self.tables[-1]["rows"][-1].append("")
            self._cell = tag
        elif tag == "figure":
            self.figures.append(attrs)

    def handle_startendtag(self, tag, attrs):
        pass  # Shapes of pictures.

    def handle_endtag(self, tag):
        if tag in self.open:
            assert self.open[-1] == tag, (tag, self.open)
            self.open.pop()
        if tag == "script":
            name, encoding, pieces = self._script
            if name:
                content = "".join(pieces)
                if encoding:
                    content = zlib.decompress(base64.b64decode(content)).decode()
                assert name not in self.data, name
                self.data[name] = json.loads(content)
            self._script = None
        elif tag in ("td", "th"):
            self._cell = None

    def handle_data(self, data):
        if self._script is not None:
            self._script[2].append(data)
            return
        if "style" in self.open:
            return
        self.words.append(data)
        if self._cell:
            self.tables[-1]["rows"][-1][-1] += data
        elif "caption" in self.open:
            self.tables[-1]["caption"] += data

    def table(self, start):
        found = [table for table in self.tables if table["caption"].startswith(start)]
        assert len(found) == 1, (start, [table["caption"] for table in self.tables])
        return found[0]["rows"]


def read_page(path):
    return PageContent(path.read_text(encoding="utf-8"))


def without_own_code(page):
    """The page's text without its own style and script, in which any word may stand."""
    start, end = page.index("<style>"), page.index("</style>")
    page = page[:start] + page[end:]
    return page[:page.rindex("<script>")]

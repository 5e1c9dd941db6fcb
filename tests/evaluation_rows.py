"""Lines of evaluation.json as evaluation.tsv has them, with all digits."""
import json

COLUMNS = ("kind", "metric", "factor", "group", "part", "estimate", "lower", "upper", "neg_log10_p", "degrees_of_freedom",
           "samples", "cases", "interval", "undefined_replicates", "status")


def read_rows(folder):
    lines = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))["rows"]
    text = lambda value: "NA" if value is None else value if isinstance(value, str) else repr(value)
    return [{name: text(line.get(name)) for name in COLUMNS} for line in lines]

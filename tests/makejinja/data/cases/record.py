"""Records what Python reads from the texts of the cases beside this file: PyYAML 6.0.3, tomllib and json.

    python3 record.py          writes the values and printings into the files
    python3 record.py --check  compares them instead and ends with 1 where they differ
    python3 record.py --probe  only tells by its exit code whether Python has what is needed
"""

import json
import pathlib
import sys
import tomllib

import yaml

READERS = {
    "yaml": lambda text: list(yaml.safe_load_all(text.encode())),
    "toml": lambda text: [tomllib.loads(text)],
    "json": lambda text: [json.loads(text.encode())],
}


def printing(value):
    if isinstance(value, dict):
        return [str(item) for item in value.values()]
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def values(case, kind):
    text = case["text"]
    try:
        documents = READERS[kind](text)
        return {"text": text, "repr": [repr(d) for d in documents], "str": [printing(d) for d in documents]}
    except Exception:
        return {"text": text, "refused": True}


def members(case, _):
    d = yaml.safe_load(case["value"]) if "value" in case else tomllib.loads(case["toml"])["d"]
    other = yaml.safe_load(case["other"]) if "other" in case else None
    names = {"d": d, "other": other}
    return {**case, "printed": str(eval(case["expression"], names))}


def main():
    if yaml.__version__ != "6.0.3":
        sys.exit("PyYAML 6.0.3 is wanted, not " + yaml.__version__)
    if "--probe" in sys.argv:
        return
    wrong = []
    for kind, record in [("yaml", values), ("toml", values), ("json", values), ("members", members)]:
        path = pathlib.Path(__file__).with_name(kind + ".json")
        cases = json.loads(path.read_text())
        recorded = [record(case, kind) for case in cases]
        if "--check" in sys.argv:
            wrong += [case for case, now in zip(cases, recorded) if case != now]
        else:
            path.write_text("[\n" + ",\n".join(json.dumps(case) for case in recorded) + "\n]\n")
    for case in wrong:
        print(json.dumps(case))
    sys.exit(1 if wrong else 0)


main()

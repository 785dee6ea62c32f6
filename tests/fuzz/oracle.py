"""Renders templates with Jinja2: one JSON object per line in, one per line out.

A request is a case as tests/conformance describes it. The answer is {"text": ...},
{"error": class name, "line": number or null} or {"skipped": reason}.
"""

import json
import resource
import signal
import sys

import jinja2

TIME_LIMIT = 2.0
MEMORY_LIMIT = 2 << 30
UNDEFINED = {
    "default": jinja2.Undefined,
    "chainable": jinja2.ChainableUndefined,
    "strict": jinja2.StrictUndefined,
    "debug": jinja2.DebugUndefined,
}
EXTENSIONS = {"do": "jinja2.ext.do", "loopcontrols": "jinja2.ext.loopcontrols", "i18n": "jinja2.ext.i18n"}


class OutOfTime(BaseException):
    pass


def out_of_time(_signal, _frame):
    raise OutOfTime


def decode(value):
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    if list(value) == ["__float__"]:
        return float(value["__float__"])
    if list(value) == ["__int__"]:
        return int(value["__int__"])
    return {key: decode(item) for key, item in value.items()}


def environment(case):
    options = dict(case.get("options") or {})
    options["undefined"] = UNDEFINED[options.get("undefined", "default")]
    options["extensions"] = [EXTENSIONS[name] for name in options.get("extensions", [])]
    made = jinja2.Environment(loader=jinja2.DictLoader(case.get("templates") or {}), **options)
    if "jinja2.ext.i18n" in options["extensions"]:
        made.install_null_translations()
    return made


def render(case):
    try:
        template = environment(case).from_string(case["template"])
        return {"text": template.render(decode(case["context"]))}
    except jinja2.TemplateSyntaxError as error:
        return {"error": type(error).__name__, "line": error.lineno}
    except SyntaxError:
        # Python refuses the code that Jinja made of the template.
        return {"error": "TemplateSyntaxError", "line": None}
    except NameError:
        # The code that Jinja makes of an infinite literal names `inf`.
        return {"skipped": "infinite literal"}
    except MemoryError:
        return {"skipped": "memory limit"}
    except Exception as error:
        return {"error": type(error).__name__, "line": None, "message": str(error)}


def answer(case):
    try:
        signal.setitimer(signal.ITIMER_REAL, TIME_LIMIT)
        try:
            return render(case)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except OutOfTime:
        return {"skipped": "time limit"}


def main():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    signal.signal(signal.SIGALRM, out_of_time)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


main()

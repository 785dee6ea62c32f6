# Measures Jinja2 on the workloads that come in as JSON; prints milliseconds and outputs as JSON.
import json
import sys
import time

from jinja2 import DictLoader, Environment


def timed(run):
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


def measure(workload):
    environment = Environment(loader=DictLoader(workload["templates"]))
    template = environment.get_template(workload["main"])
    data = workload["data"]
    text = template.render(data)

    def repeat():
        for _ in range(workload["repeat"]):
            template.render(data)

    repeat()
    return {"milliseconds": timed(repeat), "text": text}


def cold(sources, data):
    environment = Environment()
    compiled = []

    def compile_all():
        compiled.extend(environment.from_string(source) for source in sources)

    compiling = timed(compile_all)
    rendering = timed(lambda: [template.render(data) for template in compiled])
    return {"compile": compiling, "both": compiling + rendering}


work = json.load(sys.stdin)
cold(work["cold"]["sources"][:10], work["cold"]["data"])
result = {
    "warm": [measure(workload) for workload in work["warm"]],
    "cold": cold(work["cold"]["sources"], work["cold"]["data"]),
}
json.dump(result, sys.stdout)

"""The same as plugin.ts beside it, for the real makejinja."""


def shout(text):
    return f"{text}".upper() + "!"


def twice(text):
    return text * 2


def dozenish(number):
    return number > 10


class Plugin:
    def __init__(self, environment, data):
        environment.globals["shared"] = "a global"
        self._name = data["name"]

    def data(self):
        return {"greeting": f"hello {self._name}"}

    def functions(self):
        return [shout]

    def filters(self):
        return [twice]

    def tests(self):
        return [dozenish]

    def policies(self):
        return {"json.dumps_kwargs": {"sort_keys": False}}

    def path_filters(self):
        return [lambda path: not path.name == "filtered.txt"]

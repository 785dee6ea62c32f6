"""The plugin as makejinja takes it."""

import base64
import hashlib
import ipaddress
from pathlib import Path

import makejinja


def nth_host(network: str, index: int) -> str:
    """Address number `index` of a network; negative ones count from its end."""
    return str(ipaddress.ip_network(network)[index])


def shout(text: str) -> str:
    return text.upper() + "!"


def to_yaml_line(value: dict) -> str:
    return "{" + ", ".join(f"{key}: {item}" for key, item in value.items()) + "}"


def b64decode(text: str) -> str:
    return base64.b64decode(text).decode()


def storing(host: dict) -> bool:
    return "storage" in host["roles"]


def label(host: dict, kind: str = "host", *, separator: str = "=", upper: bool = False) -> str:
    text = f"{kind}{separator}{host['name']}"
    return text.upper() if upper else text


class Plugin(makejinja.plugin.Plugin):
    def __init__(self, data: makejinja.plugin.Data, config: makejinja.config.Config):
        self._data = data
        self._inputs = config.inputs

    def data(self) -> makejinja.plugin.Data:
        return {"count": len(self._data["hosts"])}

    def filters(self) -> makejinja.plugin.Filters:
        return [nth_host, shout, to_yaml_line, b64decode]

    def functions(self) -> makejinja.plugin.Functions:
        return [label, self.checksum]

    def tests(self) -> makejinja.plugin.Tests:
        return [storing]

    def policies(self) -> makejinja.plugin.Policies:
        return {"json.dumps_kwargs": {"sort_keys": False}}

    def path_filters(self):
        return [lambda path: ".secret." not in path.name]

    def checksum(self, name: str) -> str:
        return hashlib.sha256((self._inputs[0] / name).read_bytes()).hexdigest()

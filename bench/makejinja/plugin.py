"""The starter's functions and filters for the real makejinja, so that both renderers do the same work."""

import base64
import ipaddress
import json
import re
from pathlib import Path

import yaml


def basename(value):
    return Path(value).stem


def nthhost(cidr, n):
    return str(ipaddress.ip_network(cidr, strict=False)[n])


def age_key(kind, file="age.key"):
    pattern = r"# public key: (age1\w+)" if kind == "public" else r"(AGE-SECRET-KEY-[\w-]+)"
    return re.search(pattern, Path(file).read_text()).group(1)


def github_deploy_key(file="github-deploy.key"):
    return Path(file).read_text().strip()


def github_push_token(file="github-push-token.txt"):
    return Path(file).read_text().strip()


def cloudflare_tunnel_id(file="cloudflare-tunnel.json"):
    return json.loads(Path(file).read_text())["TunnelID"]


def cloudflare_tunnel_secret(file="cloudflare-tunnel.json"):
    tunnel = json.loads(Path(file).read_text())
    token = {"a": tunnel["AccountTag"], "t": tunnel["TunnelID"], "s": tunnel["TunnelSecret"]}
    return base64.b64encode(json.dumps(token, separators=(",", ":")).encode()).decode()


def talos_patches(group):
    found = {}
    for layer in ("templates/overrides", "templates/config"):
        for path in Path(layer, "talos/patches", group).glob("*.yaml.j2"):
            found.setdefault(path.name, str(path))
    return [found[name] for name in sorted(found)]


def tool_path(path):
    return path


LAYERS = ("templates/overrides", "templates/config")
TEMPLATE = Path(LAYERS[-1])


def conditions():
    """The conditions of optional parts by their folder, relative to a layer."""
    found = {}
    for layer in LAYERS:
        for path in Path(layer, "kubernetes").rglob("entry.yaml"):
            found.setdefault(path.parent.relative_to(layer), yaml.safe_load(path.read_text())["when"])
    return found


class Plugin:
    """The optional parts are left out by a path filter; files of the user's own in their folders are none of the sample's."""

    def __init__(self, environment, data):
        self._environment = environment
        self._when = conditions()

    def path_filters(self):
        return [self._wants]

    def _wants(self, path):
        # Newer versions of the library that makejinja reads its settings with make inputs absolute.
        parts = (path.relative_to(Path.cwd()) if path.is_absolute() else path).parts
        if path.name == "entry.yaml":
            return False
        if any(not self._holds(folder) for folder in self._when if parts[2 : 2 + len(folder.parts)] == folder.parts):
            return False
        is_namespace = parts[2:4] == ("kubernetes", "apps") and len(parts) == 6 and parts[5].startswith("kustomization.yaml")
        return not is_namespace or not self._has_apps(parts[4]) or bool(self.namespace_apps(parts[4]))

    def _holds(self, folder):
        return bool(self._environment.compile_expression(self._when[folder])())

    def _has_apps(self, namespace):
        return any(Path("kubernetes/apps", namespace) == folder.parent for folder in self._when)

    def namespace_apps(self, namespace):
        folders = [path.parent for path in (TEMPLATE / "kubernetes/apps" / namespace).glob("*/ks.yaml.j2")]
        relative = [folder.relative_to(TEMPLATE) for folder in folders]
        return sorted(folder.name for folder in relative if folder not in self._when or self._holds(folder))

    def filters(self):
        return [basename, nthhost]

    def functions(self):
        return [
            age_key,
            cloudflare_tunnel_id,
            cloudflare_tunnel_secret,
            github_deploy_key,
            github_push_token,
            self.namespace_apps,
            talos_patches,
            tool_path,
        ]

    def data(self):
        return json.loads(Path("values.json").read_text())

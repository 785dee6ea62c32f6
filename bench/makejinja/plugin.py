"""The starter's data, filters and functions for the real makejinja, so that both renderers do the same work."""

import ipaddress
import json
import re
from pathlib import Path

SCHEMAS = Path("schemas")


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


def talos_patches(group):
    found = {}
    for layer in ("templates/overrides", "templates/config"):
        for path in Path(layer, "talos/patches", group).glob("*.yaml.j2"):
            found.setdefault(path.name, str(path))
    return [found[name] for name in sorted(found)]


def completed(value, properties):
    return {name: value.get(name, schema.get("default")) for name, schema in properties.items()}


class Plugin:
    def __init__(self, data):
        self._data = data

    def filters(self):
        return [basename, nthhost]

    def functions(self):
        return [age_key, github_deploy_key, github_push_token, talos_patches]

    def data(self):
        cluster = json.loads((SCHEMAS / "cluster.schema.json").read_text())["properties"]
        node = json.loads((SCHEMAS / "nodes.schema.json").read_text())["$defs"]["node"]["properties"]
        data = completed(self._data, cluster)
        nodes = [completed(one, node) for one in self._data["nodes"]]
        domain = data["cloudflare_domain"]
        domains = domain if isinstance(domain, list) else [domain]
        bgp = all(data[f"cilium_bgp_{name}"] for name in ("router_addr", "router_asn", "node_asn"))
        resolvers = [one for one in data["node_dns_servers"] if ipaddress.ip_address(one).is_global]
        return data | {
            "nodes": nodes,
            "node_default_gateway": data["node_default_gateway"] or nthhost(data["node_cidr"], 1),
            "bgp_enabled": bgp,
            "cilium_bgp_enabled": bgp,
            "spegel_enabled": len(nodes) > 1 if data["spegel_enabled"] is None else data["spegel_enabled"],
            "cloudflare_domains": domains,
            "primary_domain": domains[0],
            "k8s_gateway_fallback_dns": data["k8s_gateway_fallback_dns"] or resolvers or ["1.1.1.1", "1.0.0.1"],
            "node_count": len(nodes),
            "controller_count": sum(one["controller"] for one in nodes),
            "cert_sans": ["127.0.0.1", data["cluster_api_addr"], *(data["cluster_api_tls_sans"] or [])],
            "coredns_addr": nthhost(data["cluster_svc_cidr"], 10),
        }

// Made by scripts/compile-schemas.mjs from schemas/*.schema.json; edits are lost.
var __getOwnPropNames = Object.getOwnPropertyNames;
var __commonJS = (cb, mod) => function() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};

// node_modules/fast-deep-equal/index.js
var require_fast_deep_equal = __commonJS({
  "node_modules/fast-deep-equal/index.js"(exports, module) {
    "use strict";
    module.exports = function equal(a, b) {
      if (a === b) return !0;
      if (a && b && typeof a == "object" && typeof b == "object") {
        if (a.constructor !== b.constructor) return !1;
        var length, i, keys;
        if (Array.isArray(a)) {
          if (length = a.length, length != b.length) return !1;
          for (i = length; i-- !== 0; )
            if (!equal(a[i], b[i])) return !1;
          return !0;
        }
        if (a.constructor === RegExp) return a.source === b.source && a.flags === b.flags;
        if (a.valueOf !== Object.prototype.valueOf) return a.valueOf() === b.valueOf();
        if (a.toString !== Object.prototype.toString) return a.toString() === b.toString();
        if (keys = Object.keys(a), length = keys.length, length !== Object.keys(b).length) return !1;
        for (i = length; i-- !== 0; )
          if (!Object.prototype.hasOwnProperty.call(b, keys[i])) return !1;
        for (i = length; i-- !== 0; ) {
          var key = keys[i];
          if (!equal(a[key], b[key])) return !1;
        }
        return !0;
      }
      return a !== a && b !== b;
    };
  }
});

// node_modules/ajv/dist/runtime/equal.js
var require_equal = __commonJS({
  "node_modules/ajv/dist/runtime/equal.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: !0 });
    var equal = require_fast_deep_equal();
    equal.code = 'require("ajv/dist/runtime/equal").default';
    exports.default = equal;
  }
});

// node_modules/ajv/dist/runtime/ucs2length.js
var require_ucs2length = __commonJS({
  "node_modules/ajv/dist/runtime/ucs2length.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: !0 });
    function ucs2length(str) {
      let len = str.length, length = 0, pos = 0, value;
      for (; pos < len; )
        length++, value = str.charCodeAt(pos++), value >= 55296 && value <= 56319 && pos < len && (value = str.charCodeAt(pos), (value & 64512) === 56320 && pos++);
      return length;
    }
    exports.default = ucs2length;
    ucs2length.code = 'require("ajv/dist/runtime/ucs2length").default';
  }
});

// validators.js
var validateCluster = validate20, schema31 = { $schema: "https://json-schema.org/draft/2020-12/schema", $id: "urn:cluster-template:cluster", title: "cluster.yaml", description: "The network, the repository and the services of one cluster.", type: "object", additionalProperties: !1, required: ["node_cidr", "cluster_api_addr", "cluster_dns_gateway_addr", "cluster_gateway_addr"], properties: { node_cidr: { $ref: "#/$defs/networks", title: "Node network", description: "The network that the nodes are in. It must not overlap the Pod and Service networks. For both families give a list: an IPv4 and an IPv6 one.", examples: ["192.0.2.0/24", ["192.0.2.0/24", "2001:db8::/64"]] }, node_dns_servers: { title: "DNS servers", description: "The resolvers that the nodes ask.", type: "array", items: { $ref: "#/$defs/anyAddress" }, minItems: 1, uniqueItems: !0, default: ["1.1.1.1", "1.0.0.1"], examples: [["192.0.2.1"]], "x-form": "a list of IP addresses" }, node_ntp_servers: { title: "NTP servers", description: "The time servers that the nodes ask, by address or by name. The default is Cloudflare's, given by address so that time does not depend on DNS.", type: "array", items: { $ref: "#/$defs/host" }, minItems: 1, uniqueItems: !0, default: ["162.159.200.1", "162.159.200.123"], examples: [["192.0.2.1", "time.example.com"]], "x-form": "a list of IP addresses and host names" }, node_default_gateway: { $ref: "#/$defs/addresses", title: "Default gateway", description: "The router of the nodes, an address of the node network or a link-local IPv6 address. Without it the first address of `node_cidr` is taken, of each where there are two.", examples: ["192.0.2.1"] }, node_vlan_tag: { title: "VLAN tag", description: "The VLAN that the nodes tag their traffic with. Only for nodes on a trunk port: an access port tags by itself.", type: ["integer", "string"], minimum: 1, maximum: 4094, pattern: "^(?:[1-9][0-9]{0,2}|[1-3][0-9]{3}|40[0-8][0-9]|409[0-4])$", examples: [100], "x-form": "a VLAN tag from 1 to 4094" }, node_schematic_id: { $ref: "#/$defs/schematic", title: "Schematic of the nodes", description: "The schematic of the Talos image, from https://factory.talos.dev, for every node that names none itself.", examples: ["376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba"] }, schedule_on_controllers: { title: "Work on controllers", description: "Whether controllers run ordinary Pods as well.", type: "boolean", default: !0, examples: [!1], "x-form": "true or false" }, node_firewall: { title: "Firewall of the nodes", description: "Whether Talos refuses what reaches a node from elsewhere than the node and Pod networks, except for its own API (50000) and that of Kubernetes (6443). Without it the metrics of etcd, the controller manager and the scheduler answer everybody who reaches a controller.", type: "boolean", default: !1, examples: [!0], "x-form": "true or false" }, cluster_name: { title: "Name of the cluster", description: "What tells this cluster from others of yours: the owner of its DNS records, so no two clusters in one zone may share it. Without it the last part of the repository's name.", type: "string", pattern: "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$", examples: ["home"], "x-form": "a name of lower-case letters, digits and inner hyphens (at most 63)" }, cluster_api_addr: { $ref: "#/$defs/anyAddress", title: "Kubernetes API address", description: "The virtual address of the Kubernetes API, which the controllers share: an unused address of the node network.", examples: ["192.0.2.5"] }, cluster_api_tls_sans: { title: "Further names of the Kubernetes API", description: "Names and addresses added to the certificate of the Kubernetes API.", type: "array", items: { $ref: "#/$defs/host" }, minItems: 1, uniqueItems: !0, examples: [["api.example.com"]], "x-form": "a list of domain names and IP addresses" }, cluster_pod_cidr: { $ref: "#/$defs/networks", title: "Pod network", description: "The network of the Pods. Each node takes a /24 of it in IPv4; a /16 is usual. For both families give a list: an IPv4 and an IPv6 one.", default: "10.42.0.0/16", examples: ["10.244.0.0/16", ["10.42.0.0/16", "fd42:5a1e:c0d::/56"]] }, cluster_svc_cidr: { $ref: "#/$defs/networks", title: "Service network", description: "The network of the Services. CoreDNS gets its tenth address; a /16 is usual in IPv4 and a /112 in IPv6. For both families give a list: an IPv4 and an IPv6 one.", default: "10.43.0.0/16", examples: ["10.96.0.0/16", ["10.43.0.0/16", "fd42:5a1e:c0e::/112"]] }, cluster_dns_gateway_addr: { $ref: "#/$defs/addresses", title: "DNS gateway address", description: "The load balancer address of k8s-gateway, which answers DNS questions for your domain at home: an unused address of the node network (with BGP it may be any other).", examples: ["192.0.2.6", ["192.0.2.6", "2001:db8::6"]] }, cluster_gateway_addr: { $ref: "#/$defs/addresses", title: "Internal gateway address", description: "The load balancer address of the gateway for what is reached from home only: an unused address of the node network (with BGP it may be any other).", examples: ["192.0.2.7", ["192.0.2.7", "2001:db8::7"]] }, cloudflare_gateway_addr: { $ref: "#/$defs/addresses", title: "External gateway address", description: "The load balancer address of the gateway for what is reached over the Internet: an unused address of the node network (with BGP it may be any other).", examples: ["192.0.2.8", ["192.0.2.8", "2001:db8::8"]], "x-required": "unless `ingress` is `none`" }, ingress: { title: "Ways in from the Internet", description: "How the external gateway is reached: `tunnel` through a Cloudflare tunnel, `direct` through a port that your router forwards, `none` not at all. Without it: `tunnel` with Cloudflare, `none` otherwise.", type: "string", enum: ["tunnel", "direct", "none"], examples: ["direct"], "x-form": "`tunnel`, `direct` or `none`" }, repository_name: { title: "Repository", description: "The GitHub repository that Flux reads, as owner and name.", type: "string", pattern: "^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?/(?!\\.{1,2}$)(?!.*\\.git$)[A-Za-z0-9._-]{1,100}$", examples: ["example/cluster"], "x-form": "a GitHub repository written owner/name", "x-required": "unless `repository_url` is set" }, repository_url: { title: "URL of the repository", description: "Where Flux reads the repository, for a host other than GitHub: HTTPS for a public one, `ssh://git@` for a private one.", type: "string", pattern: "^(?:https?://|ssh://git@)(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+\\])(?::[1-9][0-9]{0,4})?/[^\\s?#@$]*[^\\s?#@/$]$", examples: ["ssh://git@git.example.com/example/cluster.git", "https://gitlab.com/example/cluster.git"], "x-form": "a URL that begins with https:// or ssh://git@ (`$` is written %24)" }, repository_branch: { title: "Branch", description: "The branch that Flux follows.", type: "string", pattern: "^(?![-/.])(?!.*(?:\\.\\.|//|/\\.|@\\{|\\.lock(?:/|$)|[/.]$))[^\\s~^:?*\\[\\\\$]+$", default: "main", examples: ["production"], "x-form": "the name of a Git branch without `$`" }, repository_visibility: { title: "Visibility of the repository", description: "Flux reads a public repository over HTTPS without credentials and a private one over SSH with a deploy key.", type: "string", enum: ["public", "private"], default: "public", examples: ["private"], "x-form": "`public` or `private`" }, repository_known_hosts: { title: "Host keys of the repository", description: "The lines of known_hosts for the Git host, as `ssh-keyscan` prints them. The keys of github.com, gitlab.com, bitbucket.org and codeberg.org come with the template; take others from the host's own documentation.", type: ["string", "array"], pattern: "\\S", items: { type: "string", pattern: "^\\S+ \\S+ \\S+", examples: ["git.example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA=="], "x-form": "a line of known_hosts: host, type of key, key" }, minItems: 1, uniqueItems: !0, examples: [["git.example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA=="]], "x-form": "lines of known_hosts: host, type of key, key", "x-required": "for SSH to a host whose keys do not come with the template" }, webhook_type: { title: "Webhook", description: "What kind of webhook tells Flux of a push, as the Git host sends it. Without it the one of the host: `github`, `gitlab` or `bitbucket`, `generic-hmac` for others, `none` where nothing is reached from the Internet.", type: "string", enum: ["github", "gitlab", "bitbucket", "generic-hmac", "none"], examples: ["gitlab"], "x-form": "`github`, `gitlab`, `bitbucket`, `generic-hmac` or `none`" }, dns_provider: { title: "DNS provider", description: "Who publishes the names and proves the domain for certificates. With `none` nothing is published, nothing is reached from the Internet, and certificates come from a certificate authority of the cluster's own.", type: "string", enum: ["cloudflare", "none"], default: "cloudflare", examples: ["none"], "x-form": "`cloudflare` or `none`" }, cloudflare_domain: { $ref: "#/$defs/domains", title: "Domain", description: "The domain of the cluster, or a list of several. The first one is the primary domain. With Cloudflare all of them are zones there.", examples: ["example.com", ["example.com", "example.net"]], "x-required": "unless `cloudflare_domains` is set" }, cloudflare_domains: { $ref: "#/$defs/domains", title: "Domains", description: "The same as `cloudflare_domain`; set one of the two.", examples: [["example.com", "example.net"]] }, cloudflare_token: { $ref: "#/$defs/secret", title: "Cloudflare API token", description: "An API token with the permissions Zone DNS Edit and Account Cloudflare Tunnel Read, for all domains.", examples: [{ env: "CLOUDFLARE_TOKEN" }, { file: "cloudflare-token.key" }], "x-secret": !0, "x-required": "unless `dns_provider` is `none`" }, cloudflare_zone: { $ref: "#/$defs/domains", title: "Zone at Cloudflare", description: "The zone that a domain lies in, where that is not the domain itself: `example.net` for the domain `k8s.example.net`.", examples: ["example.net", ["example.net", "example.org"]] }, cloudflare_tunnel_protocol: { title: "Protocol of the tunnel", description: "How cloudflared reaches Cloudflare: `quic` over UDP, port 7844, or `http2` over TCP, where UDP is blocked. `auto` tries the first and falls back to the second; the exchange of keys that withstands quantum computers goes with `quic` alone.", type: "string", enum: ["quic", "http2", "auto"], default: "quic", examples: ["http2"], "x-form": "quic, http2 or auto" }, acme_staging: { title: "Let's Encrypt's staging", description: "Whether certificates come from Let's Encrypt's staging environment, which browsers do not trust and whose limits a cluster that is rebuilt often does not meet.", type: "boolean", default: !1, examples: [!0], "x-form": "true or false" }, cilium_loadbalancer_mode: { title: "Mode of the load balancer", description: "`dsr` lets a node answer the client directly and keeps the client's address; `snat` is for networks in which that does not work.", type: "string", enum: ["dsr", "snat"], default: "dsr", examples: ["snat"], "x-form": "`dsr` or `snat`" }, cilium_loadbalancer_algorithm: { title: "Algorithm of the load balancer", description: "How a Service's connections are spread: `maglev` keeps a client at its Pod when a node fails, `random` takes less memory.", type: "string", enum: ["maglev", "random"], default: "maglev", examples: ["random"], "x-form": "`maglev` or `random`" }, cilium_routing_mode: { title: "Routing of Pods", description: "`native` routes Pod traffic as it is, for nodes on one network segment; `tunnel` wraps it, for nodes with routers between them.", type: "string", enum: ["native", "tunnel"], default: "native", examples: ["tunnel"], "x-form": "`native` or `tunnel`" }, cilium_bbr_enabled: { title: "BBR", description: "Whether Pods send with the BBR congestion control, which copes better with long and lossy ways.", type: "boolean", default: !1, examples: [!0], "x-form": "true or false" }, cilium_big_tcp_enabled: { title: "BIG TCP", description: "Whether packets above 64 KiB are used inside of a node, for fast networks. It takes native routing.", type: "boolean", default: !1, examples: [!0], "x-form": "true or false" }, cilium_lb_pool_cidr: { title: "Load balancer addresses", description: "Where load balancer addresses come from: networks, or ranges written `first-last`. Without it there are only those of the gateways, and a Service of your own that asks for one waits for ever. The addresses of nodes, router, API, resolvers and time servers and the first and last address of a network are left out. Outside of the node network it takes BGP.", type: ["string", "array"], anyOf: [{ format: "address-block" }], items: { type: "string", format: "address-block", examples: ["192.0.2.64/26"], "x-form": "a network in CIDR notation or a range first-last" }, minItems: 1, uniqueItems: !0, examples: ["192.0.2.0/26", ["192.0.2.6-192.0.2.63", "2001:db8::1:0/112"]], "x-form": "a network in CIDR notation, a range first-last or a list of them" }, cilium_bgp_router_addr: { $ref: "#/$defs/addresses", title: "BGP router", description: "The address of the router that Cilium announces its load balancer addresses to. Two addresses make two sessions. BGP is on when this and both AS numbers are set.", examples: ["192.0.2.1"] }, cilium_bgp_router_asn: { $ref: "#/$defs/asn", title: "AS number of the router", description: "The autonomous system number of the BGP router.", examples: [64513] }, cilium_bgp_node_asn: { $ref: "#/$defs/asn", title: "AS number of the nodes", description: "The autonomous system number of the nodes; take another one than the router's.", examples: [64514] }, cilium_bgp_hold_time: { title: "BGP hold time", description: "Seconds without a sign of life after which a BGP session is given up.", type: "integer", minimum: 3, maximum: 65535, default: 30, examples: [90], "x-form": "a whole number of seconds from 3 to 65535" }, cilium_bgp_keepalive_time: { title: "BGP keepalive time", description: "Seconds between signs of life of a BGP session: at most a third of the hold time.", type: "integer", minimum: 1, maximum: 65535, default: 10, examples: [30], "x-form": "a whole number of seconds from 1 to 65535" }, cilium_bgp_graceful_restart: { title: "BGP graceful restart", description: "Whether the router keeps the routes while Cilium restarts.", type: "boolean", default: !1, examples: [!0], "x-form": "true or false" }, cilium_bgp_graceful_restart_time: { title: "BGP graceful restart time", description: "Seconds that the router keeps them.", type: "integer", minimum: 1, maximum: 4095, default: 120, examples: [240], "x-form": "a whole number of seconds from 1 to 4095" }, cilium_bgp_password: { $ref: "#/$defs/secret", title: "BGP password", description: "The password of the BGP sessions, where the router wants one.", examples: [{ env: "BGP_PASSWORD" }, { file: "bgp-password.key" }], "x-secret": !0 }, hubble_enabled: { title: "Hubble", description: "Whether Cilium records what talks to what.", type: "boolean", default: !1, examples: [!0], "x-form": "true or false" }, hubble_ui_enabled: { title: "Hubble UI", description: "Whether Hubble is shown at hubble. below the domain, at home only. Without it: where Hubble is on.", type: "boolean", examples: [!1], "x-form": "true or false" }, k8s_gateway_fallback_dns: { title: "Public DNS servers", description: "The resolvers that k8s-gateway asks for names outside of your domain; names of your domain that no route has do not exist for it, unless `k8s_gateway_fallthrough` is set. Without it they are the public ones among `node_dns_servers`, and 1.1.1.1 and 1.0.0.1 where none of those is public.", type: "array", items: { $ref: "#/$defs/anyAddress" }, minItems: 1, uniqueItems: !0, examples: [["9.9.9.9"]], "x-form": "a list of IP addresses" }, k8s_gateway_fallthrough: { title: "Unknown names of your domain", description: "Whether k8s-gateway asks the public resolvers for names of your domain that no route has. Without it they do not exist at home, whatever the public zone says.", type: "boolean", default: !1, examples: [!0], "x-form": "true or false" }, spegel_enabled: { title: "Spegel", description: "Whether the nodes share container images with each other. Without it Spegel is on where there is more than one node.", type: "boolean", examples: [!1], "x-form": "true or false" }, flux_memory_limit: { title: "Memory of Flux", description: "The memory limit of each of Flux's kustomize-, helm- and source-controller.", type: "string", pattern: "^[1-9][0-9]*(?:Ki|Mi|Gi|Ti|k|M|G|T)$", default: "2Gi", examples: ["1Gi"], "x-form": "an amount of memory such as `2Gi`" }, alerts_enabled: { title: "Alerts of Flux", description: "Whether Flux reports errors to an Alertmanager.", type: "boolean", default: !1, examples: [!0], "x-form": "true or false" }, alertmanager_url: { title: "Alertmanager", description: "Where alerts go, the path of the API included.", type: "string", pattern: "^https?://[^\\s/?#@$]+/[^\\s$]+$", default: "http://alertmanager-operated.observability.svc.cluster.local:9093/api/v2/alerts/", examples: ["http://alertmanager.monitoring.svc.cluster.local:9093/api/v2/alerts/"], "x-form": "a URL that begins with http:// or https:// and has a path (`$` is written %24)" }, volsync_enabled: { title: "VolSync", description: "Whether the component is made that gives an app a volume and backs it up with VolSync.", type: "boolean", default: !1, examples: [!0], "x-form": "true or false" }, openebs_hostpath: { title: "Host path of OpenEBS", description: "The folder for volumes of OpenEBS on the nodes that set `openebs_hostpath_enabled`.", type: "string", pattern: "^/var/mnt/[a-z0-9](?:[a-z0-9-]{0,32}[a-z0-9])?$", default: "/var/mnt/local-hostpath", examples: ["/var/mnt/openebs"], "x-form": "a folder below /var/mnt of at most 34 lower-case letters, digits and inner hyphens" }, agentgateway_addr: { $ref: "#/$defs/addresses", title: "AI gateway address", description: "The load balancer address of the AI gateway: an unused address of the node network (with BGP it may be any other). The AI gateway is on where this is set.", examples: ["192.0.2.9"] }, agentgateway_observability_enabled: { title: "Observability of the AI gateway", description: "Whether the AI gateway comes with metrics, alerts, access logs and dashboards.", type: "boolean", default: !0, examples: [!1], "x-form": "true or false" }, otel_collector_endpoint: { title: "Tracing", description: "The OpenTelemetry collector that the AI gateway sends traces to by gRPC, as host and port. Tracing is on where this is set.", type: "string", pattern: "^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?):(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$", examples: ["otel-collector.monitoring:4317"], "x-form": "a host and a port, written host:port" }, azure_openai_api_key: { $ref: "#/$defs/secret", title: "Azure OpenAI key", description: "The key of Azure OpenAI. The back end is made where this is set; it takes the AI gateway, the resource and the deployment.", examples: [{ env: "AZURE_OPENAI_API_KEY" }, { file: "azure-openai-api-key.key" }], "x-secret": !0 }, azure_openai_resource_name: { title: "Azure OpenAI resource", description: "The resource, as it stands in front of .openai.azure.com.", type: "string", pattern: "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$", examples: ["example-openai"], "x-form": "the name of an Azure resource: lower-case letters, digits and inner hyphens", "x-required": "with `azure_openai_api_key`" }, azure_openai_deployment_name: { title: "Azure OpenAI deployment", description: "The deployment of a model in the resource.", type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", examples: ["gpt-4"], "x-form": "the name of a deployment: letters, digits, `.`, `_` and `-`", "x-required": "with `azure_openai_api_key`" }, azure_openai_api_version: { title: "Azure OpenAI API version", description: "The version of the Azure OpenAI API.", type: "string", pattern: "^(?:20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?:-preview)?|v1)$", default: "2025-04-01-preview", examples: ["2024-10-21"], "x-form": "a date with or without -preview, or `v1`" }, cohere_api_key: { $ref: "#/$defs/secret", title: "Cohere key", description: "The key of Cohere, for embedding and reranking. The back ends are made where this is set; they take the AI gateway.", examples: [{ env: "COHERE_API_KEY" }, { file: "cohere-api-key.key" }], "x-secret": !0 }, cohere_model: { title: "Cohere model", description: "The model of Cohere for requests that name none.", type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$", examples: ["embed-v4.0"], "x-form": "the name of a model", "x-required": "with `cohere_api_key`" }, cohere_host: { title: "Cohere host", description: "The host of Cohere through Azure AI Foundry. Without it the public API is asked.", type: "string", pattern: "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$", examples: ["example.services.ai.azure.com"], "x-form": "a host name in lower case" }, anthropic_api_key: { $ref: "#/$defs/secret", title: "Anthropic key", description: "The key of Anthropic. The back end is made where this is set; it takes the AI gateway.", examples: [{ env: "ANTHROPIC_API_KEY" }, { file: "anthropic-api-key.key" }], "x-secret": !0 }, anthropic_model: { title: "Anthropic model", description: "The model of Anthropic. Without it each request names its own.", type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$", examples: ["claude-haiku-4-5"], "x-form": "the name of a model" }, anthropic_host: { title: "Anthropic host", description: "The host of Anthropic through Azure AI Foundry. Without it the public API is asked.", type: "string", pattern: "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$", examples: ["example.services.ai.azure.com"], "x-form": "a host name in lower case" }, proxmox_api_url: { title: "Proxmox API", description: "The URL of the Proxmox API, with or without /api2/json at its end.", type: "string", pattern: "^https?://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+\\])(?::[1-9][0-9]{0,4})?(?:/api2/json)?/?$", examples: ["https://192.0.2.250:8006/api2/json"], "x-form": "a URL such as https://192.0.2.250:8006/api2/json", "x-required": "for the CSI driver" }, proxmox_region: { title: "Proxmox region", description: "The name of the Proxmox cluster: what the nodes carry as label topology.kubernetes.io/region.", type: "string", pattern: "^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$", examples: ["home"], "x-form": "a label value: at most 63 letters, digits and inner `-`, `_` or `.`", "x-required": "for the CSI driver" }, proxmox_storage: { title: "Proxmox storage", description: "The storage that volumes are made in.", type: "string", pattern: "^[A-Za-z][A-Za-z0-9._-]*[A-Za-z0-9]$", examples: ["local-zfs"], "x-form": "the name of a Proxmox storage", "x-required": "for the CSI driver" }, proxmox_insecure: { title: "Proxmox certificate", description: "Whether a certificate of Proxmox that nobody vouches for is accepted.", type: "boolean", default: !1, examples: [!0], "x-form": "true or false" }, proxmox_csi_token_id: { title: "Proxmox token", description: "The API token of the CSI driver. The driver is installed where this and the secret are set.", type: "string", pattern: "^[^\\s@!]+@[^\\s@!]+![^\\s@!]+$", examples: ["kubernetes-csi@pve!csi"], "x-form": "a token written user@realm!name" }, proxmox_csi_token_secret: { $ref: "#/$defs/secret", title: "Secret of the Proxmox token", description: "The secret of the API token.", examples: [{ env: "PROXMOX_CSI_TOKEN_SECRET" }, { file: "proxmox-csi-token-secret.key" }], "x-secret": !0 }, proxmox_vlan_mode: { title: "VLAN by Proxmox", description: "Whether Proxmox tags the traffic of the nodes, so that they do not: `node_vlan_tag` is left out then.", type: "boolean", default: !1, examples: [!0], "x-form": "true or false" } }, $defs: { anyAddress: { type: "string", anyOf: [{ format: "ipv4" }, { format: "ipv6" }], examples: ["192.0.2.1"], "x-form": "an IP address" }, host: { type: "string", anyOf: [{ format: "ipv4" }, { format: "ipv6" }, { pattern: "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$" }], examples: ["192.0.2.1"], "x-form": "an IP address or a host name in lower case" }, addresses: { type: ["string", "array"], anyOf: [{ format: "ipv4" }, { format: "ipv6" }], items: { $ref: "#/$defs/anyAddress" }, minItems: 1, maxItems: 2, uniqueItems: !0, "x-form": "an IP address or a list of two" }, anyNetwork: { type: "string", anyOf: [{ format: "ipv4-network" }, { format: "ipv6-network" }], examples: ["192.0.2.0/24"], "x-form": "a network in CIDR notation" }, networks: { type: ["string", "array"], anyOf: [{ format: "ipv4-network" }, { format: "ipv6-network" }], items: { $ref: "#/$defs/anyNetwork" }, minItems: 1, maxItems: 2, uniqueItems: !0, "x-form": "a network in CIDR notation or a list of two" }, domain: { type: "string", pattern: "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$", examples: ["example.com"], "x-form": "a domain name in lower case" }, domains: { type: ["string", "array"], pattern: "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$", items: { $ref: "#/$defs/domain" }, minItems: 1, uniqueItems: !0, "x-form": "a domain name or a list of them" }, schematic: { type: "string", pattern: "^[0-9a-f]{64}$", "x-form": "a schematic of 64 lower-case hexadecimal digits" }, asn: { type: ["integer", "string"], minimum: 1, maximum: 4294967295, pattern: "^(?:[1-9][0-9]{0,8}|[1-3][0-9]{9}|4[01][0-9]{8}|42[0-8][0-9]{7}|429[0-3][0-9]{6}|4294[0-8][0-9]{5}|42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|4294967[01][0-9]{2}|42949672[0-8][0-9]|429496729[0-5])$", "x-form": "an AS number from 1 to 4294967295" }, secret: { type: ["string", "object"], minLength: 1, pattern: "^\\S+$", additionalProperties: !1, minProperties: 1, maxProperties: 1, properties: { env: { title: "Environment variable", description: "Name of the environment variable that holds the secret.", type: "string", pattern: "^[A-Za-z_][A-Za-z0-9_]*$", examples: ["CLOUDFLARE_TOKEN"], "x-form": "the name of an environment variable" }, file: { title: "File", description: "Path of the file that holds the secret, relative to the repository. Git should ignore it.", type: "string", pattern: "^[^\\s](?:.*[^\\s])?$", examples: ["cloudflare-token.key"], "x-form": "the path of a file" } }, "x-form": "a text without spaces, {env: NAME} or {file: PATH}" } } };
var schema43 = { type: ["string", "object"], minLength: 1, pattern: "^\\S+$", additionalProperties: !1, minProperties: 1, maxProperties: 1, properties: { env: { title: "Environment variable", description: "Name of the environment variable that holds the secret.", type: "string", pattern: "^[A-Za-z_][A-Za-z0-9_]*$", examples: ["CLOUDFLARE_TOKEN"], "x-form": "the name of an environment variable" }, file: { title: "File", description: "Path of the file that holds the secret, relative to the repository. Git should ignore it.", type: "string", pattern: "^[^\\s](?:.*[^\\s])?$", examples: ["cloudflare-token.key"], "x-form": "the path of a file" } }, "x-form": "a text without spaces, {env: NAME} or {file: PATH}" }, schema44 = { type: ["integer", "string"], minimum: 1, maximum: 4294967295, pattern: "^(?:[1-9][0-9]{0,8}|[1-3][0-9]{9}|4[01][0-9]{8}|42[0-8][0-9]{7}|429[0-3][0-9]{6}|4294[0-8][0-9]{5}|42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|4294967[01][0-9]{2}|42949672[0-8][0-9]|429496729[0-5])$", "x-form": "an AS number from 1 to 4294967295" }, func1 = Object.prototype.hasOwnProperty, func0 = require_equal().default, func8 = require_ucs2length().default, schema32 = { type: ["string", "array"], anyOf: [{ format: "ipv4-network" }, { format: "ipv6-network" }], items: { $ref: "#/$defs/anyNetwork" }, minItems: 1, maxItems: 2, uniqueItems: !0, "x-form": "a network in CIDR notation or a list of two" };
var formats0 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\/(?:3[0-2]|[12]?[0-9])$/, formats2 = /^(?:(?:[0-9A-Fa-f]{1,4}:){6}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|::(?:[0-9A-Fa-f]{1,4}:){5}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,0}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){4}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,1}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){3}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,2}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){2}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,3}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){1}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,4}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){0}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,5}[0-9A-Fa-f]{1,4})?::[0-9A-Fa-f]{1,4}|(?:(?:[0-9A-Fa-f]{1,4}:){0,6}[0-9A-Fa-f]{1,4})?::)\/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9])$/;
function validate21(data, { instancePath = "", parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}) {
  let vErrors = null, errors = 0, evaluated0 = validate21.evaluated;
  if (evaluated0.dynamicProps && (evaluated0.props = void 0), evaluated0.dynamicItems && (evaluated0.items = void 0), typeof data != "string" && !Array.isArray(data)) {
    let err0 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: schema32.type }, message: "must be string,array" };
    vErrors === null ? vErrors = [err0] : vErrors.push(err0), errors++;
  }
  let _errs1 = errors, valid0 = !1, _errs2 = errors;
  if (typeof data == "string" && !formats0.test(data)) {
    let err1 = { instancePath, schemaPath: "#/anyOf/0/format", keyword: "format", params: { format: "ipv4-network" }, message: 'must match format "ipv4-network"' };
    vErrors === null ? vErrors = [err1] : vErrors.push(err1), errors++;
  }
  var _valid0 = _errs2 === errors;
  valid0 = valid0 || _valid0;
  let _errs3 = errors;
  if (typeof data == "string" && !formats2.test(data)) {
    let err2 = { instancePath, schemaPath: "#/anyOf/1/format", keyword: "format", params: { format: "ipv6-network" }, message: 'must match format "ipv6-network"' };
    vErrors === null ? vErrors = [err2] : vErrors.push(err2), errors++;
  }
  var _valid0 = _errs3 === errors;
  if (valid0 = valid0 || _valid0, valid0)
    errors = _errs1, vErrors !== null && (_errs1 ? vErrors.length = _errs1 : vErrors = null);
  else {
    let err3 = { instancePath, schemaPath: "#/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
    vErrors === null ? vErrors = [err3] : vErrors.push(err3), errors++;
  }
  if (Array.isArray(data)) {
    if (data.length > 2) {
      let err4 = { instancePath, schemaPath: "#/maxItems", keyword: "maxItems", params: { limit: 2 }, message: "must NOT have more than 2 items" };
      vErrors === null ? vErrors = [err4] : vErrors.push(err4), errors++;
    }
    if (data.length < 1) {
      let err5 = { instancePath, schemaPath: "#/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
      vErrors === null ? vErrors = [err5] : vErrors.push(err5), errors++;
    }
    let len0 = data.length;
    for (let i0 = 0; i0 < len0; i0++) {
      let data0 = data[i0];
      if (typeof data0 != "string") {
        let err6 = { instancePath: instancePath + "/" + i0, schemaPath: "#/$defs/anyNetwork/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err6] : vErrors.push(err6), errors++;
      }
      let _errs7 = errors, valid4 = !1, _errs8 = errors;
      if (typeof data0 == "string" && !formats0.test(data0)) {
        let err7 = { instancePath: instancePath + "/" + i0, schemaPath: "#/$defs/anyNetwork/anyOf/0/format", keyword: "format", params: { format: "ipv4-network" }, message: 'must match format "ipv4-network"' };
        vErrors === null ? vErrors = [err7] : vErrors.push(err7), errors++;
      }
      var _valid1 = _errs8 === errors;
      valid4 = valid4 || _valid1;
      let _errs9 = errors;
      if (typeof data0 == "string" && !formats2.test(data0)) {
        let err8 = { instancePath: instancePath + "/" + i0, schemaPath: "#/$defs/anyNetwork/anyOf/1/format", keyword: "format", params: { format: "ipv6-network" }, message: 'must match format "ipv6-network"' };
        vErrors === null ? vErrors = [err8] : vErrors.push(err8), errors++;
      }
      var _valid1 = _errs9 === errors;
      if (valid4 = valid4 || _valid1, valid4)
        errors = _errs7, vErrors !== null && (_errs7 ? vErrors.length = _errs7 : vErrors = null);
      else {
        let err9 = { instancePath: instancePath + "/" + i0, schemaPath: "#/$defs/anyNetwork/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
        vErrors === null ? vErrors = [err9] : vErrors.push(err9), errors++;
      }
    }
    let i1 = data.length, j0;
    if (i1 > 1) {
      outer0:
        for (; i1--; )
          for (j0 = i1; j0--; )
            if (func0(data[i1], data[j0])) {
              let err10 = { instancePath, schemaPath: "#/uniqueItems", keyword: "uniqueItems", params: { i: i1, j: j0 }, message: "must NOT have duplicate items (items ## " + j0 + " and " + i1 + " are identical)" };
              vErrors === null ? vErrors = [err10] : vErrors.push(err10), errors++;
              break outer0;
            }
    }
  }
  return validate21.errors = vErrors, errors === 0;
}
validate21.evaluated = { items: !0, dynamicProps: !1, dynamicItems: !1 };
var schema36 = { type: ["string", "array"], anyOf: [{ format: "ipv4" }, { format: "ipv6" }], items: { $ref: "#/$defs/anyAddress" }, minItems: 1, maxItems: 2, uniqueItems: !0, "x-form": "an IP address or a list of two" }, formats8 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])$/, formats10 = /^(?:(?:[0-9A-Fa-f]{1,4}:){6}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|::(?:[0-9A-Fa-f]{1,4}:){5}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,0}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){4}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,1}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){3}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,2}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){2}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,3}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){1}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,4}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){0}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,5}[0-9A-Fa-f]{1,4})?::[0-9A-Fa-f]{1,4}|(?:(?:[0-9A-Fa-f]{1,4}:){0,6}[0-9A-Fa-f]{1,4})?::)$/;
function validate23(data, { instancePath = "", parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}) {
  let vErrors = null, errors = 0, evaluated0 = validate23.evaluated;
  if (evaluated0.dynamicProps && (evaluated0.props = void 0), evaluated0.dynamicItems && (evaluated0.items = void 0), typeof data != "string" && !Array.isArray(data)) {
    let err0 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: schema36.type }, message: "must be string,array" };
    vErrors === null ? vErrors = [err0] : vErrors.push(err0), errors++;
  }
  let _errs1 = errors, valid0 = !1, _errs2 = errors;
  if (typeof data == "string" && !formats8.test(data)) {
    let err1 = { instancePath, schemaPath: "#/anyOf/0/format", keyword: "format", params: { format: "ipv4" }, message: 'must match format "ipv4"' };
    vErrors === null ? vErrors = [err1] : vErrors.push(err1), errors++;
  }
  var _valid0 = _errs2 === errors;
  valid0 = valid0 || _valid0;
  let _errs3 = errors;
  if (typeof data == "string" && !formats10.test(data)) {
    let err2 = { instancePath, schemaPath: "#/anyOf/1/format", keyword: "format", params: { format: "ipv6" }, message: 'must match format "ipv6"' };
    vErrors === null ? vErrors = [err2] : vErrors.push(err2), errors++;
  }
  var _valid0 = _errs3 === errors;
  if (valid0 = valid0 || _valid0, valid0)
    errors = _errs1, vErrors !== null && (_errs1 ? vErrors.length = _errs1 : vErrors = null);
  else {
    let err3 = { instancePath, schemaPath: "#/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
    vErrors === null ? vErrors = [err3] : vErrors.push(err3), errors++;
  }
  if (Array.isArray(data)) {
    if (data.length > 2) {
      let err4 = { instancePath, schemaPath: "#/maxItems", keyword: "maxItems", params: { limit: 2 }, message: "must NOT have more than 2 items" };
      vErrors === null ? vErrors = [err4] : vErrors.push(err4), errors++;
    }
    if (data.length < 1) {
      let err5 = { instancePath, schemaPath: "#/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
      vErrors === null ? vErrors = [err5] : vErrors.push(err5), errors++;
    }
    let len0 = data.length;
    for (let i0 = 0; i0 < len0; i0++) {
      let data0 = data[i0];
      if (typeof data0 != "string") {
        let err6 = { instancePath: instancePath + "/" + i0, schemaPath: "#/$defs/anyAddress/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err6] : vErrors.push(err6), errors++;
      }
      let _errs7 = errors, valid4 = !1, _errs8 = errors;
      if (typeof data0 == "string" && !formats8.test(data0)) {
        let err7 = { instancePath: instancePath + "/" + i0, schemaPath: "#/$defs/anyAddress/anyOf/0/format", keyword: "format", params: { format: "ipv4" }, message: 'must match format "ipv4"' };
        vErrors === null ? vErrors = [err7] : vErrors.push(err7), errors++;
      }
      var _valid1 = _errs8 === errors;
      valid4 = valid4 || _valid1;
      let _errs9 = errors;
      if (typeof data0 == "string" && !formats10.test(data0)) {
        let err8 = { instancePath: instancePath + "/" + i0, schemaPath: "#/$defs/anyAddress/anyOf/1/format", keyword: "format", params: { format: "ipv6" }, message: 'must match format "ipv6"' };
        vErrors === null ? vErrors = [err8] : vErrors.push(err8), errors++;
      }
      var _valid1 = _errs9 === errors;
      if (valid4 = valid4 || _valid1, valid4)
        errors = _errs7, vErrors !== null && (_errs7 ? vErrors.length = _errs7 : vErrors = null);
      else {
        let err9 = { instancePath: instancePath + "/" + i0, schemaPath: "#/$defs/anyAddress/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
        vErrors === null ? vErrors = [err9] : vErrors.push(err9), errors++;
      }
    }
    let i1 = data.length, j0;
    if (i1 > 1) {
      outer0:
        for (; i1--; )
          for (j0 = i1; j0--; )
            if (func0(data[i1], data[j0])) {
              let err10 = { instancePath, schemaPath: "#/uniqueItems", keyword: "uniqueItems", params: { i: i1, j: j0 }, message: "must NOT have duplicate items (items ## " + j0 + " and " + i1 + " are identical)" };
              vErrors === null ? vErrors = [err10] : vErrors.push(err10), errors++;
              break outer0;
            }
    }
  }
  return validate23.errors = vErrors, errors === 0;
}
validate23.evaluated = { items: !0, dynamicProps: !1, dynamicItems: !1 };
var schema41 = { type: ["string", "array"], pattern: "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$", items: { $ref: "#/$defs/domain" }, minItems: 1, uniqueItems: !0, "x-form": "a domain name or a list of them" };
var pattern4 = new RegExp("^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$", "u");
function validate30(data, { instancePath = "", parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}) {
  let vErrors = null, errors = 0, evaluated0 = validate30.evaluated;
  if (evaluated0.dynamicProps && (evaluated0.props = void 0), evaluated0.dynamicItems && (evaluated0.items = void 0), typeof data != "string" && !Array.isArray(data)) {
    let err0 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: schema41.type }, message: "must be string,array" };
    vErrors === null ? vErrors = [err0] : vErrors.push(err0), errors++;
  }
  if (typeof data == "string" && !pattern4.test(data)) {
    let err1 = { instancePath, schemaPath: "#/pattern", keyword: "pattern", params: { pattern: "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$" }, message: 'must match pattern "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$"' };
    vErrors === null ? vErrors = [err1] : vErrors.push(err1), errors++;
  }
  if (Array.isArray(data)) {
    if (data.length < 1) {
      let err2 = { instancePath, schemaPath: "#/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
      vErrors === null ? vErrors = [err2] : vErrors.push(err2), errors++;
    }
    let len0 = data.length;
    for (let i0 = 0; i0 < len0; i0++) {
      let data0 = data[i0];
      if (typeof data0 == "string") {
        if (!pattern4.test(data0)) {
          let err3 = { instancePath: instancePath + "/" + i0, schemaPath: "#/$defs/domain/pattern", keyword: "pattern", params: { pattern: "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$" }, message: 'must match pattern "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$"' };
          vErrors === null ? vErrors = [err3] : vErrors.push(err3), errors++;
        }
      } else {
        let err4 = { instancePath: instancePath + "/" + i0, schemaPath: "#/$defs/domain/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err4] : vErrors.push(err4), errors++;
      }
    }
    let i1 = data.length, j0;
    if (i1 > 1) {
      outer0:
        for (; i1--; )
          for (j0 = i1; j0--; )
            if (func0(data[i1], data[j0])) {
              let err5 = { instancePath, schemaPath: "#/uniqueItems", keyword: "uniqueItems", params: { i: i1, j: j0 }, message: "must NOT have duplicate items (items ## " + j0 + " and " + i1 + " are identical)" };
              vErrors === null ? vErrors = [err5] : vErrors.push(err5), errors++;
              break outer0;
            }
    }
  }
  return validate30.errors = vErrors, errors === 0;
}
validate30.evaluated = { items: !0, dynamicProps: !1, dynamicItems: !1 };
var formats32 = /^(?:(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\/(?:3[0-2]|[12]?[0-9])|(?:(?:[0-9A-Fa-f]{1,4}:){6}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|::(?:[0-9A-Fa-f]{1,4}:){5}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,0}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){4}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,1}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){3}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,2}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){2}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,3}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){1}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,4}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){0}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,5}[0-9A-Fa-f]{1,4})?::[0-9A-Fa-f]{1,4}|(?:(?:[0-9A-Fa-f]{1,4}:){0,6}[0-9A-Fa-f]{1,4})?::)\/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9])|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])-(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])|(?:(?:[0-9A-Fa-f]{1,4}:){6}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|::(?:[0-9A-Fa-f]{1,4}:){5}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,0}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){4}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,1}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){3}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,2}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){2}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,3}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){1}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,4}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){0}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,5}[0-9A-Fa-f]{1,4})?::[0-9A-Fa-f]{1,4}|(?:(?:[0-9A-Fa-f]{1,4}:){0,6}[0-9A-Fa-f]{1,4})?::)-(?:(?:[0-9A-Fa-f]{1,4}:){6}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|::(?:[0-9A-Fa-f]{1,4}:){5}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,0}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){4}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,1}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){3}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,2}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){2}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,3}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){1}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,4}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){0}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,5}[0-9A-Fa-f]{1,4})?::[0-9A-Fa-f]{1,4}|(?:(?:[0-9A-Fa-f]{1,4}:){0,6}[0-9A-Fa-f]{1,4})?::))$/, pattern5 = new RegExp("^(?:[1-9][0-9]{0,2}|[1-3][0-9]{3}|40[0-8][0-9]|409[0-4])$", "u"), pattern6 = new RegExp("^[0-9a-f]{64}$", "u"), pattern7 = new RegExp("^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$", "u"), pattern9 = new RegExp("^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?/(?!\\.{1,2}$)(?!.*\\.git$)[A-Za-z0-9._-]{1,100}$", "u"), pattern10 = new RegExp("^(?:https?://|ssh://git@)(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+\\])(?::[1-9][0-9]{0,4})?/[^\\s?#@$]*[^\\s?#@/$]$", "u"), pattern11 = new RegExp("^(?![-/.])(?!.*(?:\\.\\.|//|/\\.|@\\{|\\.lock(?:/|$)|[/.]$))[^\\s~^:?*\\[\\\\$]+$", "u"), pattern12 = new RegExp("\\S", "u"), pattern13 = new RegExp("^\\S+ \\S+ \\S+", "u"), pattern16 = new RegExp("^\\S+$", "u"), pattern17 = new RegExp("^[A-Za-z_][A-Za-z0-9_]*$", "u"), pattern18 = new RegExp("^[^\\s](?:.*[^\\s])?$", "u"), pattern19 = new RegExp("^(?:[1-9][0-9]{0,8}|[1-3][0-9]{9}|4[01][0-9]{8}|42[0-8][0-9]{7}|429[0-3][0-9]{6}|4294[0-8][0-9]{5}|42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|4294967[01][0-9]{2}|42949672[0-8][0-9]|429496729[0-5])$", "u"), pattern24 = new RegExp("^[1-9][0-9]*(?:Ki|Mi|Gi|Ti|k|M|G|T)$", "u"), pattern25 = new RegExp("^https?://[^\\s/?#@$]+/[^\\s$]+$", "u"), pattern26 = new RegExp("^/var/mnt/[a-z0-9](?:[a-z0-9-]{0,32}[a-z0-9])?$", "u"), pattern27 = new RegExp("^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?):(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$", "u"), pattern31 = new RegExp("^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$", "u"), pattern32 = new RegExp("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", "u"), pattern33 = new RegExp("^(?:20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?:-preview)?|v1)$", "u"), pattern37 = new RegExp("^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$", "u"), pattern44 = new RegExp("^https?://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+\\])(?::[1-9][0-9]{0,4})?(?:/api2/json)?/?$", "u"), pattern45 = new RegExp("^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$", "u"), pattern46 = new RegExp("^[A-Za-z][A-Za-z0-9._-]*[A-Za-z0-9]$", "u"), pattern47 = new RegExp("^[^\\s@!]+@[^\\s@!]+![^\\s@!]+$", "u");
function validate20(data, { instancePath = "", parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}) {
  let vErrors = null, errors = 0, evaluated0 = validate20.evaluated;
  if (evaluated0.dynamicProps && (evaluated0.props = void 0), evaluated0.dynamicItems && (evaluated0.items = void 0), data && typeof data == "object" && !Array.isArray(data)) {
    if (data.node_cidr === void 0) {
      let err0 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "node_cidr" }, message: "must have required property 'node_cidr'" };
      vErrors === null ? vErrors = [err0] : vErrors.push(err0), errors++;
    }
    if (data.cluster_api_addr === void 0) {
      let err1 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "cluster_api_addr" }, message: "must have required property 'cluster_api_addr'" };
      vErrors === null ? vErrors = [err1] : vErrors.push(err1), errors++;
    }
    if (data.cluster_dns_gateway_addr === void 0) {
      let err2 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "cluster_dns_gateway_addr" }, message: "must have required property 'cluster_dns_gateway_addr'" };
      vErrors === null ? vErrors = [err2] : vErrors.push(err2), errors++;
    }
    if (data.cluster_gateway_addr === void 0) {
      let err3 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "cluster_gateway_addr" }, message: "must have required property 'cluster_gateway_addr'" };
      vErrors === null ? vErrors = [err3] : vErrors.push(err3), errors++;
    }
    for (let key0 in data)
      if (!func1.call(schema31.properties, key0)) {
        let err4 = { instancePath, schemaPath: "#/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key0 }, message: "must NOT have additional properties" };
        vErrors === null ? vErrors = [err4] : vErrors.push(err4), errors++;
      }
    if (data.node_cidr !== void 0 && (validate21(data.node_cidr, { instancePath: instancePath + "/node_cidr", parentData: data, parentDataProperty: "node_cidr", rootData, dynamicAnchors }) || (vErrors = vErrors === null ? validate21.errors : vErrors.concat(validate21.errors), errors = vErrors.length)), data.node_dns_servers !== void 0) {
      let data1 = data.node_dns_servers;
      if (Array.isArray(data1)) {
        if (data1.length < 1) {
          let err5 = { instancePath: instancePath + "/node_dns_servers", schemaPath: "#/properties/node_dns_servers/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
          vErrors === null ? vErrors = [err5] : vErrors.push(err5), errors++;
        }
        let len0 = data1.length;
        for (let i0 = 0; i0 < len0; i0++) {
          let data2 = data1[i0];
          if (typeof data2 != "string") {
            let err6 = { instancePath: instancePath + "/node_dns_servers/" + i0, schemaPath: "#/$defs/anyAddress/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err6] : vErrors.push(err6), errors++;
          }
          let _errs8 = errors, valid4 = !1, _errs9 = errors;
          if (typeof data2 == "string" && !formats8.test(data2)) {
            let err7 = { instancePath: instancePath + "/node_dns_servers/" + i0, schemaPath: "#/$defs/anyAddress/anyOf/0/format", keyword: "format", params: { format: "ipv4" }, message: 'must match format "ipv4"' };
            vErrors === null ? vErrors = [err7] : vErrors.push(err7), errors++;
          }
          var _valid0 = _errs9 === errors;
          valid4 = valid4 || _valid0;
          let _errs10 = errors;
          if (typeof data2 == "string" && !formats10.test(data2)) {
            let err8 = { instancePath: instancePath + "/node_dns_servers/" + i0, schemaPath: "#/$defs/anyAddress/anyOf/1/format", keyword: "format", params: { format: "ipv6" }, message: 'must match format "ipv6"' };
            vErrors === null ? vErrors = [err8] : vErrors.push(err8), errors++;
          }
          var _valid0 = _errs10 === errors;
          if (valid4 = valid4 || _valid0, valid4)
            errors = _errs8, vErrors !== null && (_errs8 ? vErrors.length = _errs8 : vErrors = null);
          else {
            let err9 = { instancePath: instancePath + "/node_dns_servers/" + i0, schemaPath: "#/$defs/anyAddress/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
            vErrors === null ? vErrors = [err9] : vErrors.push(err9), errors++;
          }
        }
        let i1 = data1.length, j0;
        if (i1 > 1) {
          outer0:
            for (; i1--; )
              for (j0 = i1; j0--; )
                if (func0(data1[i1], data1[j0])) {
                  let err10 = { instancePath: instancePath + "/node_dns_servers", schemaPath: "#/properties/node_dns_servers/uniqueItems", keyword: "uniqueItems", params: { i: i1, j: j0 }, message: "must NOT have duplicate items (items ## " + j0 + " and " + i1 + " are identical)" };
                  vErrors === null ? vErrors = [err10] : vErrors.push(err10), errors++;
                  break outer0;
                }
        }
      } else {
        let err11 = { instancePath: instancePath + "/node_dns_servers", schemaPath: "#/properties/node_dns_servers/type", keyword: "type", params: { type: "array" }, message: "must be array" };
        vErrors === null ? vErrors = [err11] : vErrors.push(err11), errors++;
      }
    }
    if (data.node_ntp_servers !== void 0) {
      let data3 = data.node_ntp_servers;
      if (Array.isArray(data3)) {
        if (data3.length < 1) {
          let err12 = { instancePath: instancePath + "/node_ntp_servers", schemaPath: "#/properties/node_ntp_servers/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
          vErrors === null ? vErrors = [err12] : vErrors.push(err12), errors++;
        }
        let len1 = data3.length;
        for (let i2 = 0; i2 < len1; i2++) {
          let data4 = data3[i2];
          if (typeof data4 != "string") {
            let err13 = { instancePath: instancePath + "/node_ntp_servers/" + i2, schemaPath: "#/$defs/host/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err13] : vErrors.push(err13), errors++;
          }
          let _errs16 = errors, valid9 = !1, _errs17 = errors;
          if (typeof data4 == "string" && !formats8.test(data4)) {
            let err14 = { instancePath: instancePath + "/node_ntp_servers/" + i2, schemaPath: "#/$defs/host/anyOf/0/format", keyword: "format", params: { format: "ipv4" }, message: 'must match format "ipv4"' };
            vErrors === null ? vErrors = [err14] : vErrors.push(err14), errors++;
          }
          var _valid1 = _errs17 === errors;
          valid9 = valid9 || _valid1;
          let _errs18 = errors;
          if (typeof data4 == "string" && !formats10.test(data4)) {
            let err15 = { instancePath: instancePath + "/node_ntp_servers/" + i2, schemaPath: "#/$defs/host/anyOf/1/format", keyword: "format", params: { format: "ipv6" }, message: 'must match format "ipv6"' };
            vErrors === null ? vErrors = [err15] : vErrors.push(err15), errors++;
          }
          var _valid1 = _errs18 === errors;
          valid9 = valid9 || _valid1;
          let _errs19 = errors;
          if (typeof data4 == "string" && !pattern4.test(data4)) {
            let err16 = { instancePath: instancePath + "/node_ntp_servers/" + i2, schemaPath: "#/$defs/host/anyOf/2/pattern", keyword: "pattern", params: { pattern: "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$" }, message: 'must match pattern "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$"' };
            vErrors === null ? vErrors = [err16] : vErrors.push(err16), errors++;
          }
          var _valid1 = _errs19 === errors;
          if (valid9 = valid9 || _valid1, valid9)
            errors = _errs16, vErrors !== null && (_errs16 ? vErrors.length = _errs16 : vErrors = null);
          else {
            let err17 = { instancePath: instancePath + "/node_ntp_servers/" + i2, schemaPath: "#/$defs/host/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
            vErrors === null ? vErrors = [err17] : vErrors.push(err17), errors++;
          }
        }
        let i3 = data3.length, j1;
        if (i3 > 1) {
          outer1:
            for (; i3--; )
              for (j1 = i3; j1--; )
                if (func0(data3[i3], data3[j1])) {
                  let err18 = { instancePath: instancePath + "/node_ntp_servers", schemaPath: "#/properties/node_ntp_servers/uniqueItems", keyword: "uniqueItems", params: { i: i3, j: j1 }, message: "must NOT have duplicate items (items ## " + j1 + " and " + i3 + " are identical)" };
                  vErrors === null ? vErrors = [err18] : vErrors.push(err18), errors++;
                  break outer1;
                }
        }
      } else {
        let err19 = { instancePath: instancePath + "/node_ntp_servers", schemaPath: "#/properties/node_ntp_servers/type", keyword: "type", params: { type: "array" }, message: "must be array" };
        vErrors === null ? vErrors = [err19] : vErrors.push(err19), errors++;
      }
    }
    if (data.node_default_gateway !== void 0 && (validate23(data.node_default_gateway, { instancePath: instancePath + "/node_default_gateway", parentData: data, parentDataProperty: "node_default_gateway", rootData, dynamicAnchors }) || (vErrors = vErrors === null ? validate23.errors : vErrors.concat(validate23.errors), errors = vErrors.length)), data.node_vlan_tag !== void 0) {
      let data6 = data.node_vlan_tag;
      if (!(typeof data6 == "number" && !(data6 % 1) && !isNaN(data6) && isFinite(data6)) && typeof data6 != "string") {
        let err20 = { instancePath: instancePath + "/node_vlan_tag", schemaPath: "#/properties/node_vlan_tag/type", keyword: "type", params: { type: schema31.properties.node_vlan_tag.type }, message: "must be integer,string" };
        vErrors === null ? vErrors = [err20] : vErrors.push(err20), errors++;
      }
      if (typeof data6 == "number" && isFinite(data6)) {
        if (data6 > 4094 || isNaN(data6)) {
          let err21 = { instancePath: instancePath + "/node_vlan_tag", schemaPath: "#/properties/node_vlan_tag/maximum", keyword: "maximum", params: { comparison: "<=", limit: 4094 }, message: "must be <= 4094" };
          vErrors === null ? vErrors = [err21] : vErrors.push(err21), errors++;
        }
        if (data6 < 1 || isNaN(data6)) {
          let err22 = { instancePath: instancePath + "/node_vlan_tag", schemaPath: "#/properties/node_vlan_tag/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1 }, message: "must be >= 1" };
          vErrors === null ? vErrors = [err22] : vErrors.push(err22), errors++;
        }
      }
      if (typeof data6 == "string" && !pattern5.test(data6)) {
        let err23 = { instancePath: instancePath + "/node_vlan_tag", schemaPath: "#/properties/node_vlan_tag/pattern", keyword: "pattern", params: { pattern: "^(?:[1-9][0-9]{0,2}|[1-3][0-9]{3}|40[0-8][0-9]|409[0-4])$" }, message: 'must match pattern "^(?:[1-9][0-9]{0,2}|[1-3][0-9]{3}|40[0-8][0-9]|409[0-4])$"' };
        vErrors === null ? vErrors = [err23] : vErrors.push(err23), errors++;
      }
    }
    if (data.node_schematic_id !== void 0) {
      let data7 = data.node_schematic_id;
      if (typeof data7 == "string") {
        if (!pattern6.test(data7)) {
          let err24 = { instancePath: instancePath + "/node_schematic_id", schemaPath: "#/$defs/schematic/pattern", keyword: "pattern", params: { pattern: "^[0-9a-f]{64}$" }, message: 'must match pattern "^[0-9a-f]{64}$"' };
          vErrors === null ? vErrors = [err24] : vErrors.push(err24), errors++;
        }
      } else {
        let err25 = { instancePath: instancePath + "/node_schematic_id", schemaPath: "#/$defs/schematic/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err25] : vErrors.push(err25), errors++;
      }
    }
    if (data.schedule_on_controllers !== void 0 && typeof data.schedule_on_controllers != "boolean") {
      let err26 = { instancePath: instancePath + "/schedule_on_controllers", schemaPath: "#/properties/schedule_on_controllers/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
      vErrors === null ? vErrors = [err26] : vErrors.push(err26), errors++;
    }
    if (data.node_firewall !== void 0 && typeof data.node_firewall != "boolean") {
      let err27 = { instancePath: instancePath + "/node_firewall", schemaPath: "#/properties/node_firewall/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
      vErrors === null ? vErrors = [err27] : vErrors.push(err27), errors++;
    }
    if (data.cluster_name !== void 0) {
      let data10 = data.cluster_name;
      if (typeof data10 == "string") {
        if (!pattern7.test(data10)) {
          let err28 = { instancePath: instancePath + "/cluster_name", schemaPath: "#/properties/cluster_name/pattern", keyword: "pattern", params: { pattern: "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$" }, message: 'must match pattern "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$"' };
          vErrors === null ? vErrors = [err28] : vErrors.push(err28), errors++;
        }
      } else {
        let err29 = { instancePath: instancePath + "/cluster_name", schemaPath: "#/properties/cluster_name/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err29] : vErrors.push(err29), errors++;
      }
    }
    if (data.cluster_api_addr !== void 0) {
      let data11 = data.cluster_api_addr;
      if (typeof data11 != "string") {
        let err30 = { instancePath: instancePath + "/cluster_api_addr", schemaPath: "#/$defs/anyAddress/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err30] : vErrors.push(err30), errors++;
      }
      let _errs35 = errors, valid13 = !1, _errs36 = errors;
      if (typeof data11 == "string" && !formats8.test(data11)) {
        let err31 = { instancePath: instancePath + "/cluster_api_addr", schemaPath: "#/$defs/anyAddress/anyOf/0/format", keyword: "format", params: { format: "ipv4" }, message: 'must match format "ipv4"' };
        vErrors === null ? vErrors = [err31] : vErrors.push(err31), errors++;
      }
      var _valid2 = _errs36 === errors;
      valid13 = valid13 || _valid2;
      let _errs37 = errors;
      if (typeof data11 == "string" && !formats10.test(data11)) {
        let err32 = { instancePath: instancePath + "/cluster_api_addr", schemaPath: "#/$defs/anyAddress/anyOf/1/format", keyword: "format", params: { format: "ipv6" }, message: 'must match format "ipv6"' };
        vErrors === null ? vErrors = [err32] : vErrors.push(err32), errors++;
      }
      var _valid2 = _errs37 === errors;
      if (valid13 = valid13 || _valid2, valid13)
        errors = _errs35, vErrors !== null && (_errs35 ? vErrors.length = _errs35 : vErrors = null);
      else {
        let err33 = { instancePath: instancePath + "/cluster_api_addr", schemaPath: "#/$defs/anyAddress/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
        vErrors === null ? vErrors = [err33] : vErrors.push(err33), errors++;
      }
    }
    if (data.cluster_api_tls_sans !== void 0) {
      let data12 = data.cluster_api_tls_sans;
      if (Array.isArray(data12)) {
        if (data12.length < 1) {
          let err34 = { instancePath: instancePath + "/cluster_api_tls_sans", schemaPath: "#/properties/cluster_api_tls_sans/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
          vErrors === null ? vErrors = [err34] : vErrors.push(err34), errors++;
        }
        let len2 = data12.length;
        for (let i4 = 0; i4 < len2; i4++) {
          let data13 = data12[i4];
          if (typeof data13 != "string") {
            let err35 = { instancePath: instancePath + "/cluster_api_tls_sans/" + i4, schemaPath: "#/$defs/host/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err35] : vErrors.push(err35), errors++;
          }
          let _errs43 = errors, valid17 = !1, _errs44 = errors;
          if (typeof data13 == "string" && !formats8.test(data13)) {
            let err36 = { instancePath: instancePath + "/cluster_api_tls_sans/" + i4, schemaPath: "#/$defs/host/anyOf/0/format", keyword: "format", params: { format: "ipv4" }, message: 'must match format "ipv4"' };
            vErrors === null ? vErrors = [err36] : vErrors.push(err36), errors++;
          }
          var _valid3 = _errs44 === errors;
          valid17 = valid17 || _valid3;
          let _errs45 = errors;
          if (typeof data13 == "string" && !formats10.test(data13)) {
            let err37 = { instancePath: instancePath + "/cluster_api_tls_sans/" + i4, schemaPath: "#/$defs/host/anyOf/1/format", keyword: "format", params: { format: "ipv6" }, message: 'must match format "ipv6"' };
            vErrors === null ? vErrors = [err37] : vErrors.push(err37), errors++;
          }
          var _valid3 = _errs45 === errors;
          valid17 = valid17 || _valid3;
          let _errs46 = errors;
          if (typeof data13 == "string" && !pattern4.test(data13)) {
            let err38 = { instancePath: instancePath + "/cluster_api_tls_sans/" + i4, schemaPath: "#/$defs/host/anyOf/2/pattern", keyword: "pattern", params: { pattern: "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$" }, message: 'must match pattern "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$"' };
            vErrors === null ? vErrors = [err38] : vErrors.push(err38), errors++;
          }
          var _valid3 = _errs46 === errors;
          if (valid17 = valid17 || _valid3, valid17)
            errors = _errs43, vErrors !== null && (_errs43 ? vErrors.length = _errs43 : vErrors = null);
          else {
            let err39 = { instancePath: instancePath + "/cluster_api_tls_sans/" + i4, schemaPath: "#/$defs/host/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
            vErrors === null ? vErrors = [err39] : vErrors.push(err39), errors++;
          }
        }
        let i5 = data12.length, j2;
        if (i5 > 1) {
          outer2:
            for (; i5--; )
              for (j2 = i5; j2--; )
                if (func0(data12[i5], data12[j2])) {
                  let err40 = { instancePath: instancePath + "/cluster_api_tls_sans", schemaPath: "#/properties/cluster_api_tls_sans/uniqueItems", keyword: "uniqueItems", params: { i: i5, j: j2 }, message: "must NOT have duplicate items (items ## " + j2 + " and " + i5 + " are identical)" };
                  vErrors === null ? vErrors = [err40] : vErrors.push(err40), errors++;
                  break outer2;
                }
        }
      } else {
        let err41 = { instancePath: instancePath + "/cluster_api_tls_sans", schemaPath: "#/properties/cluster_api_tls_sans/type", keyword: "type", params: { type: "array" }, message: "must be array" };
        vErrors === null ? vErrors = [err41] : vErrors.push(err41), errors++;
      }
    }
    if (data.cluster_pod_cidr !== void 0 && (validate21(data.cluster_pod_cidr, { instancePath: instancePath + "/cluster_pod_cidr", parentData: data, parentDataProperty: "cluster_pod_cidr", rootData, dynamicAnchors }) || (vErrors = vErrors === null ? validate21.errors : vErrors.concat(validate21.errors), errors = vErrors.length)), data.cluster_svc_cidr !== void 0 && (validate21(data.cluster_svc_cidr, { instancePath: instancePath + "/cluster_svc_cidr", parentData: data, parentDataProperty: "cluster_svc_cidr", rootData, dynamicAnchors }) || (vErrors = vErrors === null ? validate21.errors : vErrors.concat(validate21.errors), errors = vErrors.length)), data.cluster_dns_gateway_addr !== void 0 && (validate23(data.cluster_dns_gateway_addr, { instancePath: instancePath + "/cluster_dns_gateway_addr", parentData: data, parentDataProperty: "cluster_dns_gateway_addr", rootData, dynamicAnchors }) || (vErrors = vErrors === null ? validate23.errors : vErrors.concat(validate23.errors), errors = vErrors.length)), data.cluster_gateway_addr !== void 0 && (validate23(data.cluster_gateway_addr, { instancePath: instancePath + "/cluster_gateway_addr", parentData: data, parentDataProperty: "cluster_gateway_addr", rootData, dynamicAnchors }) || (vErrors = vErrors === null ? validate23.errors : vErrors.concat(validate23.errors), errors = vErrors.length)), data.cloudflare_gateway_addr !== void 0 && (validate23(data.cloudflare_gateway_addr, { instancePath: instancePath + "/cloudflare_gateway_addr", parentData: data, parentDataProperty: "cloudflare_gateway_addr", rootData, dynamicAnchors }) || (vErrors = vErrors === null ? validate23.errors : vErrors.concat(validate23.errors), errors = vErrors.length)), data.ingress !== void 0) {
      let data19 = data.ingress;
      if (typeof data19 != "string") {
        let err42 = { instancePath: instancePath + "/ingress", schemaPath: "#/properties/ingress/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err42] : vErrors.push(err42), errors++;
      }
      if (!(data19 === "tunnel" || data19 === "direct" || data19 === "none")) {
        let err43 = { instancePath: instancePath + "/ingress", schemaPath: "#/properties/ingress/enum", keyword: "enum", params: { allowedValues: schema31.properties.ingress.enum }, message: "must be equal to one of the allowed values" };
        vErrors === null ? vErrors = [err43] : vErrors.push(err43), errors++;
      }
    }
    if (data.repository_name !== void 0) {
      let data20 = data.repository_name;
      if (typeof data20 == "string") {
        if (!pattern9.test(data20)) {
          let err44 = { instancePath: instancePath + "/repository_name", schemaPath: "#/properties/repository_name/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?/(?!\\.{1,2}$)(?!.*\\.git$)[A-Za-z0-9._-]{1,100}$" }, message: 'must match pattern "^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?/(?!\\.{1,2}$)(?!.*\\.git$)[A-Za-z0-9._-]{1,100}$"' };
          vErrors === null ? vErrors = [err44] : vErrors.push(err44), errors++;
        }
      } else {
        let err45 = { instancePath: instancePath + "/repository_name", schemaPath: "#/properties/repository_name/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err45] : vErrors.push(err45), errors++;
      }
    }
    if (data.repository_url !== void 0) {
      let data21 = data.repository_url;
      if (typeof data21 == "string") {
        if (!pattern10.test(data21)) {
          let err46 = { instancePath: instancePath + "/repository_url", schemaPath: "#/properties/repository_url/pattern", keyword: "pattern", params: { pattern: "^(?:https?://|ssh://git@)(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+\\])(?::[1-9][0-9]{0,4})?/[^\\s?#@$]*[^\\s?#@/$]$" }, message: 'must match pattern "^(?:https?://|ssh://git@)(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+\\])(?::[1-9][0-9]{0,4})?/[^\\s?#@$]*[^\\s?#@/$]$"' };
          vErrors === null ? vErrors = [err46] : vErrors.push(err46), errors++;
        }
      } else {
        let err47 = { instancePath: instancePath + "/repository_url", schemaPath: "#/properties/repository_url/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err47] : vErrors.push(err47), errors++;
      }
    }
    if (data.repository_branch !== void 0) {
      let data22 = data.repository_branch;
      if (typeof data22 == "string") {
        if (!pattern11.test(data22)) {
          let err48 = { instancePath: instancePath + "/repository_branch", schemaPath: "#/properties/repository_branch/pattern", keyword: "pattern", params: { pattern: "^(?![-/.])(?!.*(?:\\.\\.|//|/\\.|@\\{|\\.lock(?:/|$)|[/.]$))[^\\s~^:?*\\[\\\\$]+$" }, message: 'must match pattern "^(?![-/.])(?!.*(?:\\.\\.|//|/\\.|@\\{|\\.lock(?:/|$)|[/.]$))[^\\s~^:?*\\[\\\\$]+$"' };
          vErrors === null ? vErrors = [err48] : vErrors.push(err48), errors++;
        }
      } else {
        let err49 = { instancePath: instancePath + "/repository_branch", schemaPath: "#/properties/repository_branch/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err49] : vErrors.push(err49), errors++;
      }
    }
    if (data.repository_visibility !== void 0) {
      let data23 = data.repository_visibility;
      if (typeof data23 != "string") {
        let err50 = { instancePath: instancePath + "/repository_visibility", schemaPath: "#/properties/repository_visibility/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err50] : vErrors.push(err50), errors++;
      }
      if (!(data23 === "public" || data23 === "private")) {
        let err51 = { instancePath: instancePath + "/repository_visibility", schemaPath: "#/properties/repository_visibility/enum", keyword: "enum", params: { allowedValues: schema31.properties.repository_visibility.enum }, message: "must be equal to one of the allowed values" };
        vErrors === null ? vErrors = [err51] : vErrors.push(err51), errors++;
      }
    }
    if (data.repository_known_hosts !== void 0) {
      let data24 = data.repository_known_hosts;
      if (typeof data24 != "string" && !Array.isArray(data24)) {
        let err52 = { instancePath: instancePath + "/repository_known_hosts", schemaPath: "#/properties/repository_known_hosts/type", keyword: "type", params: { type: schema31.properties.repository_known_hosts.type }, message: "must be string,array" };
        vErrors === null ? vErrors = [err52] : vErrors.push(err52), errors++;
      }
      if (typeof data24 == "string" && !pattern12.test(data24)) {
        let err53 = { instancePath: instancePath + "/repository_known_hosts", schemaPath: "#/properties/repository_known_hosts/pattern", keyword: "pattern", params: { pattern: "\\S" }, message: 'must match pattern "\\S"' };
        vErrors === null ? vErrors = [err53] : vErrors.push(err53), errors++;
      }
      if (Array.isArray(data24)) {
        if (data24.length < 1) {
          let err54 = { instancePath: instancePath + "/repository_known_hosts", schemaPath: "#/properties/repository_known_hosts/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
          vErrors === null ? vErrors = [err54] : vErrors.push(err54), errors++;
        }
        let len3 = data24.length;
        for (let i6 = 0; i6 < len3; i6++) {
          let data25 = data24[i6];
          if (typeof data25 == "string") {
            if (!pattern13.test(data25)) {
              let err55 = { instancePath: instancePath + "/repository_known_hosts/" + i6, schemaPath: "#/properties/repository_known_hosts/items/pattern", keyword: "pattern", params: { pattern: "^\\S+ \\S+ \\S+" }, message: 'must match pattern "^\\S+ \\S+ \\S+"' };
              vErrors === null ? vErrors = [err55] : vErrors.push(err55), errors++;
            }
          } else {
            let err56 = { instancePath: instancePath + "/repository_known_hosts/" + i6, schemaPath: "#/properties/repository_known_hosts/items/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err56] : vErrors.push(err56), errors++;
          }
        }
        let i7 = data24.length, j3;
        if (i7 > 1) {
          let indices0 = {};
          for (; i7--; ) {
            let item0 = data24[i7];
            if (typeof item0 == "string") {
              if (typeof indices0[item0] == "number") {
                j3 = indices0[item0];
                let err57 = { instancePath: instancePath + "/repository_known_hosts", schemaPath: "#/properties/repository_known_hosts/uniqueItems", keyword: "uniqueItems", params: { i: i7, j: j3 }, message: "must NOT have duplicate items (items ## " + j3 + " and " + i7 + " are identical)" };
                vErrors === null ? vErrors = [err57] : vErrors.push(err57), errors++;
                break;
              }
              indices0[item0] = i7;
            }
          }
        }
      }
    }
    if (data.webhook_type !== void 0) {
      let data26 = data.webhook_type;
      if (typeof data26 != "string") {
        let err58 = { instancePath: instancePath + "/webhook_type", schemaPath: "#/properties/webhook_type/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err58] : vErrors.push(err58), errors++;
      }
      if (!(data26 === "github" || data26 === "gitlab" || data26 === "bitbucket" || data26 === "generic-hmac" || data26 === "none")) {
        let err59 = { instancePath: instancePath + "/webhook_type", schemaPath: "#/properties/webhook_type/enum", keyword: "enum", params: { allowedValues: schema31.properties.webhook_type.enum }, message: "must be equal to one of the allowed values" };
        vErrors === null ? vErrors = [err59] : vErrors.push(err59), errors++;
      }
    }
    if (data.dns_provider !== void 0) {
      let data27 = data.dns_provider;
      if (typeof data27 != "string") {
        let err60 = { instancePath: instancePath + "/dns_provider", schemaPath: "#/properties/dns_provider/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err60] : vErrors.push(err60), errors++;
      }
      if (!(data27 === "cloudflare" || data27 === "none")) {
        let err61 = { instancePath: instancePath + "/dns_provider", schemaPath: "#/properties/dns_provider/enum", keyword: "enum", params: { allowedValues: schema31.properties.dns_provider.enum }, message: "must be equal to one of the allowed values" };
        vErrors === null ? vErrors = [err61] : vErrors.push(err61), errors++;
      }
    }
    if (data.cloudflare_domain !== void 0 && (validate30(data.cloudflare_domain, { instancePath: instancePath + "/cloudflare_domain", parentData: data, parentDataProperty: "cloudflare_domain", rootData, dynamicAnchors }) || (vErrors = vErrors === null ? validate30.errors : vErrors.concat(validate30.errors), errors = vErrors.length)), data.cloudflare_domains !== void 0 && (validate30(data.cloudflare_domains, { instancePath: instancePath + "/cloudflare_domains", parentData: data, parentDataProperty: "cloudflare_domains", rootData, dynamicAnchors }) || (vErrors = vErrors === null ? validate30.errors : vErrors.concat(validate30.errors), errors = vErrors.length)), data.cloudflare_token !== void 0) {
      let data30 = data.cloudflare_token;
      if (typeof data30 != "string" && !(data30 && typeof data30 == "object" && !Array.isArray(data30))) {
        let err62 = { instancePath: instancePath + "/cloudflare_token", schemaPath: "#/$defs/secret/type", keyword: "type", params: { type: schema43.type }, message: "must be string,object" };
        vErrors === null ? vErrors = [err62] : vErrors.push(err62), errors++;
      }
      if (typeof data30 == "string") {
        if (func8(data30) < 1) {
          let err63 = { instancePath: instancePath + "/cloudflare_token", schemaPath: "#/$defs/secret/minLength", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
          vErrors === null ? vErrors = [err63] : vErrors.push(err63), errors++;
        }
        if (!pattern16.test(data30)) {
          let err64 = { instancePath: instancePath + "/cloudflare_token", schemaPath: "#/$defs/secret/pattern", keyword: "pattern", params: { pattern: "^\\S+$" }, message: 'must match pattern "^\\S+$"' };
          vErrors === null ? vErrors = [err64] : vErrors.push(err64), errors++;
        }
      }
      if (data30 && typeof data30 == "object" && !Array.isArray(data30)) {
        if (Object.keys(data30).length > 1) {
          let err65 = { instancePath: instancePath + "/cloudflare_token", schemaPath: "#/$defs/secret/maxProperties", keyword: "maxProperties", params: { limit: 1 }, message: "must NOT have more than 1 properties" };
          vErrors === null ? vErrors = [err65] : vErrors.push(err65), errors++;
        }
        if (Object.keys(data30).length < 1) {
          let err66 = { instancePath: instancePath + "/cloudflare_token", schemaPath: "#/$defs/secret/minProperties", keyword: "minProperties", params: { limit: 1 }, message: "must NOT have fewer than 1 properties" };
          vErrors === null ? vErrors = [err66] : vErrors.push(err66), errors++;
        }
        for (let key1 in data30)
          if (!(key1 === "env" || key1 === "file")) {
            let err67 = { instancePath: instancePath + "/cloudflare_token", schemaPath: "#/$defs/secret/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key1 }, message: "must NOT have additional properties" };
            vErrors === null ? vErrors = [err67] : vErrors.push(err67), errors++;
          }
        if (data30.env !== void 0) {
          let data31 = data30.env;
          if (typeof data31 == "string") {
            if (!pattern17.test(data31)) {
              let err68 = { instancePath: instancePath + "/cloudflare_token/env", schemaPath: "#/$defs/secret/properties/env/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z_][A-Za-z0-9_]*$" }, message: 'must match pattern "^[A-Za-z_][A-Za-z0-9_]*$"' };
              vErrors === null ? vErrors = [err68] : vErrors.push(err68), errors++;
            }
          } else {
            let err69 = { instancePath: instancePath + "/cloudflare_token/env", schemaPath: "#/$defs/secret/properties/env/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err69] : vErrors.push(err69), errors++;
          }
        }
        if (data30.file !== void 0) {
          let data32 = data30.file;
          if (typeof data32 == "string") {
            if (!pattern18.test(data32)) {
              let err70 = { instancePath: instancePath + "/cloudflare_token/file", schemaPath: "#/$defs/secret/properties/file/pattern", keyword: "pattern", params: { pattern: "^[^\\s](?:.*[^\\s])?$" }, message: 'must match pattern "^[^\\s](?:.*[^\\s])?$"' };
              vErrors === null ? vErrors = [err70] : vErrors.push(err70), errors++;
            }
          } else {
            let err71 = { instancePath: instancePath + "/cloudflare_token/file", schemaPath: "#/$defs/secret/properties/file/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err71] : vErrors.push(err71), errors++;
          }
        }
      }
    }
    if (data.cloudflare_zone !== void 0 && (validate30(data.cloudflare_zone, { instancePath: instancePath + "/cloudflare_zone", parentData: data, parentDataProperty: "cloudflare_zone", rootData, dynamicAnchors }) || (vErrors = vErrors === null ? validate30.errors : vErrors.concat(validate30.errors), errors = vErrors.length)), data.cloudflare_tunnel_protocol !== void 0) {
      let data34 = data.cloudflare_tunnel_protocol;
      if (typeof data34 != "string") {
        let err72 = { instancePath: instancePath + "/cloudflare_tunnel_protocol", schemaPath: "#/properties/cloudflare_tunnel_protocol/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err72] : vErrors.push(err72), errors++;
      }
      if (!(data34 === "quic" || data34 === "http2" || data34 === "auto")) {
        let err73 = { instancePath: instancePath + "/cloudflare_tunnel_protocol", schemaPath: "#/properties/cloudflare_tunnel_protocol/enum", keyword: "enum", params: { allowedValues: schema31.properties.cloudflare_tunnel_protocol.enum }, message: "must be equal to one of the allowed values" };
        vErrors === null ? vErrors = [err73] : vErrors.push(err73), errors++;
      }
    }
    if (data.acme_staging !== void 0 && typeof data.acme_staging != "boolean") {
      let err74 = { instancePath: instancePath + "/acme_staging", schemaPath: "#/properties/acme_staging/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
      vErrors === null ? vErrors = [err74] : vErrors.push(err74), errors++;
    }
    if (data.cilium_loadbalancer_mode !== void 0) {
      let data36 = data.cilium_loadbalancer_mode;
      if (typeof data36 != "string") {
        let err75 = { instancePath: instancePath + "/cilium_loadbalancer_mode", schemaPath: "#/properties/cilium_loadbalancer_mode/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err75] : vErrors.push(err75), errors++;
      }
      if (!(data36 === "dsr" || data36 === "snat")) {
        let err76 = { instancePath: instancePath + "/cilium_loadbalancer_mode", schemaPath: "#/properties/cilium_loadbalancer_mode/enum", keyword: "enum", params: { allowedValues: schema31.properties.cilium_loadbalancer_mode.enum }, message: "must be equal to one of the allowed values" };
        vErrors === null ? vErrors = [err76] : vErrors.push(err76), errors++;
      }
    }
    if (data.cilium_loadbalancer_algorithm !== void 0) {
      let data37 = data.cilium_loadbalancer_algorithm;
      if (typeof data37 != "string") {
        let err77 = { instancePath: instancePath + "/cilium_loadbalancer_algorithm", schemaPath: "#/properties/cilium_loadbalancer_algorithm/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err77] : vErrors.push(err77), errors++;
      }
      if (!(data37 === "maglev" || data37 === "random")) {
        let err78 = { instancePath: instancePath + "/cilium_loadbalancer_algorithm", schemaPath: "#/properties/cilium_loadbalancer_algorithm/enum", keyword: "enum", params: { allowedValues: schema31.properties.cilium_loadbalancer_algorithm.enum }, message: "must be equal to one of the allowed values" };
        vErrors === null ? vErrors = [err78] : vErrors.push(err78), errors++;
      }
    }
    if (data.cilium_routing_mode !== void 0) {
      let data38 = data.cilium_routing_mode;
      if (typeof data38 != "string") {
        let err79 = { instancePath: instancePath + "/cilium_routing_mode", schemaPath: "#/properties/cilium_routing_mode/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err79] : vErrors.push(err79), errors++;
      }
      if (!(data38 === "native" || data38 === "tunnel")) {
        let err80 = { instancePath: instancePath + "/cilium_routing_mode", schemaPath: "#/properties/cilium_routing_mode/enum", keyword: "enum", params: { allowedValues: schema31.properties.cilium_routing_mode.enum }, message: "must be equal to one of the allowed values" };
        vErrors === null ? vErrors = [err80] : vErrors.push(err80), errors++;
      }
    }
    if (data.cilium_bbr_enabled !== void 0 && typeof data.cilium_bbr_enabled != "boolean") {
      let err81 = { instancePath: instancePath + "/cilium_bbr_enabled", schemaPath: "#/properties/cilium_bbr_enabled/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
      vErrors === null ? vErrors = [err81] : vErrors.push(err81), errors++;
    }
    if (data.cilium_big_tcp_enabled !== void 0 && typeof data.cilium_big_tcp_enabled != "boolean") {
      let err82 = { instancePath: instancePath + "/cilium_big_tcp_enabled", schemaPath: "#/properties/cilium_big_tcp_enabled/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
      vErrors === null ? vErrors = [err82] : vErrors.push(err82), errors++;
    }
    if (data.cilium_lb_pool_cidr !== void 0) {
      let data41 = data.cilium_lb_pool_cidr;
      if (typeof data41 != "string" && !Array.isArray(data41)) {
        let err83 = { instancePath: instancePath + "/cilium_lb_pool_cidr", schemaPath: "#/properties/cilium_lb_pool_cidr/type", keyword: "type", params: { type: schema31.properties.cilium_lb_pool_cidr.type }, message: "must be string,array" };
        vErrors === null ? vErrors = [err83] : vErrors.push(err83), errors++;
      }
      let _errs97 = errors, valid24 = !1, _errs98 = errors;
      if (typeof data41 == "string" && !formats32.test(data41)) {
        let err84 = { instancePath: instancePath + "/cilium_lb_pool_cidr", schemaPath: "#/properties/cilium_lb_pool_cidr/anyOf/0/format", keyword: "format", params: { format: "address-block" }, message: 'must match format "address-block"' };
        vErrors === null ? vErrors = [err84] : vErrors.push(err84), errors++;
      }
      var _valid4 = _errs98 === errors;
      if (valid24 = valid24 || _valid4, valid24)
        errors = _errs97, vErrors !== null && (_errs97 ? vErrors.length = _errs97 : vErrors = null);
      else {
        let err85 = { instancePath: instancePath + "/cilium_lb_pool_cidr", schemaPath: "#/properties/cilium_lb_pool_cidr/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
        vErrors === null ? vErrors = [err85] : vErrors.push(err85), errors++;
      }
      if (Array.isArray(data41)) {
        if (data41.length < 1) {
          let err86 = { instancePath: instancePath + "/cilium_lb_pool_cidr", schemaPath: "#/properties/cilium_lb_pool_cidr/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
          vErrors === null ? vErrors = [err86] : vErrors.push(err86), errors++;
        }
        let len4 = data41.length;
        for (let i8 = 0; i8 < len4; i8++) {
          let data42 = data41[i8];
          if (typeof data42 == "string") {
            if (!formats32.test(data42)) {
              let err87 = { instancePath: instancePath + "/cilium_lb_pool_cidr/" + i8, schemaPath: "#/properties/cilium_lb_pool_cidr/items/format", keyword: "format", params: { format: "address-block" }, message: 'must match format "address-block"' };
              vErrors === null ? vErrors = [err87] : vErrors.push(err87), errors++;
            }
          } else {
            let err88 = { instancePath: instancePath + "/cilium_lb_pool_cidr/" + i8, schemaPath: "#/properties/cilium_lb_pool_cidr/items/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err88] : vErrors.push(err88), errors++;
          }
        }
        let i9 = data41.length, j4;
        if (i9 > 1) {
          let indices1 = {};
          for (; i9--; ) {
            let item1 = data41[i9];
            if (typeof item1 == "string") {
              if (typeof indices1[item1] == "number") {
                j4 = indices1[item1];
                let err89 = { instancePath: instancePath + "/cilium_lb_pool_cidr", schemaPath: "#/properties/cilium_lb_pool_cidr/uniqueItems", keyword: "uniqueItems", params: { i: i9, j: j4 }, message: "must NOT have duplicate items (items ## " + j4 + " and " + i9 + " are identical)" };
                vErrors === null ? vErrors = [err89] : vErrors.push(err89), errors++;
                break;
              }
              indices1[item1] = i9;
            }
          }
        }
      }
    }
    if (data.cilium_bgp_router_addr !== void 0 && (validate23(data.cilium_bgp_router_addr, { instancePath: instancePath + "/cilium_bgp_router_addr", parentData: data, parentDataProperty: "cilium_bgp_router_addr", rootData, dynamicAnchors }) || (vErrors = vErrors === null ? validate23.errors : vErrors.concat(validate23.errors), errors = vErrors.length)), data.cilium_bgp_router_asn !== void 0) {
      let data44 = data.cilium_bgp_router_asn;
      if (!(typeof data44 == "number" && !(data44 % 1) && !isNaN(data44) && isFinite(data44)) && typeof data44 != "string") {
        let err90 = { instancePath: instancePath + "/cilium_bgp_router_asn", schemaPath: "#/$defs/asn/type", keyword: "type", params: { type: schema44.type }, message: "must be integer,string" };
        vErrors === null ? vErrors = [err90] : vErrors.push(err90), errors++;
      }
      if (typeof data44 == "number" && isFinite(data44)) {
        if (data44 > 4294967295 || isNaN(data44)) {
          let err91 = { instancePath: instancePath + "/cilium_bgp_router_asn", schemaPath: "#/$defs/asn/maximum", keyword: "maximum", params: { comparison: "<=", limit: 4294967295 }, message: "must be <= 4294967295" };
          vErrors === null ? vErrors = [err91] : vErrors.push(err91), errors++;
        }
        if (data44 < 1 || isNaN(data44)) {
          let err92 = { instancePath: instancePath + "/cilium_bgp_router_asn", schemaPath: "#/$defs/asn/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1 }, message: "must be >= 1" };
          vErrors === null ? vErrors = [err92] : vErrors.push(err92), errors++;
        }
      }
      if (typeof data44 == "string" && !pattern19.test(data44)) {
        let err93 = { instancePath: instancePath + "/cilium_bgp_router_asn", schemaPath: "#/$defs/asn/pattern", keyword: "pattern", params: { pattern: "^(?:[1-9][0-9]{0,8}|[1-3][0-9]{9}|4[01][0-9]{8}|42[0-8][0-9]{7}|429[0-3][0-9]{6}|4294[0-8][0-9]{5}|42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|4294967[01][0-9]{2}|42949672[0-8][0-9]|429496729[0-5])$" }, message: 'must match pattern "^(?:[1-9][0-9]{0,8}|[1-3][0-9]{9}|4[01][0-9]{8}|42[0-8][0-9]{7}|429[0-3][0-9]{6}|4294[0-8][0-9]{5}|42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|4294967[01][0-9]{2}|42949672[0-8][0-9]|429496729[0-5])$"' };
        vErrors === null ? vErrors = [err93] : vErrors.push(err93), errors++;
      }
    }
    if (data.cilium_bgp_node_asn !== void 0) {
      let data45 = data.cilium_bgp_node_asn;
      if (!(typeof data45 == "number" && !(data45 % 1) && !isNaN(data45) && isFinite(data45)) && typeof data45 != "string") {
        let err94 = { instancePath: instancePath + "/cilium_bgp_node_asn", schemaPath: "#/$defs/asn/type", keyword: "type", params: { type: schema44.type }, message: "must be integer,string" };
        vErrors === null ? vErrors = [err94] : vErrors.push(err94), errors++;
      }
      if (typeof data45 == "number" && isFinite(data45)) {
        if (data45 > 4294967295 || isNaN(data45)) {
          let err95 = { instancePath: instancePath + "/cilium_bgp_node_asn", schemaPath: "#/$defs/asn/maximum", keyword: "maximum", params: { comparison: "<=", limit: 4294967295 }, message: "must be <= 4294967295" };
          vErrors === null ? vErrors = [err95] : vErrors.push(err95), errors++;
        }
        if (data45 < 1 || isNaN(data45)) {
          let err96 = { instancePath: instancePath + "/cilium_bgp_node_asn", schemaPath: "#/$defs/asn/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1 }, message: "must be >= 1" };
          vErrors === null ? vErrors = [err96] : vErrors.push(err96), errors++;
        }
      }
      if (typeof data45 == "string" && !pattern19.test(data45)) {
        let err97 = { instancePath: instancePath + "/cilium_bgp_node_asn", schemaPath: "#/$defs/asn/pattern", keyword: "pattern", params: { pattern: "^(?:[1-9][0-9]{0,8}|[1-3][0-9]{9}|4[01][0-9]{8}|42[0-8][0-9]{7}|429[0-3][0-9]{6}|4294[0-8][0-9]{5}|42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|4294967[01][0-9]{2}|42949672[0-8][0-9]|429496729[0-5])$" }, message: 'must match pattern "^(?:[1-9][0-9]{0,8}|[1-3][0-9]{9}|4[01][0-9]{8}|42[0-8][0-9]{7}|429[0-3][0-9]{6}|4294[0-8][0-9]{5}|42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|4294967[01][0-9]{2}|42949672[0-8][0-9]|429496729[0-5])$"' };
        vErrors === null ? vErrors = [err97] : vErrors.push(err97), errors++;
      }
    }
    if (data.cilium_bgp_hold_time !== void 0) {
      let data46 = data.cilium_bgp_hold_time;
      if (!(typeof data46 == "number" && !(data46 % 1) && !isNaN(data46) && isFinite(data46))) {
        let err98 = { instancePath: instancePath + "/cilium_bgp_hold_time", schemaPath: "#/properties/cilium_bgp_hold_time/type", keyword: "type", params: { type: "integer" }, message: "must be integer" };
        vErrors === null ? vErrors = [err98] : vErrors.push(err98), errors++;
      }
      if (typeof data46 == "number" && isFinite(data46)) {
        if (data46 > 65535 || isNaN(data46)) {
          let err99 = { instancePath: instancePath + "/cilium_bgp_hold_time", schemaPath: "#/properties/cilium_bgp_hold_time/maximum", keyword: "maximum", params: { comparison: "<=", limit: 65535 }, message: "must be <= 65535" };
          vErrors === null ? vErrors = [err99] : vErrors.push(err99), errors++;
        }
        if (data46 < 3 || isNaN(data46)) {
          let err100 = { instancePath: instancePath + "/cilium_bgp_hold_time", schemaPath: "#/properties/cilium_bgp_hold_time/minimum", keyword: "minimum", params: { comparison: ">=", limit: 3 }, message: "must be >= 3" };
          vErrors === null ? vErrors = [err100] : vErrors.push(err100), errors++;
        }
      }
    }
    if (data.cilium_bgp_keepalive_time !== void 0) {
      let data47 = data.cilium_bgp_keepalive_time;
      if (!(typeof data47 == "number" && !(data47 % 1) && !isNaN(data47) && isFinite(data47))) {
        let err101 = { instancePath: instancePath + "/cilium_bgp_keepalive_time", schemaPath: "#/properties/cilium_bgp_keepalive_time/type", keyword: "type", params: { type: "integer" }, message: "must be integer" };
        vErrors === null ? vErrors = [err101] : vErrors.push(err101), errors++;
      }
      if (typeof data47 == "number" && isFinite(data47)) {
        if (data47 > 65535 || isNaN(data47)) {
          let err102 = { instancePath: instancePath + "/cilium_bgp_keepalive_time", schemaPath: "#/properties/cilium_bgp_keepalive_time/maximum", keyword: "maximum", params: { comparison: "<=", limit: 65535 }, message: "must be <= 65535" };
          vErrors === null ? vErrors = [err102] : vErrors.push(err102), errors++;
        }
        if (data47 < 1 || isNaN(data47)) {
          let err103 = { instancePath: instancePath + "/cilium_bgp_keepalive_time", schemaPath: "#/properties/cilium_bgp_keepalive_time/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1 }, message: "must be >= 1" };
          vErrors === null ? vErrors = [err103] : vErrors.push(err103), errors++;
        }
      }
    }
    if (data.cilium_bgp_graceful_restart !== void 0 && typeof data.cilium_bgp_graceful_restart != "boolean") {
      let err104 = { instancePath: instancePath + "/cilium_bgp_graceful_restart", schemaPath: "#/properties/cilium_bgp_graceful_restart/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
      vErrors === null ? vErrors = [err104] : vErrors.push(err104), errors++;
    }
    if (data.cilium_bgp_graceful_restart_time !== void 0) {
      let data49 = data.cilium_bgp_graceful_restart_time;
      if (!(typeof data49 == "number" && !(data49 % 1) && !isNaN(data49) && isFinite(data49))) {
        let err105 = { instancePath: instancePath + "/cilium_bgp_graceful_restart_time", schemaPath: "#/properties/cilium_bgp_graceful_restart_time/type", keyword: "type", params: { type: "integer" }, message: "must be integer" };
        vErrors === null ? vErrors = [err105] : vErrors.push(err105), errors++;
      }
      if (typeof data49 == "number" && isFinite(data49)) {
        if (data49 > 4095 || isNaN(data49)) {
          let err106 = { instancePath: instancePath + "/cilium_bgp_graceful_restart_time", schemaPath: "#/properties/cilium_bgp_graceful_restart_time/maximum", keyword: "maximum", params: { comparison: "<=", limit: 4095 }, message: "must be <= 4095" };
          vErrors === null ? vErrors = [err106] : vErrors.push(err106), errors++;
        }
        if (data49 < 1 || isNaN(data49)) {
          let err107 = { instancePath: instancePath + "/cilium_bgp_graceful_restart_time", schemaPath: "#/properties/cilium_bgp_graceful_restart_time/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1 }, message: "must be >= 1" };
          vErrors === null ? vErrors = [err107] : vErrors.push(err107), errors++;
        }
      }
    }
    if (data.cilium_bgp_password !== void 0) {
      let data50 = data.cilium_bgp_password;
      if (typeof data50 != "string" && !(data50 && typeof data50 == "object" && !Array.isArray(data50))) {
        let err108 = { instancePath: instancePath + "/cilium_bgp_password", schemaPath: "#/$defs/secret/type", keyword: "type", params: { type: schema43.type }, message: "must be string,object" };
        vErrors === null ? vErrors = [err108] : vErrors.push(err108), errors++;
      }
      if (typeof data50 == "string") {
        if (func8(data50) < 1) {
          let err109 = { instancePath: instancePath + "/cilium_bgp_password", schemaPath: "#/$defs/secret/minLength", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
          vErrors === null ? vErrors = [err109] : vErrors.push(err109), errors++;
        }
        if (!pattern16.test(data50)) {
          let err110 = { instancePath: instancePath + "/cilium_bgp_password", schemaPath: "#/$defs/secret/pattern", keyword: "pattern", params: { pattern: "^\\S+$" }, message: 'must match pattern "^\\S+$"' };
          vErrors === null ? vErrors = [err110] : vErrors.push(err110), errors++;
        }
      }
      if (data50 && typeof data50 == "object" && !Array.isArray(data50)) {
        if (Object.keys(data50).length > 1) {
          let err111 = { instancePath: instancePath + "/cilium_bgp_password", schemaPath: "#/$defs/secret/maxProperties", keyword: "maxProperties", params: { limit: 1 }, message: "must NOT have more than 1 properties" };
          vErrors === null ? vErrors = [err111] : vErrors.push(err111), errors++;
        }
        if (Object.keys(data50).length < 1) {
          let err112 = { instancePath: instancePath + "/cilium_bgp_password", schemaPath: "#/$defs/secret/minProperties", keyword: "minProperties", params: { limit: 1 }, message: "must NOT have fewer than 1 properties" };
          vErrors === null ? vErrors = [err112] : vErrors.push(err112), errors++;
        }
        for (let key2 in data50)
          if (!(key2 === "env" || key2 === "file")) {
            let err113 = { instancePath: instancePath + "/cilium_bgp_password", schemaPath: "#/$defs/secret/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key2 }, message: "must NOT have additional properties" };
            vErrors === null ? vErrors = [err113] : vErrors.push(err113), errors++;
          }
        if (data50.env !== void 0) {
          let data51 = data50.env;
          if (typeof data51 == "string") {
            if (!pattern17.test(data51)) {
              let err114 = { instancePath: instancePath + "/cilium_bgp_password/env", schemaPath: "#/$defs/secret/properties/env/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z_][A-Za-z0-9_]*$" }, message: 'must match pattern "^[A-Za-z_][A-Za-z0-9_]*$"' };
              vErrors === null ? vErrors = [err114] : vErrors.push(err114), errors++;
            }
          } else {
            let err115 = { instancePath: instancePath + "/cilium_bgp_password/env", schemaPath: "#/$defs/secret/properties/env/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err115] : vErrors.push(err115), errors++;
          }
        }
        if (data50.file !== void 0) {
          let data52 = data50.file;
          if (typeof data52 == "string") {
            if (!pattern18.test(data52)) {
              let err116 = { instancePath: instancePath + "/cilium_bgp_password/file", schemaPath: "#/$defs/secret/properties/file/pattern", keyword: "pattern", params: { pattern: "^[^\\s](?:.*[^\\s])?$" }, message: 'must match pattern "^[^\\s](?:.*[^\\s])?$"' };
              vErrors === null ? vErrors = [err116] : vErrors.push(err116), errors++;
            }
          } else {
            let err117 = { instancePath: instancePath + "/cilium_bgp_password/file", schemaPath: "#/$defs/secret/properties/file/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err117] : vErrors.push(err117), errors++;
          }
        }
      }
    }
    if (data.hubble_enabled !== void 0 && typeof data.hubble_enabled != "boolean") {
      let err118 = { instancePath: instancePath + "/hubble_enabled", schemaPath: "#/properties/hubble_enabled/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
      vErrors === null ? vErrors = [err118] : vErrors.push(err118), errors++;
    }
    if (data.hubble_ui_enabled !== void 0 && typeof data.hubble_ui_enabled != "boolean") {
      let err119 = { instancePath: instancePath + "/hubble_ui_enabled", schemaPath: "#/properties/hubble_ui_enabled/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
      vErrors === null ? vErrors = [err119] : vErrors.push(err119), errors++;
    }
    if (data.k8s_gateway_fallback_dns !== void 0) {
      let data55 = data.k8s_gateway_fallback_dns;
      if (Array.isArray(data55)) {
        if (data55.length < 1) {
          let err120 = { instancePath: instancePath + "/k8s_gateway_fallback_dns", schemaPath: "#/properties/k8s_gateway_fallback_dns/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
          vErrors === null ? vErrors = [err120] : vErrors.push(err120), errors++;
        }
        let len5 = data55.length;
        for (let i10 = 0; i10 < len5; i10++) {
          let data56 = data55[i10];
          if (typeof data56 != "string") {
            let err121 = { instancePath: instancePath + "/k8s_gateway_fallback_dns/" + i10, schemaPath: "#/$defs/anyAddress/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err121] : vErrors.push(err121), errors++;
          }
          let _errs133 = errors, valid35 = !1, _errs134 = errors;
          if (typeof data56 == "string" && !formats8.test(data56)) {
            let err122 = { instancePath: instancePath + "/k8s_gateway_fallback_dns/" + i10, schemaPath: "#/$defs/anyAddress/anyOf/0/format", keyword: "format", params: { format: "ipv4" }, message: 'must match format "ipv4"' };
            vErrors === null ? vErrors = [err122] : vErrors.push(err122), errors++;
          }
          var _valid5 = _errs134 === errors;
          valid35 = valid35 || _valid5;
          let _errs135 = errors;
          if (typeof data56 == "string" && !formats10.test(data56)) {
            let err123 = { instancePath: instancePath + "/k8s_gateway_fallback_dns/" + i10, schemaPath: "#/$defs/anyAddress/anyOf/1/format", keyword: "format", params: { format: "ipv6" }, message: 'must match format "ipv6"' };
            vErrors === null ? vErrors = [err123] : vErrors.push(err123), errors++;
          }
          var _valid5 = _errs135 === errors;
          if (valid35 = valid35 || _valid5, valid35)
            errors = _errs133, vErrors !== null && (_errs133 ? vErrors.length = _errs133 : vErrors = null);
          else {
            let err124 = { instancePath: instancePath + "/k8s_gateway_fallback_dns/" + i10, schemaPath: "#/$defs/anyAddress/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
            vErrors === null ? vErrors = [err124] : vErrors.push(err124), errors++;
          }
        }
        let i11 = data55.length, j5;
        if (i11 > 1) {
          outer3:
            for (; i11--; )
              for (j5 = i11; j5--; )
                if (func0(data55[i11], data55[j5])) {
                  let err125 = { instancePath: instancePath + "/k8s_gateway_fallback_dns", schemaPath: "#/properties/k8s_gateway_fallback_dns/uniqueItems", keyword: "uniqueItems", params: { i: i11, j: j5 }, message: "must NOT have duplicate items (items ## " + j5 + " and " + i11 + " are identical)" };
                  vErrors === null ? vErrors = [err125] : vErrors.push(err125), errors++;
                  break outer3;
                }
        }
      } else {
        let err126 = { instancePath: instancePath + "/k8s_gateway_fallback_dns", schemaPath: "#/properties/k8s_gateway_fallback_dns/type", keyword: "type", params: { type: "array" }, message: "must be array" };
        vErrors === null ? vErrors = [err126] : vErrors.push(err126), errors++;
      }
    }
    if (data.k8s_gateway_fallthrough !== void 0 && typeof data.k8s_gateway_fallthrough != "boolean") {
      let err127 = { instancePath: instancePath + "/k8s_gateway_fallthrough", schemaPath: "#/properties/k8s_gateway_fallthrough/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
      vErrors === null ? vErrors = [err127] : vErrors.push(err127), errors++;
    }
    if (data.spegel_enabled !== void 0 && typeof data.spegel_enabled != "boolean") {
      let err128 = { instancePath: instancePath + "/spegel_enabled", schemaPath: "#/properties/spegel_enabled/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
      vErrors === null ? vErrors = [err128] : vErrors.push(err128), errors++;
    }
    if (data.flux_memory_limit !== void 0) {
      let data59 = data.flux_memory_limit;
      if (typeof data59 == "string") {
        if (!pattern24.test(data59)) {
          let err129 = { instancePath: instancePath + "/flux_memory_limit", schemaPath: "#/properties/flux_memory_limit/pattern", keyword: "pattern", params: { pattern: "^[1-9][0-9]*(?:Ki|Mi|Gi|Ti|k|M|G|T)$" }, message: 'must match pattern "^[1-9][0-9]*(?:Ki|Mi|Gi|Ti|k|M|G|T)$"' };
          vErrors === null ? vErrors = [err129] : vErrors.push(err129), errors++;
        }
      } else {
        let err130 = { instancePath: instancePath + "/flux_memory_limit", schemaPath: "#/properties/flux_memory_limit/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err130] : vErrors.push(err130), errors++;
      }
    }
    if (data.alerts_enabled !== void 0 && typeof data.alerts_enabled != "boolean") {
      let err131 = { instancePath: instancePath + "/alerts_enabled", schemaPath: "#/properties/alerts_enabled/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
      vErrors === null ? vErrors = [err131] : vErrors.push(err131), errors++;
    }
    if (data.alertmanager_url !== void 0) {
      let data61 = data.alertmanager_url;
      if (typeof data61 == "string") {
        if (!pattern25.test(data61)) {
          let err132 = { instancePath: instancePath + "/alertmanager_url", schemaPath: "#/properties/alertmanager_url/pattern", keyword: "pattern", params: { pattern: "^https?://[^\\s/?#@$]+/[^\\s$]+$" }, message: 'must match pattern "^https?://[^\\s/?#@$]+/[^\\s$]+$"' };
          vErrors === null ? vErrors = [err132] : vErrors.push(err132), errors++;
        }
      } else {
        let err133 = { instancePath: instancePath + "/alertmanager_url", schemaPath: "#/properties/alertmanager_url/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err133] : vErrors.push(err133), errors++;
      }
    }
    if (data.volsync_enabled !== void 0 && typeof data.volsync_enabled != "boolean") {
      let err134 = { instancePath: instancePath + "/volsync_enabled", schemaPath: "#/properties/volsync_enabled/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
      vErrors === null ? vErrors = [err134] : vErrors.push(err134), errors++;
    }
    if (data.openebs_hostpath !== void 0) {
      let data63 = data.openebs_hostpath;
      if (typeof data63 == "string") {
        if (!pattern26.test(data63)) {
          let err135 = { instancePath: instancePath + "/openebs_hostpath", schemaPath: "#/properties/openebs_hostpath/pattern", keyword: "pattern", params: { pattern: "^/var/mnt/[a-z0-9](?:[a-z0-9-]{0,32}[a-z0-9])?$" }, message: 'must match pattern "^/var/mnt/[a-z0-9](?:[a-z0-9-]{0,32}[a-z0-9])?$"' };
          vErrors === null ? vErrors = [err135] : vErrors.push(err135), errors++;
        }
      } else {
        let err136 = { instancePath: instancePath + "/openebs_hostpath", schemaPath: "#/properties/openebs_hostpath/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err136] : vErrors.push(err136), errors++;
      }
    }
    if (data.agentgateway_addr !== void 0 && (validate23(data.agentgateway_addr, { instancePath: instancePath + "/agentgateway_addr", parentData: data, parentDataProperty: "agentgateway_addr", rootData, dynamicAnchors }) || (vErrors = vErrors === null ? validate23.errors : vErrors.concat(validate23.errors), errors = vErrors.length)), data.agentgateway_observability_enabled !== void 0 && typeof data.agentgateway_observability_enabled != "boolean") {
      let err137 = { instancePath: instancePath + "/agentgateway_observability_enabled", schemaPath: "#/properties/agentgateway_observability_enabled/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
      vErrors === null ? vErrors = [err137] : vErrors.push(err137), errors++;
    }
    if (data.otel_collector_endpoint !== void 0) {
      let data66 = data.otel_collector_endpoint;
      if (typeof data66 == "string") {
        if (!pattern27.test(data66)) {
          let err138 = { instancePath: instancePath + "/otel_collector_endpoint", schemaPath: "#/properties/otel_collector_endpoint/pattern", keyword: "pattern", params: { pattern: "^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?):(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$" }, message: 'must match pattern "^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?):(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$"' };
          vErrors === null ? vErrors = [err138] : vErrors.push(err138), errors++;
        }
      } else {
        let err139 = { instancePath: instancePath + "/otel_collector_endpoint", schemaPath: "#/properties/otel_collector_endpoint/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err139] : vErrors.push(err139), errors++;
      }
    }
    if (data.azure_openai_api_key !== void 0) {
      let data67 = data.azure_openai_api_key;
      if (typeof data67 != "string" && !(data67 && typeof data67 == "object" && !Array.isArray(data67))) {
        let err140 = { instancePath: instancePath + "/azure_openai_api_key", schemaPath: "#/$defs/secret/type", keyword: "type", params: { type: schema43.type }, message: "must be string,object" };
        vErrors === null ? vErrors = [err140] : vErrors.push(err140), errors++;
      }
      if (typeof data67 == "string") {
        if (func8(data67) < 1) {
          let err141 = { instancePath: instancePath + "/azure_openai_api_key", schemaPath: "#/$defs/secret/minLength", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
          vErrors === null ? vErrors = [err141] : vErrors.push(err141), errors++;
        }
        if (!pattern16.test(data67)) {
          let err142 = { instancePath: instancePath + "/azure_openai_api_key", schemaPath: "#/$defs/secret/pattern", keyword: "pattern", params: { pattern: "^\\S+$" }, message: 'must match pattern "^\\S+$"' };
          vErrors === null ? vErrors = [err142] : vErrors.push(err142), errors++;
        }
      }
      if (data67 && typeof data67 == "object" && !Array.isArray(data67)) {
        if (Object.keys(data67).length > 1) {
          let err143 = { instancePath: instancePath + "/azure_openai_api_key", schemaPath: "#/$defs/secret/maxProperties", keyword: "maxProperties", params: { limit: 1 }, message: "must NOT have more than 1 properties" };
          vErrors === null ? vErrors = [err143] : vErrors.push(err143), errors++;
        }
        if (Object.keys(data67).length < 1) {
          let err144 = { instancePath: instancePath + "/azure_openai_api_key", schemaPath: "#/$defs/secret/minProperties", keyword: "minProperties", params: { limit: 1 }, message: "must NOT have fewer than 1 properties" };
          vErrors === null ? vErrors = [err144] : vErrors.push(err144), errors++;
        }
        for (let key3 in data67)
          if (!(key3 === "env" || key3 === "file")) {
            let err145 = { instancePath: instancePath + "/azure_openai_api_key", schemaPath: "#/$defs/secret/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key3 }, message: "must NOT have additional properties" };
            vErrors === null ? vErrors = [err145] : vErrors.push(err145), errors++;
          }
        if (data67.env !== void 0) {
          let data68 = data67.env;
          if (typeof data68 == "string") {
            if (!pattern17.test(data68)) {
              let err146 = { instancePath: instancePath + "/azure_openai_api_key/env", schemaPath: "#/$defs/secret/properties/env/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z_][A-Za-z0-9_]*$" }, message: 'must match pattern "^[A-Za-z_][A-Za-z0-9_]*$"' };
              vErrors === null ? vErrors = [err146] : vErrors.push(err146), errors++;
            }
          } else {
            let err147 = { instancePath: instancePath + "/azure_openai_api_key/env", schemaPath: "#/$defs/secret/properties/env/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err147] : vErrors.push(err147), errors++;
          }
        }
        if (data67.file !== void 0) {
          let data69 = data67.file;
          if (typeof data69 == "string") {
            if (!pattern18.test(data69)) {
              let err148 = { instancePath: instancePath + "/azure_openai_api_key/file", schemaPath: "#/$defs/secret/properties/file/pattern", keyword: "pattern", params: { pattern: "^[^\\s](?:.*[^\\s])?$" }, message: 'must match pattern "^[^\\s](?:.*[^\\s])?$"' };
              vErrors === null ? vErrors = [err148] : vErrors.push(err148), errors++;
            }
          } else {
            let err149 = { instancePath: instancePath + "/azure_openai_api_key/file", schemaPath: "#/$defs/secret/properties/file/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err149] : vErrors.push(err149), errors++;
          }
        }
      }
    }
    if (data.azure_openai_resource_name !== void 0) {
      let data70 = data.azure_openai_resource_name;
      if (typeof data70 == "string") {
        if (!pattern31.test(data70)) {
          let err150 = { instancePath: instancePath + "/azure_openai_resource_name", schemaPath: "#/properties/azure_openai_resource_name/pattern", keyword: "pattern", params: { pattern: "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$" }, message: 'must match pattern "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$"' };
          vErrors === null ? vErrors = [err150] : vErrors.push(err150), errors++;
        }
      } else {
        let err151 = { instancePath: instancePath + "/azure_openai_resource_name", schemaPath: "#/properties/azure_openai_resource_name/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err151] : vErrors.push(err151), errors++;
      }
    }
    if (data.azure_openai_deployment_name !== void 0) {
      let data71 = data.azure_openai_deployment_name;
      if (typeof data71 == "string") {
        if (!pattern32.test(data71)) {
          let err152 = { instancePath: instancePath + "/azure_openai_deployment_name", schemaPath: "#/properties/azure_openai_deployment_name/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" }, message: 'must match pattern "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"' };
          vErrors === null ? vErrors = [err152] : vErrors.push(err152), errors++;
        }
      } else {
        let err153 = { instancePath: instancePath + "/azure_openai_deployment_name", schemaPath: "#/properties/azure_openai_deployment_name/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err153] : vErrors.push(err153), errors++;
      }
    }
    if (data.azure_openai_api_version !== void 0) {
      let data72 = data.azure_openai_api_version;
      if (typeof data72 == "string") {
        if (!pattern33.test(data72)) {
          let err154 = { instancePath: instancePath + "/azure_openai_api_version", schemaPath: "#/properties/azure_openai_api_version/pattern", keyword: "pattern", params: { pattern: "^(?:20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?:-preview)?|v1)$" }, message: 'must match pattern "^(?:20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?:-preview)?|v1)$"' };
          vErrors === null ? vErrors = [err154] : vErrors.push(err154), errors++;
        }
      } else {
        let err155 = { instancePath: instancePath + "/azure_openai_api_version", schemaPath: "#/properties/azure_openai_api_version/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err155] : vErrors.push(err155), errors++;
      }
    }
    if (data.cohere_api_key !== void 0) {
      let data73 = data.cohere_api_key;
      if (typeof data73 != "string" && !(data73 && typeof data73 == "object" && !Array.isArray(data73))) {
        let err156 = { instancePath: instancePath + "/cohere_api_key", schemaPath: "#/$defs/secret/type", keyword: "type", params: { type: schema43.type }, message: "must be string,object" };
        vErrors === null ? vErrors = [err156] : vErrors.push(err156), errors++;
      }
      if (typeof data73 == "string") {
        if (func8(data73) < 1) {
          let err157 = { instancePath: instancePath + "/cohere_api_key", schemaPath: "#/$defs/secret/minLength", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
          vErrors === null ? vErrors = [err157] : vErrors.push(err157), errors++;
        }
        if (!pattern16.test(data73)) {
          let err158 = { instancePath: instancePath + "/cohere_api_key", schemaPath: "#/$defs/secret/pattern", keyword: "pattern", params: { pattern: "^\\S+$" }, message: 'must match pattern "^\\S+$"' };
          vErrors === null ? vErrors = [err158] : vErrors.push(err158), errors++;
        }
      }
      if (data73 && typeof data73 == "object" && !Array.isArray(data73)) {
        if (Object.keys(data73).length > 1) {
          let err159 = { instancePath: instancePath + "/cohere_api_key", schemaPath: "#/$defs/secret/maxProperties", keyword: "maxProperties", params: { limit: 1 }, message: "must NOT have more than 1 properties" };
          vErrors === null ? vErrors = [err159] : vErrors.push(err159), errors++;
        }
        if (Object.keys(data73).length < 1) {
          let err160 = { instancePath: instancePath + "/cohere_api_key", schemaPath: "#/$defs/secret/minProperties", keyword: "minProperties", params: { limit: 1 }, message: "must NOT have fewer than 1 properties" };
          vErrors === null ? vErrors = [err160] : vErrors.push(err160), errors++;
        }
        for (let key4 in data73)
          if (!(key4 === "env" || key4 === "file")) {
            let err161 = { instancePath: instancePath + "/cohere_api_key", schemaPath: "#/$defs/secret/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key4 }, message: "must NOT have additional properties" };
            vErrors === null ? vErrors = [err161] : vErrors.push(err161), errors++;
          }
        if (data73.env !== void 0) {
          let data74 = data73.env;
          if (typeof data74 == "string") {
            if (!pattern17.test(data74)) {
              let err162 = { instancePath: instancePath + "/cohere_api_key/env", schemaPath: "#/$defs/secret/properties/env/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z_][A-Za-z0-9_]*$" }, message: 'must match pattern "^[A-Za-z_][A-Za-z0-9_]*$"' };
              vErrors === null ? vErrors = [err162] : vErrors.push(err162), errors++;
            }
          } else {
            let err163 = { instancePath: instancePath + "/cohere_api_key/env", schemaPath: "#/$defs/secret/properties/env/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err163] : vErrors.push(err163), errors++;
          }
        }
        if (data73.file !== void 0) {
          let data75 = data73.file;
          if (typeof data75 == "string") {
            if (!pattern18.test(data75)) {
              let err164 = { instancePath: instancePath + "/cohere_api_key/file", schemaPath: "#/$defs/secret/properties/file/pattern", keyword: "pattern", params: { pattern: "^[^\\s](?:.*[^\\s])?$" }, message: 'must match pattern "^[^\\s](?:.*[^\\s])?$"' };
              vErrors === null ? vErrors = [err164] : vErrors.push(err164), errors++;
            }
          } else {
            let err165 = { instancePath: instancePath + "/cohere_api_key/file", schemaPath: "#/$defs/secret/properties/file/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err165] : vErrors.push(err165), errors++;
          }
        }
      }
    }
    if (data.cohere_model !== void 0) {
      let data76 = data.cohere_model;
      if (typeof data76 == "string") {
        if (!pattern37.test(data76)) {
          let err166 = { instancePath: instancePath + "/cohere_model", schemaPath: "#/properties/cohere_model/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$" }, message: 'must match pattern "^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$"' };
          vErrors === null ? vErrors = [err166] : vErrors.push(err166), errors++;
        }
      } else {
        let err167 = { instancePath: instancePath + "/cohere_model", schemaPath: "#/properties/cohere_model/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err167] : vErrors.push(err167), errors++;
      }
    }
    if (data.cohere_host !== void 0) {
      let data77 = data.cohere_host;
      if (typeof data77 == "string") {
        if (!pattern4.test(data77)) {
          let err168 = { instancePath: instancePath + "/cohere_host", schemaPath: "#/properties/cohere_host/pattern", keyword: "pattern", params: { pattern: "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$" }, message: 'must match pattern "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$"' };
          vErrors === null ? vErrors = [err168] : vErrors.push(err168), errors++;
        }
      } else {
        let err169 = { instancePath: instancePath + "/cohere_host", schemaPath: "#/properties/cohere_host/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err169] : vErrors.push(err169), errors++;
      }
    }
    if (data.anthropic_api_key !== void 0) {
      let data78 = data.anthropic_api_key;
      if (typeof data78 != "string" && !(data78 && typeof data78 == "object" && !Array.isArray(data78))) {
        let err170 = { instancePath: instancePath + "/anthropic_api_key", schemaPath: "#/$defs/secret/type", keyword: "type", params: { type: schema43.type }, message: "must be string,object" };
        vErrors === null ? vErrors = [err170] : vErrors.push(err170), errors++;
      }
      if (typeof data78 == "string") {
        if (func8(data78) < 1) {
          let err171 = { instancePath: instancePath + "/anthropic_api_key", schemaPath: "#/$defs/secret/minLength", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
          vErrors === null ? vErrors = [err171] : vErrors.push(err171), errors++;
        }
        if (!pattern16.test(data78)) {
          let err172 = { instancePath: instancePath + "/anthropic_api_key", schemaPath: "#/$defs/secret/pattern", keyword: "pattern", params: { pattern: "^\\S+$" }, message: 'must match pattern "^\\S+$"' };
          vErrors === null ? vErrors = [err172] : vErrors.push(err172), errors++;
        }
      }
      if (data78 && typeof data78 == "object" && !Array.isArray(data78)) {
        if (Object.keys(data78).length > 1) {
          let err173 = { instancePath: instancePath + "/anthropic_api_key", schemaPath: "#/$defs/secret/maxProperties", keyword: "maxProperties", params: { limit: 1 }, message: "must NOT have more than 1 properties" };
          vErrors === null ? vErrors = [err173] : vErrors.push(err173), errors++;
        }
        if (Object.keys(data78).length < 1) {
          let err174 = { instancePath: instancePath + "/anthropic_api_key", schemaPath: "#/$defs/secret/minProperties", keyword: "minProperties", params: { limit: 1 }, message: "must NOT have fewer than 1 properties" };
          vErrors === null ? vErrors = [err174] : vErrors.push(err174), errors++;
        }
        for (let key5 in data78)
          if (!(key5 === "env" || key5 === "file")) {
            let err175 = { instancePath: instancePath + "/anthropic_api_key", schemaPath: "#/$defs/secret/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key5 }, message: "must NOT have additional properties" };
            vErrors === null ? vErrors = [err175] : vErrors.push(err175), errors++;
          }
        if (data78.env !== void 0) {
          let data79 = data78.env;
          if (typeof data79 == "string") {
            if (!pattern17.test(data79)) {
              let err176 = { instancePath: instancePath + "/anthropic_api_key/env", schemaPath: "#/$defs/secret/properties/env/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z_][A-Za-z0-9_]*$" }, message: 'must match pattern "^[A-Za-z_][A-Za-z0-9_]*$"' };
              vErrors === null ? vErrors = [err176] : vErrors.push(err176), errors++;
            }
          } else {
            let err177 = { instancePath: instancePath + "/anthropic_api_key/env", schemaPath: "#/$defs/secret/properties/env/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err177] : vErrors.push(err177), errors++;
          }
        }
        if (data78.file !== void 0) {
          let data80 = data78.file;
          if (typeof data80 == "string") {
            if (!pattern18.test(data80)) {
              let err178 = { instancePath: instancePath + "/anthropic_api_key/file", schemaPath: "#/$defs/secret/properties/file/pattern", keyword: "pattern", params: { pattern: "^[^\\s](?:.*[^\\s])?$" }, message: 'must match pattern "^[^\\s](?:.*[^\\s])?$"' };
              vErrors === null ? vErrors = [err178] : vErrors.push(err178), errors++;
            }
          } else {
            let err179 = { instancePath: instancePath + "/anthropic_api_key/file", schemaPath: "#/$defs/secret/properties/file/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err179] : vErrors.push(err179), errors++;
          }
        }
      }
    }
    if (data.anthropic_model !== void 0) {
      let data81 = data.anthropic_model;
      if (typeof data81 == "string") {
        if (!pattern37.test(data81)) {
          let err180 = { instancePath: instancePath + "/anthropic_model", schemaPath: "#/properties/anthropic_model/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$" }, message: 'must match pattern "^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$"' };
          vErrors === null ? vErrors = [err180] : vErrors.push(err180), errors++;
        }
      } else {
        let err181 = { instancePath: instancePath + "/anthropic_model", schemaPath: "#/properties/anthropic_model/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err181] : vErrors.push(err181), errors++;
      }
    }
    if (data.anthropic_host !== void 0) {
      let data82 = data.anthropic_host;
      if (typeof data82 == "string") {
        if (!pattern4.test(data82)) {
          let err182 = { instancePath: instancePath + "/anthropic_host", schemaPath: "#/properties/anthropic_host/pattern", keyword: "pattern", params: { pattern: "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$" }, message: 'must match pattern "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$"' };
          vErrors === null ? vErrors = [err182] : vErrors.push(err182), errors++;
        }
      } else {
        let err183 = { instancePath: instancePath + "/anthropic_host", schemaPath: "#/properties/anthropic_host/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err183] : vErrors.push(err183), errors++;
      }
    }
    if (data.proxmox_api_url !== void 0) {
      let data83 = data.proxmox_api_url;
      if (typeof data83 == "string") {
        if (!pattern44.test(data83)) {
          let err184 = { instancePath: instancePath + "/proxmox_api_url", schemaPath: "#/properties/proxmox_api_url/pattern", keyword: "pattern", params: { pattern: "^https?://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+\\])(?::[1-9][0-9]{0,4})?(?:/api2/json)?/?$" }, message: 'must match pattern "^https?://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+\\])(?::[1-9][0-9]{0,4})?(?:/api2/json)?/?$"' };
          vErrors === null ? vErrors = [err184] : vErrors.push(err184), errors++;
        }
      } else {
        let err185 = { instancePath: instancePath + "/proxmox_api_url", schemaPath: "#/properties/proxmox_api_url/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err185] : vErrors.push(err185), errors++;
      }
    }
    if (data.proxmox_region !== void 0) {
      let data84 = data.proxmox_region;
      if (typeof data84 == "string") {
        if (!pattern45.test(data84)) {
          let err186 = { instancePath: instancePath + "/proxmox_region", schemaPath: "#/properties/proxmox_region/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$" }, message: 'must match pattern "^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"' };
          vErrors === null ? vErrors = [err186] : vErrors.push(err186), errors++;
        }
      } else {
        let err187 = { instancePath: instancePath + "/proxmox_region", schemaPath: "#/properties/proxmox_region/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err187] : vErrors.push(err187), errors++;
      }
    }
    if (data.proxmox_storage !== void 0) {
      let data85 = data.proxmox_storage;
      if (typeof data85 == "string") {
        if (!pattern46.test(data85)) {
          let err188 = { instancePath: instancePath + "/proxmox_storage", schemaPath: "#/properties/proxmox_storage/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z][A-Za-z0-9._-]*[A-Za-z0-9]$" }, message: 'must match pattern "^[A-Za-z][A-Za-z0-9._-]*[A-Za-z0-9]$"' };
          vErrors === null ? vErrors = [err188] : vErrors.push(err188), errors++;
        }
      } else {
        let err189 = { instancePath: instancePath + "/proxmox_storage", schemaPath: "#/properties/proxmox_storage/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err189] : vErrors.push(err189), errors++;
      }
    }
    if (data.proxmox_insecure !== void 0 && typeof data.proxmox_insecure != "boolean") {
      let err190 = { instancePath: instancePath + "/proxmox_insecure", schemaPath: "#/properties/proxmox_insecure/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
      vErrors === null ? vErrors = [err190] : vErrors.push(err190), errors++;
    }
    if (data.proxmox_csi_token_id !== void 0) {
      let data87 = data.proxmox_csi_token_id;
      if (typeof data87 == "string") {
        if (!pattern47.test(data87)) {
          let err191 = { instancePath: instancePath + "/proxmox_csi_token_id", schemaPath: "#/properties/proxmox_csi_token_id/pattern", keyword: "pattern", params: { pattern: "^[^\\s@!]+@[^\\s@!]+![^\\s@!]+$" }, message: 'must match pattern "^[^\\s@!]+@[^\\s@!]+![^\\s@!]+$"' };
          vErrors === null ? vErrors = [err191] : vErrors.push(err191), errors++;
        }
      } else {
        let err192 = { instancePath: instancePath + "/proxmox_csi_token_id", schemaPath: "#/properties/proxmox_csi_token_id/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err192] : vErrors.push(err192), errors++;
      }
    }
    if (data.proxmox_csi_token_secret !== void 0) {
      let data88 = data.proxmox_csi_token_secret;
      if (typeof data88 != "string" && !(data88 && typeof data88 == "object" && !Array.isArray(data88))) {
        let err193 = { instancePath: instancePath + "/proxmox_csi_token_secret", schemaPath: "#/$defs/secret/type", keyword: "type", params: { type: schema43.type }, message: "must be string,object" };
        vErrors === null ? vErrors = [err193] : vErrors.push(err193), errors++;
      }
      if (typeof data88 == "string") {
        if (func8(data88) < 1) {
          let err194 = { instancePath: instancePath + "/proxmox_csi_token_secret", schemaPath: "#/$defs/secret/minLength", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
          vErrors === null ? vErrors = [err194] : vErrors.push(err194), errors++;
        }
        if (!pattern16.test(data88)) {
          let err195 = { instancePath: instancePath + "/proxmox_csi_token_secret", schemaPath: "#/$defs/secret/pattern", keyword: "pattern", params: { pattern: "^\\S+$" }, message: 'must match pattern "^\\S+$"' };
          vErrors === null ? vErrors = [err195] : vErrors.push(err195), errors++;
        }
      }
      if (data88 && typeof data88 == "object" && !Array.isArray(data88)) {
        if (Object.keys(data88).length > 1) {
          let err196 = { instancePath: instancePath + "/proxmox_csi_token_secret", schemaPath: "#/$defs/secret/maxProperties", keyword: "maxProperties", params: { limit: 1 }, message: "must NOT have more than 1 properties" };
          vErrors === null ? vErrors = [err196] : vErrors.push(err196), errors++;
        }
        if (Object.keys(data88).length < 1) {
          let err197 = { instancePath: instancePath + "/proxmox_csi_token_secret", schemaPath: "#/$defs/secret/minProperties", keyword: "minProperties", params: { limit: 1 }, message: "must NOT have fewer than 1 properties" };
          vErrors === null ? vErrors = [err197] : vErrors.push(err197), errors++;
        }
        for (let key6 in data88)
          if (!(key6 === "env" || key6 === "file")) {
            let err198 = { instancePath: instancePath + "/proxmox_csi_token_secret", schemaPath: "#/$defs/secret/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key6 }, message: "must NOT have additional properties" };
            vErrors === null ? vErrors = [err198] : vErrors.push(err198), errors++;
          }
        if (data88.env !== void 0) {
          let data89 = data88.env;
          if (typeof data89 == "string") {
            if (!pattern17.test(data89)) {
              let err199 = { instancePath: instancePath + "/proxmox_csi_token_secret/env", schemaPath: "#/$defs/secret/properties/env/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z_][A-Za-z0-9_]*$" }, message: 'must match pattern "^[A-Za-z_][A-Za-z0-9_]*$"' };
              vErrors === null ? vErrors = [err199] : vErrors.push(err199), errors++;
            }
          } else {
            let err200 = { instancePath: instancePath + "/proxmox_csi_token_secret/env", schemaPath: "#/$defs/secret/properties/env/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err200] : vErrors.push(err200), errors++;
          }
        }
        if (data88.file !== void 0) {
          let data90 = data88.file;
          if (typeof data90 == "string") {
            if (!pattern18.test(data90)) {
              let err201 = { instancePath: instancePath + "/proxmox_csi_token_secret/file", schemaPath: "#/$defs/secret/properties/file/pattern", keyword: "pattern", params: { pattern: "^[^\\s](?:.*[^\\s])?$" }, message: 'must match pattern "^[^\\s](?:.*[^\\s])?$"' };
              vErrors === null ? vErrors = [err201] : vErrors.push(err201), errors++;
            }
          } else {
            let err202 = { instancePath: instancePath + "/proxmox_csi_token_secret/file", schemaPath: "#/$defs/secret/properties/file/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err202] : vErrors.push(err202), errors++;
          }
        }
      }
    }
    if (data.proxmox_vlan_mode !== void 0 && typeof data.proxmox_vlan_mode != "boolean") {
      let err203 = { instancePath: instancePath + "/proxmox_vlan_mode", schemaPath: "#/properties/proxmox_vlan_mode/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
      vErrors === null ? vErrors = [err203] : vErrors.push(err203), errors++;
    }
  } else {
    let err204 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "object" }, message: "must be object" };
    vErrors === null ? vErrors = [err204] : vErrors.push(err204), errors++;
  }
  return validate20.errors = vErrors, errors === 0;
}
validate20.evaluated = { props: !0, dynamicProps: !1, dynamicItems: !1 };
var validateNodes = validate36;
var schema53 = { type: "object", additionalProperties: !1, required: ["name", "address", "controller", "disk", "mac_addr"], "x-form": "a node with its fields", properties: { name: { title: "Name", description: "The host name. `global`, `controller` and `worker` are reserved: they name the folders of patches for several nodes.", type: "string", pattern: "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$", not: { enum: ["global", "controller", "worker"] }, examples: ["k8s-0"], "x-form": "a host name of lower-case letters, digits and inner hyphens (at most 63, not `global`, `controller` or `worker`)" }, address: { title: "Address", description: "The static address of the node, in `node_cidr`; a list of two where the nodes have IPv4 and IPv6.", type: ["string", "array"], anyOf: [{ format: "ipv4" }, { format: "ipv6" }], items: { type: "string", anyOf: [{ format: "ipv4" }, { format: "ipv6" }], examples: ["192.0.2.10"], "x-form": "an IP address" }, minItems: 1, maxItems: 2, uniqueItems: !0, examples: ["192.0.2.10", ["192.0.2.10", "2001:db8::10"]], "x-form": "an IP address or a list of two" }, controller: { title: "Controller", description: "true for a node of the control plane, false for a worker.", type: "boolean", examples: [!0], "x-form": "true or false" }, disk: { title: "Disk", description: "The disk that Talos is installed on: a device path or, without a leading slash, a serial number.", type: "string", pattern: "^(?:/dev/\\S+|[^\\s/](?:.*\\S)?)$", examples: ["/dev/sda", "S4EVNF0M123456"], "x-form": "a device path below /dev/ or a serial number" }, mac_addr: { title: "MAC address", description: "The hardware address of the network interface, in lower case and with colons. Quote it: one of digits alone is a number for some readers.", type: "string", pattern: "^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$", examples: ["00:00:5e:00:53:01"], "x-form": "a MAC address of six pairs of lower-case hexadecimal digits with colons" }, schematic_id: { title: "Schematic", description: "The schematic of the Talos image, from https://factory.talos.dev.", type: "string", pattern: "^[0-9a-f]{64}$", examples: ["376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba"], "x-form": "a schematic of 64 lower-case hexadecimal digits", "x-required": "unless `node_schematic_id` in cluster.yaml is set" }, mtu: { title: "MTU", description: "The largest packet of the network interface, in bytes.", type: "integer", minimum: 1450, maximum: 9e3, default: 1500, examples: [9e3], "x-form": "a whole number from 1450 to 9000" }, secureboot: { title: "Secure Boot", description: "Whether the node boots the signed image.", type: "boolean", default: !1, examples: [!0], "x-form": "true or false" }, encrypt_disk: { title: "Disk encryption", description: "Whether the disk is encrypted with a key in the TPM. It takes a TPM 2.0 and goes with Secure Boot.", type: "boolean", default: !1, examples: [!0], "x-form": "true or false" }, kernel_modules: { title: "Kernel modules", description: "Kernel modules to load; the schematic must contain them.", type: "array", items: { type: "string", pattern: "^[A-Za-z0-9_-]+$", examples: ["nvidia"], "x-form": "the name of a kernel module" }, uniqueItems: !0, default: [], examples: [["nvidia", "nvidia_uvm"]], "x-form": "a list of kernel modules" }, nodeLabels: { title: "Labels", description: "Labels of the Kubernetes node. Below kubernetes.io and k8s.io a node may set a few of its own only, such as those of its region and zone.", type: "object", propertyNames: { pattern: "^(?:(?=[^/]{1,253}/)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$", "x-form": "a label key: a name of at most 63 letters, digits and inner `-`, `_` or `.`, with a domain and a slash before it or without" }, additionalProperties: { type: "string", pattern: "^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$", examples: ["zone-a"], "x-form": "a label value: a text of at most 63 letters, digits and inner `-`, `_` or `.`", "x-may-be-empty": !0 }, examples: [{ "topology.kubernetes.io/region": "home", "topology.kubernetes.io/zone": "rack-1" }], "x-form": "a map of label keys and text values" }, gpu: { title: "GPU", description: "The graphics processor that Pods may use: `nvidia` loads NVIDIA's kernel modules and adds the runtime class, `intel` is for Quick Sync. The schematic must contain the drivers.", type: "string", enum: ["nvidia", "intel"], examples: ["nvidia"], "x-form": "`nvidia` or `intel`" }, openebs_hostpath_enabled: { title: "Host path of OpenEBS", description: "Whether the node has the folder `openebs_hostpath` for volumes.", type: "boolean", default: !1, examples: [!0], "x-form": "true or false" } } }, pattern52 = new RegExp("^(?:/dev/\\S+|[^\\s/](?:.*\\S)?)$", "u"), pattern53 = new RegExp("^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$", "u"), pattern55 = new RegExp("^[A-Za-z0-9_-]+$", "u"), pattern56 = new RegExp("^(?:(?=[^/]{1,253}/)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$", "u"), pattern57 = new RegExp("^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$", "u");
function validate36(data, { instancePath = "", parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}) {
  let vErrors = null, errors = 0, evaluated0 = validate36.evaluated;
  if (evaluated0.dynamicProps && (evaluated0.props = void 0), evaluated0.dynamicItems && (evaluated0.items = void 0), data && typeof data == "object" && !Array.isArray(data)) {
    if (data.nodes === void 0) {
      let err0 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "nodes" }, message: "must have required property 'nodes'" };
      vErrors === null ? vErrors = [err0] : vErrors.push(err0), errors++;
    }
    for (let key0 in data)
      if (key0 !== "nodes") {
        let err1 = { instancePath, schemaPath: "#/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key0 }, message: "must NOT have additional properties" };
        vErrors === null ? vErrors = [err1] : vErrors.push(err1), errors++;
      }
    if (data.nodes !== void 0) {
      let data0 = data.nodes;
      if (Array.isArray(data0)) {
        if (data0.length < 1) {
          let err2 = { instancePath: instancePath + "/nodes", schemaPath: "#/properties/nodes/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
          vErrors === null ? vErrors = [err2] : vErrors.push(err2), errors++;
        }
        let len0 = data0.length;
        for (let i0 = 0; i0 < len0; i0++) {
          let data1 = data0[i0];
          if (data1 && typeof data1 == "object" && !Array.isArray(data1)) {
            if (data1.name === void 0) {
              let err3 = { instancePath: instancePath + "/nodes/" + i0, schemaPath: "#/$defs/node/required", keyword: "required", params: { missingProperty: "name" }, message: "must have required property 'name'" };
              vErrors === null ? vErrors = [err3] : vErrors.push(err3), errors++;
            }
            if (data1.address === void 0) {
              let err4 = { instancePath: instancePath + "/nodes/" + i0, schemaPath: "#/$defs/node/required", keyword: "required", params: { missingProperty: "address" }, message: "must have required property 'address'" };
              vErrors === null ? vErrors = [err4] : vErrors.push(err4), errors++;
            }
            if (data1.controller === void 0) {
              let err5 = { instancePath: instancePath + "/nodes/" + i0, schemaPath: "#/$defs/node/required", keyword: "required", params: { missingProperty: "controller" }, message: "must have required property 'controller'" };
              vErrors === null ? vErrors = [err5] : vErrors.push(err5), errors++;
            }
            if (data1.disk === void 0) {
              let err6 = { instancePath: instancePath + "/nodes/" + i0, schemaPath: "#/$defs/node/required", keyword: "required", params: { missingProperty: "disk" }, message: "must have required property 'disk'" };
              vErrors === null ? vErrors = [err6] : vErrors.push(err6), errors++;
            }
            if (data1.mac_addr === void 0) {
              let err7 = { instancePath: instancePath + "/nodes/" + i0, schemaPath: "#/$defs/node/required", keyword: "required", params: { missingProperty: "mac_addr" }, message: "must have required property 'mac_addr'" };
              vErrors === null ? vErrors = [err7] : vErrors.push(err7), errors++;
            }
            for (let key1 in data1)
              if (!func1.call(schema53.properties, key1)) {
                let err8 = { instancePath: instancePath + "/nodes/" + i0, schemaPath: "#/$defs/node/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key1 }, message: "must NOT have additional properties" };
                vErrors === null ? vErrors = [err8] : vErrors.push(err8), errors++;
              }
            if (data1.name !== void 0) {
              let data2 = data1.name, _errs10 = errors, _errs11 = errors;
              if (!(data2 === "global" || data2 === "controller" || data2 === "worker")) {
                let err9 = {};
                vErrors === null ? vErrors = [err9] : vErrors.push(err9), errors++;
              }
              var valid5 = _errs11 === errors;
              if (valid5) {
                let err10 = { instancePath: instancePath + "/nodes/" + i0 + "/name", schemaPath: "#/$defs/node/properties/name/not", keyword: "not", params: {}, message: "must NOT be valid" };
                vErrors === null ? vErrors = [err10] : vErrors.push(err10), errors++;
              } else
                errors = _errs10, vErrors !== null && (_errs10 ? vErrors.length = _errs10 : vErrors = null);
              if (typeof data2 == "string") {
                if (!pattern7.test(data2)) {
                  let err11 = { instancePath: instancePath + "/nodes/" + i0 + "/name", schemaPath: "#/$defs/node/properties/name/pattern", keyword: "pattern", params: { pattern: "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$" }, message: 'must match pattern "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$"' };
                  vErrors === null ? vErrors = [err11] : vErrors.push(err11), errors++;
                }
              } else {
                let err12 = { instancePath: instancePath + "/nodes/" + i0 + "/name", schemaPath: "#/$defs/node/properties/name/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                vErrors === null ? vErrors = [err12] : vErrors.push(err12), errors++;
              }
            }
            if (data1.address !== void 0) {
              let data3 = data1.address;
              if (typeof data3 != "string" && !Array.isArray(data3)) {
                let err13 = { instancePath: instancePath + "/nodes/" + i0 + "/address", schemaPath: "#/$defs/node/properties/address/type", keyword: "type", params: { type: schema53.properties.address.type }, message: "must be string,array" };
                vErrors === null ? vErrors = [err13] : vErrors.push(err13), errors++;
              }
              let _errs14 = errors, valid6 = !1, _errs15 = errors;
              if (typeof data3 == "string" && !formats8.test(data3)) {
                let err14 = { instancePath: instancePath + "/nodes/" + i0 + "/address", schemaPath: "#/$defs/node/properties/address/anyOf/0/format", keyword: "format", params: { format: "ipv4" }, message: 'must match format "ipv4"' };
                vErrors === null ? vErrors = [err14] : vErrors.push(err14), errors++;
              }
              var _valid0 = _errs15 === errors;
              valid6 = valid6 || _valid0;
              let _errs16 = errors;
              if (typeof data3 == "string" && !formats10.test(data3)) {
                let err15 = { instancePath: instancePath + "/nodes/" + i0 + "/address", schemaPath: "#/$defs/node/properties/address/anyOf/1/format", keyword: "format", params: { format: "ipv6" }, message: 'must match format "ipv6"' };
                vErrors === null ? vErrors = [err15] : vErrors.push(err15), errors++;
              }
              var _valid0 = _errs16 === errors;
              if (valid6 = valid6 || _valid0, valid6)
                errors = _errs14, vErrors !== null && (_errs14 ? vErrors.length = _errs14 : vErrors = null);
              else {
                let err16 = { instancePath: instancePath + "/nodes/" + i0 + "/address", schemaPath: "#/$defs/node/properties/address/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
                vErrors === null ? vErrors = [err16] : vErrors.push(err16), errors++;
              }
              if (Array.isArray(data3)) {
                if (data3.length > 2) {
                  let err17 = { instancePath: instancePath + "/nodes/" + i0 + "/address", schemaPath: "#/$defs/node/properties/address/maxItems", keyword: "maxItems", params: { limit: 2 }, message: "must NOT have more than 2 items" };
                  vErrors === null ? vErrors = [err17] : vErrors.push(err17), errors++;
                }
                if (data3.length < 1) {
                  let err18 = { instancePath: instancePath + "/nodes/" + i0 + "/address", schemaPath: "#/$defs/node/properties/address/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
                  vErrors === null ? vErrors = [err18] : vErrors.push(err18), errors++;
                }
                let len1 = data3.length;
                for (let i1 = 0; i1 < len1; i1++) {
                  let data4 = data3[i1];
                  if (typeof data4 != "string") {
                    let err19 = { instancePath: instancePath + "/nodes/" + i0 + "/address/" + i1, schemaPath: "#/$defs/node/properties/address/items/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                    vErrors === null ? vErrors = [err19] : vErrors.push(err19), errors++;
                  }
                  let _errs19 = errors, valid9 = !1, _errs20 = errors;
                  if (typeof data4 == "string" && !formats8.test(data4)) {
                    let err20 = { instancePath: instancePath + "/nodes/" + i0 + "/address/" + i1, schemaPath: "#/$defs/node/properties/address/items/anyOf/0/format", keyword: "format", params: { format: "ipv4" }, message: 'must match format "ipv4"' };
                    vErrors === null ? vErrors = [err20] : vErrors.push(err20), errors++;
                  }
                  var _valid1 = _errs20 === errors;
                  valid9 = valid9 || _valid1;
                  let _errs21 = errors;
                  if (typeof data4 == "string" && !formats10.test(data4)) {
                    let err21 = { instancePath: instancePath + "/nodes/" + i0 + "/address/" + i1, schemaPath: "#/$defs/node/properties/address/items/anyOf/1/format", keyword: "format", params: { format: "ipv6" }, message: 'must match format "ipv6"' };
                    vErrors === null ? vErrors = [err21] : vErrors.push(err21), errors++;
                  }
                  var _valid1 = _errs21 === errors;
                  if (valid9 = valid9 || _valid1, valid9)
                    errors = _errs19, vErrors !== null && (_errs19 ? vErrors.length = _errs19 : vErrors = null);
                  else {
                    let err22 = { instancePath: instancePath + "/nodes/" + i0 + "/address/" + i1, schemaPath: "#/$defs/node/properties/address/items/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
                    vErrors === null ? vErrors = [err22] : vErrors.push(err22), errors++;
                  }
                }
                let i2 = data3.length, j0;
                if (i2 > 1) {
                  let indices0 = {};
                  for (; i2--; ) {
                    let item0 = data3[i2];
                    if (typeof item0 == "string") {
                      if (typeof indices0[item0] == "number") {
                        j0 = indices0[item0];
                        let err23 = { instancePath: instancePath + "/nodes/" + i0 + "/address", schemaPath: "#/$defs/node/properties/address/uniqueItems", keyword: "uniqueItems", params: { i: i2, j: j0 }, message: "must NOT have duplicate items (items ## " + j0 + " and " + i2 + " are identical)" };
                        vErrors === null ? vErrors = [err23] : vErrors.push(err23), errors++;
                        break;
                      }
                      indices0[item0] = i2;
                    }
                  }
                }
              }
            }
            if (data1.controller !== void 0 && typeof data1.controller != "boolean") {
              let err24 = { instancePath: instancePath + "/nodes/" + i0 + "/controller", schemaPath: "#/$defs/node/properties/controller/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
              vErrors === null ? vErrors = [err24] : vErrors.push(err24), errors++;
            }
            if (data1.disk !== void 0) {
              let data6 = data1.disk;
              if (typeof data6 == "string") {
                if (!pattern52.test(data6)) {
                  let err25 = { instancePath: instancePath + "/nodes/" + i0 + "/disk", schemaPath: "#/$defs/node/properties/disk/pattern", keyword: "pattern", params: { pattern: "^(?:/dev/\\S+|[^\\s/](?:.*\\S)?)$" }, message: 'must match pattern "^(?:/dev/\\S+|[^\\s/](?:.*\\S)?)$"' };
                  vErrors === null ? vErrors = [err25] : vErrors.push(err25), errors++;
                }
              } else {
                let err26 = { instancePath: instancePath + "/nodes/" + i0 + "/disk", schemaPath: "#/$defs/node/properties/disk/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                vErrors === null ? vErrors = [err26] : vErrors.push(err26), errors++;
              }
            }
            if (data1.mac_addr !== void 0) {
              let data7 = data1.mac_addr;
              if (typeof data7 == "string") {
                if (!pattern53.test(data7)) {
                  let err27 = { instancePath: instancePath + "/nodes/" + i0 + "/mac_addr", schemaPath: "#/$defs/node/properties/mac_addr/pattern", keyword: "pattern", params: { pattern: "^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$" }, message: 'must match pattern "^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$"' };
                  vErrors === null ? vErrors = [err27] : vErrors.push(err27), errors++;
                }
              } else {
                let err28 = { instancePath: instancePath + "/nodes/" + i0 + "/mac_addr", schemaPath: "#/$defs/node/properties/mac_addr/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                vErrors === null ? vErrors = [err28] : vErrors.push(err28), errors++;
              }
            }
            if (data1.schematic_id !== void 0) {
              let data8 = data1.schematic_id;
              if (typeof data8 == "string") {
                if (!pattern6.test(data8)) {
                  let err29 = { instancePath: instancePath + "/nodes/" + i0 + "/schematic_id", schemaPath: "#/$defs/node/properties/schematic_id/pattern", keyword: "pattern", params: { pattern: "^[0-9a-f]{64}$" }, message: 'must match pattern "^[0-9a-f]{64}$"' };
                  vErrors === null ? vErrors = [err29] : vErrors.push(err29), errors++;
                }
              } else {
                let err30 = { instancePath: instancePath + "/nodes/" + i0 + "/schematic_id", schemaPath: "#/$defs/node/properties/schematic_id/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                vErrors === null ? vErrors = [err30] : vErrors.push(err30), errors++;
              }
            }
            if (data1.mtu !== void 0) {
              let data9 = data1.mtu;
              if (!(typeof data9 == "number" && !(data9 % 1) && !isNaN(data9) && isFinite(data9))) {
                let err31 = { instancePath: instancePath + "/nodes/" + i0 + "/mtu", schemaPath: "#/$defs/node/properties/mtu/type", keyword: "type", params: { type: "integer" }, message: "must be integer" };
                vErrors === null ? vErrors = [err31] : vErrors.push(err31), errors++;
              }
              if (typeof data9 == "number" && isFinite(data9)) {
                if (data9 > 9e3 || isNaN(data9)) {
                  let err32 = { instancePath: instancePath + "/nodes/" + i0 + "/mtu", schemaPath: "#/$defs/node/properties/mtu/maximum", keyword: "maximum", params: { comparison: "<=", limit: 9e3 }, message: "must be <= 9000" };
                  vErrors === null ? vErrors = [err32] : vErrors.push(err32), errors++;
                }
                if (data9 < 1450 || isNaN(data9)) {
                  let err33 = { instancePath: instancePath + "/nodes/" + i0 + "/mtu", schemaPath: "#/$defs/node/properties/mtu/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1450 }, message: "must be >= 1450" };
                  vErrors === null ? vErrors = [err33] : vErrors.push(err33), errors++;
                }
              }
            }
            if (data1.secureboot !== void 0 && typeof data1.secureboot != "boolean") {
              let err34 = { instancePath: instancePath + "/nodes/" + i0 + "/secureboot", schemaPath: "#/$defs/node/properties/secureboot/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
              vErrors === null ? vErrors = [err34] : vErrors.push(err34), errors++;
            }
            if (data1.encrypt_disk !== void 0 && typeof data1.encrypt_disk != "boolean") {
              let err35 = { instancePath: instancePath + "/nodes/" + i0 + "/encrypt_disk", schemaPath: "#/$defs/node/properties/encrypt_disk/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
              vErrors === null ? vErrors = [err35] : vErrors.push(err35), errors++;
            }
            if (data1.kernel_modules !== void 0) {
              let data12 = data1.kernel_modules;
              if (Array.isArray(data12)) {
                let len2 = data12.length;
                for (let i3 = 0; i3 < len2; i3++) {
                  let data13 = data12[i3];
                  if (typeof data13 == "string") {
                    if (!pattern55.test(data13)) {
                      let err36 = { instancePath: instancePath + "/nodes/" + i0 + "/kernel_modules/" + i3, schemaPath: "#/$defs/node/properties/kernel_modules/items/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z0-9_-]+$" }, message: 'must match pattern "^[A-Za-z0-9_-]+$"' };
                      vErrors === null ? vErrors = [err36] : vErrors.push(err36), errors++;
                    }
                  } else {
                    let err37 = { instancePath: instancePath + "/nodes/" + i0 + "/kernel_modules/" + i3, schemaPath: "#/$defs/node/properties/kernel_modules/items/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                    vErrors === null ? vErrors = [err37] : vErrors.push(err37), errors++;
                  }
                }
                let i4 = data12.length, j1;
                if (i4 > 1) {
                  let indices1 = {};
                  for (; i4--; ) {
                    let item1 = data12[i4];
                    if (typeof item1 == "string") {
                      if (typeof indices1[item1] == "number") {
                        j1 = indices1[item1];
                        let err38 = { instancePath: instancePath + "/nodes/" + i0 + "/kernel_modules", schemaPath: "#/$defs/node/properties/kernel_modules/uniqueItems", keyword: "uniqueItems", params: { i: i4, j: j1 }, message: "must NOT have duplicate items (items ## " + j1 + " and " + i4 + " are identical)" };
                        vErrors === null ? vErrors = [err38] : vErrors.push(err38), errors++;
                        break;
                      }
                      indices1[item1] = i4;
                    }
                  }
                }
              } else {
                let err39 = { instancePath: instancePath + "/nodes/" + i0 + "/kernel_modules", schemaPath: "#/$defs/node/properties/kernel_modules/type", keyword: "type", params: { type: "array" }, message: "must be array" };
                vErrors === null ? vErrors = [err39] : vErrors.push(err39), errors++;
              }
            }
            if (data1.nodeLabels !== void 0) {
              let data14 = data1.nodeLabels;
              if (data14 && typeof data14 == "object" && !Array.isArray(data14)) {
                for (let key2 in data14) {
                  let _errs42 = errors;
                  if (typeof key2 == "string" && !pattern56.test(key2)) {
                    let err40 = { instancePath: instancePath + "/nodes/" + i0 + "/nodeLabels", schemaPath: "#/$defs/node/properties/nodeLabels/propertyNames/pattern", keyword: "pattern", params: { pattern: "^(?:(?=[^/]{1,253}/)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$" }, message: 'must match pattern "^(?:(?=[^/]{1,253}/)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"', propertyName: key2 };
                    vErrors === null ? vErrors = [err40] : vErrors.push(err40), errors++;
                  }
                  var valid14 = _errs42 === errors;
                  if (!valid14) {
                    let err41 = { instancePath: instancePath + "/nodes/" + i0 + "/nodeLabels", schemaPath: "#/$defs/node/properties/nodeLabels/propertyNames", keyword: "propertyNames", params: { propertyName: key2 }, message: "property name must be valid" };
                    vErrors === null ? vErrors = [err41] : vErrors.push(err41), errors++;
                  }
                }
                for (let key3 in data14) {
                  let data15 = data14[key3];
                  if (typeof data15 == "string") {
                    if (!pattern57.test(data15)) {
                      let err42 = { instancePath: instancePath + "/nodes/" + i0 + "/nodeLabels/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"), schemaPath: "#/$defs/node/properties/nodeLabels/additionalProperties/pattern", keyword: "pattern", params: { pattern: "^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$" }, message: 'must match pattern "^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$"' };
                      vErrors === null ? vErrors = [err42] : vErrors.push(err42), errors++;
                    }
                  } else {
                    let err43 = { instancePath: instancePath + "/nodes/" + i0 + "/nodeLabels/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"), schemaPath: "#/$defs/node/properties/nodeLabels/additionalProperties/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                    vErrors === null ? vErrors = [err43] : vErrors.push(err43), errors++;
                  }
                }
              } else {
                let err44 = { instancePath: instancePath + "/nodes/" + i0 + "/nodeLabels", schemaPath: "#/$defs/node/properties/nodeLabels/type", keyword: "type", params: { type: "object" }, message: "must be object" };
                vErrors === null ? vErrors = [err44] : vErrors.push(err44), errors++;
              }
            }
            if (data1.gpu !== void 0) {
              let data16 = data1.gpu;
              if (typeof data16 != "string") {
                let err45 = { instancePath: instancePath + "/nodes/" + i0 + "/gpu", schemaPath: "#/$defs/node/properties/gpu/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                vErrors === null ? vErrors = [err45] : vErrors.push(err45), errors++;
              }
              if (!(data16 === "nvidia" || data16 === "intel")) {
                let err46 = { instancePath: instancePath + "/nodes/" + i0 + "/gpu", schemaPath: "#/$defs/node/properties/gpu/enum", keyword: "enum", params: { allowedValues: schema53.properties.gpu.enum }, message: "must be equal to one of the allowed values" };
                vErrors === null ? vErrors = [err46] : vErrors.push(err46), errors++;
              }
            }
            if (data1.openebs_hostpath_enabled !== void 0 && typeof data1.openebs_hostpath_enabled != "boolean") {
              let err47 = { instancePath: instancePath + "/nodes/" + i0 + "/openebs_hostpath_enabled", schemaPath: "#/$defs/node/properties/openebs_hostpath_enabled/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
              vErrors === null ? vErrors = [err47] : vErrors.push(err47), errors++;
            }
          } else {
            let err48 = { instancePath: instancePath + "/nodes/" + i0, schemaPath: "#/$defs/node/type", keyword: "type", params: { type: "object" }, message: "must be object" };
            vErrors === null ? vErrors = [err48] : vErrors.push(err48), errors++;
          }
        }
      } else {
        let err49 = { instancePath: instancePath + "/nodes", schemaPath: "#/properties/nodes/type", keyword: "type", params: { type: "array" }, message: "must be array" };
        vErrors === null ? vErrors = [err49] : vErrors.push(err49), errors++;
      }
    }
  } else {
    let err50 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "object" }, message: "must be object" };
    vErrors === null ? vErrors = [err50] : vErrors.push(err50), errors++;
  }
  return validate36.errors = vErrors, errors === 0;
}
validate36.evaluated = { props: !0, dynamicProps: !1, dynamicItems: !1 };
export {
  validateCluster,
  validateNodes
};

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
var validateCluster = validate20, schema31 = { $schema: "https://json-schema.org/draft/2020-12/schema", $id: "urn:cluster-template:cluster", title: "cluster.yaml", description: "The network, the repository and the services of one cluster.", type: "object", additionalProperties: !1, required: ["node_cidr", "cluster_api_addr", "cluster_dns_gateway_addr", "cluster_gateway_addr", "cloudflare_gateway_addr", "repository_name", "cloudflare_domain", "cloudflare_token"], properties: { node_cidr: { $ref: "#/$defs/network", title: "Node network", description: "The network that the nodes are in. It must not overlap the Pod and Service networks.", examples: ["192.0.2.0/24"] }, node_dns_servers: { title: "DNS servers", description: "The resolvers that the nodes ask.", type: "array", items: { $ref: "#/$defs/anyAddress" }, minItems: 1, uniqueItems: !0, default: ["1.1.1.1", "1.0.0.1"], examples: [["192.0.2.1"]], "x-form": "a list of IP addresses" }, node_ntp_servers: { title: "NTP servers", description: "The time servers that the nodes ask. The default is Cloudflare's, given by address so that time does not depend on DNS.", type: "array", items: { $ref: "#/$defs/anyAddress" }, minItems: 1, uniqueItems: !0, default: ["162.159.200.1", "162.159.200.123"], examples: [["192.0.2.1"]], "x-form": "a list of IP addresses" }, node_default_gateway: { $ref: "#/$defs/address", title: "Default gateway", description: "The router of the nodes, an address of the node network. Without it the first address of `node_cidr` is taken.", examples: ["192.0.2.1"] }, node_vlan_tag: { title: "VLAN tag", description: "The VLAN that the nodes tag their traffic with. Only for nodes on a trunk port: an access port tags by itself.", type: ["integer", "string"], minimum: 1, maximum: 4094, pattern: "^(?:[1-9][0-9]{0,2}|[1-3][0-9]{3}|40[0-8][0-9]|409[0-4])$", examples: [100], "x-form": "a VLAN tag from 1 to 4094" }, cluster_api_addr: { $ref: "#/$defs/address", title: "Kubernetes API address", description: "The virtual address of the Kubernetes API, which the controllers share: an unused address of the node network.", examples: ["192.0.2.5"] }, cluster_api_tls_sans: { title: "Further names of the Kubernetes API", description: "Names added to the certificate of the Kubernetes API.", type: "array", items: { $ref: "#/$defs/domain" }, minItems: 1, uniqueItems: !0, examples: [["api.example.com"]], "x-form": "a list of domain names" }, cluster_pod_cidr: { $ref: "#/$defs/network", title: "Pod network", description: "The network of the Pods. Each node takes a /24 of it; a /16 is usual.", default: "10.42.0.0/16", examples: ["10.244.0.0/16"] }, cluster_svc_cidr: { $ref: "#/$defs/network", title: "Service network", description: "The network of the Services. CoreDNS gets its tenth address; a /16 is usual.", default: "10.43.0.0/16", examples: ["10.96.0.0/16"] }, cluster_dns_gateway_addr: { $ref: "#/$defs/address", title: "DNS gateway address", description: "The load balancer address of k8s-gateway, which answers DNS questions for your domain at home: an unused address of the node network (with BGP it may be any other).", examples: ["192.0.2.6"] }, cluster_gateway_addr: { $ref: "#/$defs/address", title: "Internal gateway address", description: "The load balancer address of the gateway for what is reached from home only: an unused address of the node network (with BGP it may be any other).", examples: ["192.0.2.7"] }, cloudflare_gateway_addr: { $ref: "#/$defs/address", title: "External gateway address", description: "The load balancer address of the gateway behind the Cloudflare tunnel: an unused address of the node network (with BGP it may be any other).", examples: ["192.0.2.8"] }, repository_name: { title: "GitHub repository", description: "The GitHub repository that Flux reads, as owner and name.", type: "string", pattern: "^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?/(?!\\.{1,2}$)(?!.*\\.git$)[A-Za-z0-9._-]{1,100}$", examples: ["example/cluster"], "x-form": "a GitHub repository written owner/name" }, repository_branch: { title: "Branch", description: "The branch that Flux follows.", type: "string", pattern: "^(?![-/.])(?!.*(?:\\.\\.|//|/\\.|@\\{|\\.lock(?:/|$)|[/.]$))[^\\s~^:?*\\[\\\\]+$", default: "main", examples: ["production"], "x-form": "the name of a Git branch" }, repository_visibility: { title: "Visibility of the repository", description: "Flux reads a public repository over HTTPS without credentials and a private one over SSH with a deploy key.", type: "string", enum: ["public", "private"], default: "public", examples: ["private"], "x-form": "`public` or `private`" }, cloudflare_domain: { title: "Domain", description: "The domain that you have at Cloudflare, or a list of several. The first one is the primary domain.", type: ["string", "array"], pattern: "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$", items: { $ref: "#/$defs/domain" }, minItems: 1, uniqueItems: !0, examples: ["example.com", ["example.com", "example.net"]], "x-form": "a domain name or a list of them" }, cloudflare_token: { $ref: "#/$defs/secret", title: "Cloudflare API token", description: "An API token with the permissions Zone DNS Edit and Account Cloudflare Tunnel Read.", examples: [{ env: "CLOUDFLARE_TOKEN" }, { file: "cloudflare-token.key" }], "x-secret": !0 }, cilium_loadbalancer_mode: { title: "Mode of the load balancer", description: "`dsr` lets a node answer the client directly and keeps the client's address; `snat` is for networks in which that does not work.", type: "string", enum: ["dsr", "snat"], default: "dsr", examples: ["snat"], "x-form": "`dsr` or `snat`" }, cilium_bgp_router_addr: { $ref: "#/$defs/address", title: "BGP router", description: "The address of the router that Cilium announces its load balancer addresses to. BGP is on when all three `cilium_bgp_` fields are set.", examples: ["192.0.2.1"] }, cilium_bgp_router_asn: { $ref: "#/$defs/asn", title: "AS number of the router", description: "The autonomous system number of the BGP router.", examples: [64513] }, cilium_bgp_node_asn: { $ref: "#/$defs/asn", title: "AS number of the nodes", description: "The autonomous system number of the nodes; take another one than the router's.", examples: [64514] }, k8s_gateway_fallback_dns: { title: "Public DNS servers", description: "The resolvers that k8s-gateway asks for names that it does not know. Without it they are the public ones among `node_dns_servers`, and 1.1.1.1 and 1.0.0.1 where none of those is public.", type: "array", items: { $ref: "#/$defs/anyAddress" }, minItems: 1, uniqueItems: !0, examples: [["9.9.9.9"]], "x-form": "a list of IP addresses" }, spegel_enabled: { title: "Spegel", description: "Whether the nodes share container images with each other. Without it Spegel is on where there is more than one node.", type: "boolean", examples: [!1], "x-form": "true or false" } }, $defs: { address: { type: "string", format: "ipv4", "x-form": "an IPv4 address" }, anyAddress: { type: "string", anyOf: [{ format: "ipv4" }, { format: "ipv6" }], examples: ["192.0.2.1"], "x-form": "an IP address" }, network: { type: "string", pattern: "^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])/(?:3[0-2]|[12]?[0-9])$", "x-form": "an IPv4 network in CIDR notation" }, domain: { type: "string", pattern: "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$", examples: ["example.com"], "x-form": "a domain name in lower case" }, asn: { type: ["integer", "string"], minimum: 1, maximum: 4294967295, pattern: "^(?:[1-9][0-9]{0,8}|[1-3][0-9]{9}|4[01][0-9]{8}|42[0-8][0-9]{7}|429[0-3][0-9]{6}|4294[0-8][0-9]{5}|42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|4294967[01][0-9]{2}|42949672[0-8][0-9]|429496729[0-5])$", "x-form": "an AS number from 1 to 4294967295" }, secret: { type: ["string", "object"], minLength: 1, pattern: "^\\S+$", additionalProperties: !1, minProperties: 1, maxProperties: 1, properties: { env: { title: "Environment variable", description: "Name of the environment variable that holds the secret.", type: "string", pattern: "^[A-Za-z_][A-Za-z0-9_]*$", examples: ["CLOUDFLARE_TOKEN"], "x-form": "the name of an environment variable" }, file: { title: "File", description: "Path of the file that holds the secret, relative to the repository. Git should ignore it.", type: "string", pattern: "^[^\\s](?:.*[^\\s])?$", examples: ["cloudflare-token.key"], "x-form": "the path of a file" } }, "x-form": "a text without spaces, {env: NAME} or {file: PATH}" } } };
var schema44 = { type: ["string", "object"], minLength: 1, pattern: "^\\S+$", additionalProperties: !1, minProperties: 1, maxProperties: 1, properties: { env: { title: "Environment variable", description: "Name of the environment variable that holds the secret.", type: "string", pattern: "^[A-Za-z_][A-Za-z0-9_]*$", examples: ["CLOUDFLARE_TOKEN"], "x-form": "the name of an environment variable" }, file: { title: "File", description: "Path of the file that holds the secret, relative to the repository. Git should ignore it.", type: "string", pattern: "^[^\\s](?:.*[^\\s])?$", examples: ["cloudflare-token.key"], "x-form": "the path of a file" } }, "x-form": "a text without spaces, {env: NAME} or {file: PATH}" }, schema46 = { type: ["integer", "string"], minimum: 1, maximum: 4294967295, pattern: "^(?:[1-9][0-9]{0,8}|[1-3][0-9]{9}|4[01][0-9]{8}|42[0-8][0-9]{7}|429[0-3][0-9]{6}|4294[0-8][0-9]{5}|42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|4294967[01][0-9]{2}|42949672[0-8][0-9]|429496729[0-5])$", "x-form": "an AS number from 1 to 4294967295" }, func1 = Object.prototype.hasOwnProperty, func0 = require_equal().default, func6 = require_ucs2length().default, pattern4 = new RegExp("^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])/(?:3[0-2]|[12]?[0-9])$", "u"), pattern5 = new RegExp("^(?:[1-9][0-9]{0,2}|[1-3][0-9]{3}|40[0-8][0-9]|409[0-4])$", "u"), pattern6 = new RegExp("^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$", "u"), pattern9 = new RegExp("^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?/(?!\\.{1,2}$)(?!.*\\.git$)[A-Za-z0-9._-]{1,100}$", "u"), pattern10 = new RegExp("^(?![-/.])(?!.*(?:\\.\\.|//|/\\.|@\\{|\\.lock(?:/|$)|[/.]$))[^\\s~^:?*\\[\\\\]+$", "u"), pattern13 = new RegExp("^\\S+$", "u"), pattern14 = new RegExp("^[A-Za-z_][A-Za-z0-9_]*$", "u"), pattern15 = new RegExp("^[^\\s](?:.*[^\\s])?$", "u"), pattern16 = new RegExp("^(?:[1-9][0-9]{0,8}|[1-3][0-9]{9}|4[01][0-9]{8}|42[0-8][0-9]{7}|429[0-3][0-9]{6}|4294[0-8][0-9]{5}|42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|4294967[01][0-9]{2}|42949672[0-8][0-9]|429496729[0-5])$", "u"), formats0 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])$/, formats2 = /^(?:(?:[0-9A-Fa-f]{1,4}:){6}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|::(?:[0-9A-Fa-f]{1,4}:){5}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,0}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){4}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,1}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){3}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,2}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){2}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,3}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){1}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,4}[0-9A-Fa-f]{1,4})?::(?:[0-9A-Fa-f]{1,4}:){0}(?:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]))|(?:(?:[0-9A-Fa-f]{1,4}:){0,5}[0-9A-Fa-f]{1,4})?::[0-9A-Fa-f]{1,4}|(?:(?:[0-9A-Fa-f]{1,4}:){0,6}[0-9A-Fa-f]{1,4})?::)$/;
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
    if (data.cloudflare_gateway_addr === void 0) {
      let err4 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "cloudflare_gateway_addr" }, message: "must have required property 'cloudflare_gateway_addr'" };
      vErrors === null ? vErrors = [err4] : vErrors.push(err4), errors++;
    }
    if (data.repository_name === void 0) {
      let err5 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "repository_name" }, message: "must have required property 'repository_name'" };
      vErrors === null ? vErrors = [err5] : vErrors.push(err5), errors++;
    }
    if (data.cloudflare_domain === void 0) {
      let err6 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "cloudflare_domain" }, message: "must have required property 'cloudflare_domain'" };
      vErrors === null ? vErrors = [err6] : vErrors.push(err6), errors++;
    }
    if (data.cloudflare_token === void 0) {
      let err7 = { instancePath, schemaPath: "#/required", keyword: "required", params: { missingProperty: "cloudflare_token" }, message: "must have required property 'cloudflare_token'" };
      vErrors === null ? vErrors = [err7] : vErrors.push(err7), errors++;
    }
    for (let key0 in data)
      if (!func1.call(schema31.properties, key0)) {
        let err8 = { instancePath, schemaPath: "#/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key0 }, message: "must NOT have additional properties" };
        vErrors === null ? vErrors = [err8] : vErrors.push(err8), errors++;
      }
    if (data.node_cidr !== void 0) {
      let data0 = data.node_cidr;
      if (typeof data0 == "string") {
        if (!pattern4.test(data0)) {
          let err9 = { instancePath: instancePath + "/node_cidr", schemaPath: "#/$defs/network/pattern", keyword: "pattern", params: { pattern: "^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])/(?:3[0-2]|[12]?[0-9])$" }, message: 'must match pattern "^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])/(?:3[0-2]|[12]?[0-9])$"' };
          vErrors === null ? vErrors = [err9] : vErrors.push(err9), errors++;
        }
      } else {
        let err10 = { instancePath: instancePath + "/node_cidr", schemaPath: "#/$defs/network/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err10] : vErrors.push(err10), errors++;
      }
    }
    if (data.node_dns_servers !== void 0) {
      let data1 = data.node_dns_servers;
      if (Array.isArray(data1)) {
        if (data1.length < 1) {
          let err11 = { instancePath: instancePath + "/node_dns_servers", schemaPath: "#/properties/node_dns_servers/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
          vErrors === null ? vErrors = [err11] : vErrors.push(err11), errors++;
        }
        let len0 = data1.length;
        for (let i0 = 0; i0 < len0; i0++) {
          let data2 = data1[i0];
          if (typeof data2 != "string") {
            let err12 = { instancePath: instancePath + "/node_dns_servers/" + i0, schemaPath: "#/$defs/anyAddress/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err12] : vErrors.push(err12), errors++;
          }
          let _errs10 = errors, valid5 = !1, _errs11 = errors;
          if (typeof data2 == "string" && !formats0.test(data2)) {
            let err13 = { instancePath: instancePath + "/node_dns_servers/" + i0, schemaPath: "#/$defs/anyAddress/anyOf/0/format", keyword: "format", params: { format: "ipv4" }, message: 'must match format "ipv4"' };
            vErrors === null ? vErrors = [err13] : vErrors.push(err13), errors++;
          }
          var _valid0 = _errs11 === errors;
          valid5 = valid5 || _valid0;
          let _errs12 = errors;
          if (typeof data2 == "string" && !formats2.test(data2)) {
            let err14 = { instancePath: instancePath + "/node_dns_servers/" + i0, schemaPath: "#/$defs/anyAddress/anyOf/1/format", keyword: "format", params: { format: "ipv6" }, message: 'must match format "ipv6"' };
            vErrors === null ? vErrors = [err14] : vErrors.push(err14), errors++;
          }
          var _valid0 = _errs12 === errors;
          if (valid5 = valid5 || _valid0, valid5)
            errors = _errs10, vErrors !== null && (_errs10 ? vErrors.length = _errs10 : vErrors = null);
          else {
            let err15 = { instancePath: instancePath + "/node_dns_servers/" + i0, schemaPath: "#/$defs/anyAddress/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
            vErrors === null ? vErrors = [err15] : vErrors.push(err15), errors++;
          }
        }
        let i1 = data1.length, j0;
        if (i1 > 1) {
          outer0:
            for (; i1--; )
              for (j0 = i1; j0--; )
                if (func0(data1[i1], data1[j0])) {
                  let err16 = { instancePath: instancePath + "/node_dns_servers", schemaPath: "#/properties/node_dns_servers/uniqueItems", keyword: "uniqueItems", params: { i: i1, j: j0 }, message: "must NOT have duplicate items (items ## " + j0 + " and " + i1 + " are identical)" };
                  vErrors === null ? vErrors = [err16] : vErrors.push(err16), errors++;
                  break outer0;
                }
        }
      } else {
        let err17 = { instancePath: instancePath + "/node_dns_servers", schemaPath: "#/properties/node_dns_servers/type", keyword: "type", params: { type: "array" }, message: "must be array" };
        vErrors === null ? vErrors = [err17] : vErrors.push(err17), errors++;
      }
    }
    if (data.node_ntp_servers !== void 0) {
      let data3 = data.node_ntp_servers;
      if (Array.isArray(data3)) {
        if (data3.length < 1) {
          let err18 = { instancePath: instancePath + "/node_ntp_servers", schemaPath: "#/properties/node_ntp_servers/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
          vErrors === null ? vErrors = [err18] : vErrors.push(err18), errors++;
        }
        let len1 = data3.length;
        for (let i2 = 0; i2 < len1; i2++) {
          let data4 = data3[i2];
          if (typeof data4 != "string") {
            let err19 = { instancePath: instancePath + "/node_ntp_servers/" + i2, schemaPath: "#/$defs/anyAddress/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err19] : vErrors.push(err19), errors++;
          }
          let _errs18 = errors, valid10 = !1, _errs19 = errors;
          if (typeof data4 == "string" && !formats0.test(data4)) {
            let err20 = { instancePath: instancePath + "/node_ntp_servers/" + i2, schemaPath: "#/$defs/anyAddress/anyOf/0/format", keyword: "format", params: { format: "ipv4" }, message: 'must match format "ipv4"' };
            vErrors === null ? vErrors = [err20] : vErrors.push(err20), errors++;
          }
          var _valid1 = _errs19 === errors;
          valid10 = valid10 || _valid1;
          let _errs20 = errors;
          if (typeof data4 == "string" && !formats2.test(data4)) {
            let err21 = { instancePath: instancePath + "/node_ntp_servers/" + i2, schemaPath: "#/$defs/anyAddress/anyOf/1/format", keyword: "format", params: { format: "ipv6" }, message: 'must match format "ipv6"' };
            vErrors === null ? vErrors = [err21] : vErrors.push(err21), errors++;
          }
          var _valid1 = _errs20 === errors;
          if (valid10 = valid10 || _valid1, valid10)
            errors = _errs18, vErrors !== null && (_errs18 ? vErrors.length = _errs18 : vErrors = null);
          else {
            let err22 = { instancePath: instancePath + "/node_ntp_servers/" + i2, schemaPath: "#/$defs/anyAddress/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
            vErrors === null ? vErrors = [err22] : vErrors.push(err22), errors++;
          }
        }
        let i3 = data3.length, j1;
        if (i3 > 1) {
          outer1:
            for (; i3--; )
              for (j1 = i3; j1--; )
                if (func0(data3[i3], data3[j1])) {
                  let err23 = { instancePath: instancePath + "/node_ntp_servers", schemaPath: "#/properties/node_ntp_servers/uniqueItems", keyword: "uniqueItems", params: { i: i3, j: j1 }, message: "must NOT have duplicate items (items ## " + j1 + " and " + i3 + " are identical)" };
                  vErrors === null ? vErrors = [err23] : vErrors.push(err23), errors++;
                  break outer1;
                }
        }
      } else {
        let err24 = { instancePath: instancePath + "/node_ntp_servers", schemaPath: "#/properties/node_ntp_servers/type", keyword: "type", params: { type: "array" }, message: "must be array" };
        vErrors === null ? vErrors = [err24] : vErrors.push(err24), errors++;
      }
    }
    if (data.node_default_gateway !== void 0) {
      let data5 = data.node_default_gateway;
      if (typeof data5 == "string") {
        if (!formats0.test(data5)) {
          let err25 = { instancePath: instancePath + "/node_default_gateway", schemaPath: "#/$defs/address/format", keyword: "format", params: { format: "ipv4" }, message: 'must match format "ipv4"' };
          vErrors === null ? vErrors = [err25] : vErrors.push(err25), errors++;
        }
      } else {
        let err26 = { instancePath: instancePath + "/node_default_gateway", schemaPath: "#/$defs/address/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err26] : vErrors.push(err26), errors++;
      }
    }
    if (data.node_vlan_tag !== void 0) {
      let data6 = data.node_vlan_tag;
      if (!(typeof data6 == "number" && !(data6 % 1) && !isNaN(data6) && isFinite(data6)) && typeof data6 != "string") {
        let err27 = { instancePath: instancePath + "/node_vlan_tag", schemaPath: "#/properties/node_vlan_tag/type", keyword: "type", params: { type: schema31.properties.node_vlan_tag.type }, message: "must be integer,string" };
        vErrors === null ? vErrors = [err27] : vErrors.push(err27), errors++;
      }
      if (typeof data6 == "number" && isFinite(data6)) {
        if (data6 > 4094 || isNaN(data6)) {
          let err28 = { instancePath: instancePath + "/node_vlan_tag", schemaPath: "#/properties/node_vlan_tag/maximum", keyword: "maximum", params: { comparison: "<=", limit: 4094 }, message: "must be <= 4094" };
          vErrors === null ? vErrors = [err28] : vErrors.push(err28), errors++;
        }
        if (data6 < 1 || isNaN(data6)) {
          let err29 = { instancePath: instancePath + "/node_vlan_tag", schemaPath: "#/properties/node_vlan_tag/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1 }, message: "must be >= 1" };
          vErrors === null ? vErrors = [err29] : vErrors.push(err29), errors++;
        }
      }
      if (typeof data6 == "string" && !pattern5.test(data6)) {
        let err30 = { instancePath: instancePath + "/node_vlan_tag", schemaPath: "#/properties/node_vlan_tag/pattern", keyword: "pattern", params: { pattern: "^(?:[1-9][0-9]{0,2}|[1-3][0-9]{3}|40[0-8][0-9]|409[0-4])$" }, message: 'must match pattern "^(?:[1-9][0-9]{0,2}|[1-3][0-9]{3}|40[0-8][0-9]|409[0-4])$"' };
        vErrors === null ? vErrors = [err30] : vErrors.push(err30), errors++;
      }
    }
    if (data.cluster_api_addr !== void 0) {
      let data7 = data.cluster_api_addr;
      if (typeof data7 == "string") {
        if (!formats0.test(data7)) {
          let err31 = { instancePath: instancePath + "/cluster_api_addr", schemaPath: "#/$defs/address/format", keyword: "format", params: { format: "ipv4" }, message: 'must match format "ipv4"' };
          vErrors === null ? vErrors = [err31] : vErrors.push(err31), errors++;
        }
      } else {
        let err32 = { instancePath: instancePath + "/cluster_api_addr", schemaPath: "#/$defs/address/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err32] : vErrors.push(err32), errors++;
      }
    }
    if (data.cluster_api_tls_sans !== void 0) {
      let data8 = data.cluster_api_tls_sans;
      if (Array.isArray(data8)) {
        if (data8.length < 1) {
          let err33 = { instancePath: instancePath + "/cluster_api_tls_sans", schemaPath: "#/properties/cluster_api_tls_sans/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
          vErrors === null ? vErrors = [err33] : vErrors.push(err33), errors++;
        }
        let len2 = data8.length;
        for (let i4 = 0; i4 < len2; i4++) {
          let data9 = data8[i4];
          if (typeof data9 == "string") {
            if (!pattern6.test(data9)) {
              let err34 = { instancePath: instancePath + "/cluster_api_tls_sans/" + i4, schemaPath: "#/$defs/domain/pattern", keyword: "pattern", params: { pattern: "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$" }, message: 'must match pattern "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$"' };
              vErrors === null ? vErrors = [err34] : vErrors.push(err34), errors++;
            }
          } else {
            let err35 = { instancePath: instancePath + "/cluster_api_tls_sans/" + i4, schemaPath: "#/$defs/domain/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err35] : vErrors.push(err35), errors++;
          }
        }
        let i5 = data8.length, j2;
        if (i5 > 1) {
          outer2:
            for (; i5--; )
              for (j2 = i5; j2--; )
                if (func0(data8[i5], data8[j2])) {
                  let err36 = { instancePath: instancePath + "/cluster_api_tls_sans", schemaPath: "#/properties/cluster_api_tls_sans/uniqueItems", keyword: "uniqueItems", params: { i: i5, j: j2 }, message: "must NOT have duplicate items (items ## " + j2 + " and " + i5 + " are identical)" };
                  vErrors === null ? vErrors = [err36] : vErrors.push(err36), errors++;
                  break outer2;
                }
        }
      } else {
        let err37 = { instancePath: instancePath + "/cluster_api_tls_sans", schemaPath: "#/properties/cluster_api_tls_sans/type", keyword: "type", params: { type: "array" }, message: "must be array" };
        vErrors === null ? vErrors = [err37] : vErrors.push(err37), errors++;
      }
    }
    if (data.cluster_pod_cidr !== void 0) {
      let data10 = data.cluster_pod_cidr;
      if (typeof data10 == "string") {
        if (!pattern4.test(data10)) {
          let err38 = { instancePath: instancePath + "/cluster_pod_cidr", schemaPath: "#/$defs/network/pattern", keyword: "pattern", params: { pattern: "^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])/(?:3[0-2]|[12]?[0-9])$" }, message: 'must match pattern "^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])/(?:3[0-2]|[12]?[0-9])$"' };
          vErrors === null ? vErrors = [err38] : vErrors.push(err38), errors++;
        }
      } else {
        let err39 = { instancePath: instancePath + "/cluster_pod_cidr", schemaPath: "#/$defs/network/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err39] : vErrors.push(err39), errors++;
      }
    }
    if (data.cluster_svc_cidr !== void 0) {
      let data11 = data.cluster_svc_cidr;
      if (typeof data11 == "string") {
        if (!pattern4.test(data11)) {
          let err40 = { instancePath: instancePath + "/cluster_svc_cidr", schemaPath: "#/$defs/network/pattern", keyword: "pattern", params: { pattern: "^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])/(?:3[0-2]|[12]?[0-9])$" }, message: 'must match pattern "^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])/(?:3[0-2]|[12]?[0-9])$"' };
          vErrors === null ? vErrors = [err40] : vErrors.push(err40), errors++;
        }
      } else {
        let err41 = { instancePath: instancePath + "/cluster_svc_cidr", schemaPath: "#/$defs/network/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err41] : vErrors.push(err41), errors++;
      }
    }
    if (data.cluster_dns_gateway_addr !== void 0) {
      let data12 = data.cluster_dns_gateway_addr;
      if (typeof data12 == "string") {
        if (!formats0.test(data12)) {
          let err42 = { instancePath: instancePath + "/cluster_dns_gateway_addr", schemaPath: "#/$defs/address/format", keyword: "format", params: { format: "ipv4" }, message: 'must match format "ipv4"' };
          vErrors === null ? vErrors = [err42] : vErrors.push(err42), errors++;
        }
      } else {
        let err43 = { instancePath: instancePath + "/cluster_dns_gateway_addr", schemaPath: "#/$defs/address/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err43] : vErrors.push(err43), errors++;
      }
    }
    if (data.cluster_gateway_addr !== void 0) {
      let data13 = data.cluster_gateway_addr;
      if (typeof data13 == "string") {
        if (!formats0.test(data13)) {
          let err44 = { instancePath: instancePath + "/cluster_gateway_addr", schemaPath: "#/$defs/address/format", keyword: "format", params: { format: "ipv4" }, message: 'must match format "ipv4"' };
          vErrors === null ? vErrors = [err44] : vErrors.push(err44), errors++;
        }
      } else {
        let err45 = { instancePath: instancePath + "/cluster_gateway_addr", schemaPath: "#/$defs/address/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err45] : vErrors.push(err45), errors++;
      }
    }
    if (data.cloudflare_gateway_addr !== void 0) {
      let data14 = data.cloudflare_gateway_addr;
      if (typeof data14 == "string") {
        if (!formats0.test(data14)) {
          let err46 = { instancePath: instancePath + "/cloudflare_gateway_addr", schemaPath: "#/$defs/address/format", keyword: "format", params: { format: "ipv4" }, message: 'must match format "ipv4"' };
          vErrors === null ? vErrors = [err46] : vErrors.push(err46), errors++;
        }
      } else {
        let err47 = { instancePath: instancePath + "/cloudflare_gateway_addr", schemaPath: "#/$defs/address/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err47] : vErrors.push(err47), errors++;
      }
    }
    if (data.repository_name !== void 0) {
      let data15 = data.repository_name;
      if (typeof data15 == "string") {
        if (!pattern9.test(data15)) {
          let err48 = { instancePath: instancePath + "/repository_name", schemaPath: "#/properties/repository_name/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?/(?!\\.{1,2}$)(?!.*\\.git$)[A-Za-z0-9._-]{1,100}$" }, message: 'must match pattern "^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?/(?!\\.{1,2}$)(?!.*\\.git$)[A-Za-z0-9._-]{1,100}$"' };
          vErrors === null ? vErrors = [err48] : vErrors.push(err48), errors++;
        }
      } else {
        let err49 = { instancePath: instancePath + "/repository_name", schemaPath: "#/properties/repository_name/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err49] : vErrors.push(err49), errors++;
      }
    }
    if (data.repository_branch !== void 0) {
      let data16 = data.repository_branch;
      if (typeof data16 == "string") {
        if (!pattern10.test(data16)) {
          let err50 = { instancePath: instancePath + "/repository_branch", schemaPath: "#/properties/repository_branch/pattern", keyword: "pattern", params: { pattern: "^(?![-/.])(?!.*(?:\\.\\.|//|/\\.|@\\{|\\.lock(?:/|$)|[/.]$))[^\\s~^:?*\\[\\\\]+$" }, message: 'must match pattern "^(?![-/.])(?!.*(?:\\.\\.|//|/\\.|@\\{|\\.lock(?:/|$)|[/.]$))[^\\s~^:?*\\[\\\\]+$"' };
          vErrors === null ? vErrors = [err50] : vErrors.push(err50), errors++;
        }
      } else {
        let err51 = { instancePath: instancePath + "/repository_branch", schemaPath: "#/properties/repository_branch/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err51] : vErrors.push(err51), errors++;
      }
    }
    if (data.repository_visibility !== void 0) {
      let data17 = data.repository_visibility;
      if (typeof data17 != "string") {
        let err52 = { instancePath: instancePath + "/repository_visibility", schemaPath: "#/properties/repository_visibility/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err52] : vErrors.push(err52), errors++;
      }
      if (!(data17 === "public" || data17 === "private")) {
        let err53 = { instancePath: instancePath + "/repository_visibility", schemaPath: "#/properties/repository_visibility/enum", keyword: "enum", params: { allowedValues: schema31.properties.repository_visibility.enum }, message: "must be equal to one of the allowed values" };
        vErrors === null ? vErrors = [err53] : vErrors.push(err53), errors++;
      }
    }
    if (data.cloudflare_domain !== void 0) {
      let data18 = data.cloudflare_domain;
      if (typeof data18 != "string" && !Array.isArray(data18)) {
        let err54 = { instancePath: instancePath + "/cloudflare_domain", schemaPath: "#/properties/cloudflare_domain/type", keyword: "type", params: { type: schema31.properties.cloudflare_domain.type }, message: "must be string,array" };
        vErrors === null ? vErrors = [err54] : vErrors.push(err54), errors++;
      }
      if (typeof data18 == "string" && !pattern6.test(data18)) {
        let err55 = { instancePath: instancePath + "/cloudflare_domain", schemaPath: "#/properties/cloudflare_domain/pattern", keyword: "pattern", params: { pattern: "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$" }, message: 'must match pattern "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$"' };
        vErrors === null ? vErrors = [err55] : vErrors.push(err55), errors++;
      }
      if (Array.isArray(data18)) {
        if (data18.length < 1) {
          let err56 = { instancePath: instancePath + "/cloudflare_domain", schemaPath: "#/properties/cloudflare_domain/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
          vErrors === null ? vErrors = [err56] : vErrors.push(err56), errors++;
        }
        let len3 = data18.length;
        for (let i6 = 0; i6 < len3; i6++) {
          let data19 = data18[i6];
          if (typeof data19 == "string") {
            if (!pattern6.test(data19)) {
              let err57 = { instancePath: instancePath + "/cloudflare_domain/" + i6, schemaPath: "#/$defs/domain/pattern", keyword: "pattern", params: { pattern: "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$" }, message: 'must match pattern "^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$"' };
              vErrors === null ? vErrors = [err57] : vErrors.push(err57), errors++;
            }
          } else {
            let err58 = { instancePath: instancePath + "/cloudflare_domain/" + i6, schemaPath: "#/$defs/domain/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err58] : vErrors.push(err58), errors++;
          }
        }
        let i7 = data18.length, j3;
        if (i7 > 1) {
          outer3:
            for (; i7--; )
              for (j3 = i7; j3--; )
                if (func0(data18[i7], data18[j3])) {
                  let err59 = { instancePath: instancePath + "/cloudflare_domain", schemaPath: "#/properties/cloudflare_domain/uniqueItems", keyword: "uniqueItems", params: { i: i7, j: j3 }, message: "must NOT have duplicate items (items ## " + j3 + " and " + i7 + " are identical)" };
                  vErrors === null ? vErrors = [err59] : vErrors.push(err59), errors++;
                  break outer3;
                }
        }
      }
    }
    if (data.cloudflare_token !== void 0) {
      let data20 = data.cloudflare_token;
      if (typeof data20 != "string" && !(data20 && typeof data20 == "object" && !Array.isArray(data20))) {
        let err60 = { instancePath: instancePath + "/cloudflare_token", schemaPath: "#/$defs/secret/type", keyword: "type", params: { type: schema44.type }, message: "must be string,object" };
        vErrors === null ? vErrors = [err60] : vErrors.push(err60), errors++;
      }
      if (typeof data20 == "string") {
        if (func6(data20) < 1) {
          let err61 = { instancePath: instancePath + "/cloudflare_token", schemaPath: "#/$defs/secret/minLength", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
          vErrors === null ? vErrors = [err61] : vErrors.push(err61), errors++;
        }
        if (!pattern13.test(data20)) {
          let err62 = { instancePath: instancePath + "/cloudflare_token", schemaPath: "#/$defs/secret/pattern", keyword: "pattern", params: { pattern: "^\\S+$" }, message: 'must match pattern "^\\S+$"' };
          vErrors === null ? vErrors = [err62] : vErrors.push(err62), errors++;
        }
      }
      if (data20 && typeof data20 == "object" && !Array.isArray(data20)) {
        if (Object.keys(data20).length > 1) {
          let err63 = { instancePath: instancePath + "/cloudflare_token", schemaPath: "#/$defs/secret/maxProperties", keyword: "maxProperties", params: { limit: 1 }, message: "must NOT have more than 1 properties" };
          vErrors === null ? vErrors = [err63] : vErrors.push(err63), errors++;
        }
        if (Object.keys(data20).length < 1) {
          let err64 = { instancePath: instancePath + "/cloudflare_token", schemaPath: "#/$defs/secret/minProperties", keyword: "minProperties", params: { limit: 1 }, message: "must NOT have fewer than 1 properties" };
          vErrors === null ? vErrors = [err64] : vErrors.push(err64), errors++;
        }
        for (let key1 in data20)
          if (!(key1 === "env" || key1 === "file")) {
            let err65 = { instancePath: instancePath + "/cloudflare_token", schemaPath: "#/$defs/secret/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key1 }, message: "must NOT have additional properties" };
            vErrors === null ? vErrors = [err65] : vErrors.push(err65), errors++;
          }
        if (data20.env !== void 0) {
          let data21 = data20.env;
          if (typeof data21 == "string") {
            if (!pattern14.test(data21)) {
              let err66 = { instancePath: instancePath + "/cloudflare_token/env", schemaPath: "#/$defs/secret/properties/env/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z_][A-Za-z0-9_]*$" }, message: 'must match pattern "^[A-Za-z_][A-Za-z0-9_]*$"' };
              vErrors === null ? vErrors = [err66] : vErrors.push(err66), errors++;
            }
          } else {
            let err67 = { instancePath: instancePath + "/cloudflare_token/env", schemaPath: "#/$defs/secret/properties/env/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err67] : vErrors.push(err67), errors++;
          }
        }
        if (data20.file !== void 0) {
          let data22 = data20.file;
          if (typeof data22 == "string") {
            if (!pattern15.test(data22)) {
              let err68 = { instancePath: instancePath + "/cloudflare_token/file", schemaPath: "#/$defs/secret/properties/file/pattern", keyword: "pattern", params: { pattern: "^[^\\s](?:.*[^\\s])?$" }, message: 'must match pattern "^[^\\s](?:.*[^\\s])?$"' };
              vErrors === null ? vErrors = [err68] : vErrors.push(err68), errors++;
            }
          } else {
            let err69 = { instancePath: instancePath + "/cloudflare_token/file", schemaPath: "#/$defs/secret/properties/file/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err69] : vErrors.push(err69), errors++;
          }
        }
      }
    }
    if (data.cilium_loadbalancer_mode !== void 0) {
      let data23 = data.cilium_loadbalancer_mode;
      if (typeof data23 != "string") {
        let err70 = { instancePath: instancePath + "/cilium_loadbalancer_mode", schemaPath: "#/properties/cilium_loadbalancer_mode/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err70] : vErrors.push(err70), errors++;
      }
      if (!(data23 === "dsr" || data23 === "snat")) {
        let err71 = { instancePath: instancePath + "/cilium_loadbalancer_mode", schemaPath: "#/properties/cilium_loadbalancer_mode/enum", keyword: "enum", params: { allowedValues: schema31.properties.cilium_loadbalancer_mode.enum }, message: "must be equal to one of the allowed values" };
        vErrors === null ? vErrors = [err71] : vErrors.push(err71), errors++;
      }
    }
    if (data.cilium_bgp_router_addr !== void 0) {
      let data24 = data.cilium_bgp_router_addr;
      if (typeof data24 == "string") {
        if (!formats0.test(data24)) {
          let err72 = { instancePath: instancePath + "/cilium_bgp_router_addr", schemaPath: "#/$defs/address/format", keyword: "format", params: { format: "ipv4" }, message: 'must match format "ipv4"' };
          vErrors === null ? vErrors = [err72] : vErrors.push(err72), errors++;
        }
      } else {
        let err73 = { instancePath: instancePath + "/cilium_bgp_router_addr", schemaPath: "#/$defs/address/type", keyword: "type", params: { type: "string" }, message: "must be string" };
        vErrors === null ? vErrors = [err73] : vErrors.push(err73), errors++;
      }
    }
    if (data.cilium_bgp_router_asn !== void 0) {
      let data25 = data.cilium_bgp_router_asn;
      if (!(typeof data25 == "number" && !(data25 % 1) && !isNaN(data25) && isFinite(data25)) && typeof data25 != "string") {
        let err74 = { instancePath: instancePath + "/cilium_bgp_router_asn", schemaPath: "#/$defs/asn/type", keyword: "type", params: { type: schema46.type }, message: "must be integer,string" };
        vErrors === null ? vErrors = [err74] : vErrors.push(err74), errors++;
      }
      if (typeof data25 == "number" && isFinite(data25)) {
        if (data25 > 4294967295 || isNaN(data25)) {
          let err75 = { instancePath: instancePath + "/cilium_bgp_router_asn", schemaPath: "#/$defs/asn/maximum", keyword: "maximum", params: { comparison: "<=", limit: 4294967295 }, message: "must be <= 4294967295" };
          vErrors === null ? vErrors = [err75] : vErrors.push(err75), errors++;
        }
        if (data25 < 1 || isNaN(data25)) {
          let err76 = { instancePath: instancePath + "/cilium_bgp_router_asn", schemaPath: "#/$defs/asn/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1 }, message: "must be >= 1" };
          vErrors === null ? vErrors = [err76] : vErrors.push(err76), errors++;
        }
      }
      if (typeof data25 == "string" && !pattern16.test(data25)) {
        let err77 = { instancePath: instancePath + "/cilium_bgp_router_asn", schemaPath: "#/$defs/asn/pattern", keyword: "pattern", params: { pattern: "^(?:[1-9][0-9]{0,8}|[1-3][0-9]{9}|4[01][0-9]{8}|42[0-8][0-9]{7}|429[0-3][0-9]{6}|4294[0-8][0-9]{5}|42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|4294967[01][0-9]{2}|42949672[0-8][0-9]|429496729[0-5])$" }, message: 'must match pattern "^(?:[1-9][0-9]{0,8}|[1-3][0-9]{9}|4[01][0-9]{8}|42[0-8][0-9]{7}|429[0-3][0-9]{6}|4294[0-8][0-9]{5}|42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|4294967[01][0-9]{2}|42949672[0-8][0-9]|429496729[0-5])$"' };
        vErrors === null ? vErrors = [err77] : vErrors.push(err77), errors++;
      }
    }
    if (data.cilium_bgp_node_asn !== void 0) {
      let data26 = data.cilium_bgp_node_asn;
      if (!(typeof data26 == "number" && !(data26 % 1) && !isNaN(data26) && isFinite(data26)) && typeof data26 != "string") {
        let err78 = { instancePath: instancePath + "/cilium_bgp_node_asn", schemaPath: "#/$defs/asn/type", keyword: "type", params: { type: schema46.type }, message: "must be integer,string" };
        vErrors === null ? vErrors = [err78] : vErrors.push(err78), errors++;
      }
      if (typeof data26 == "number" && isFinite(data26)) {
        if (data26 > 4294967295 || isNaN(data26)) {
          let err79 = { instancePath: instancePath + "/cilium_bgp_node_asn", schemaPath: "#/$defs/asn/maximum", keyword: "maximum", params: { comparison: "<=", limit: 4294967295 }, message: "must be <= 4294967295" };
          vErrors === null ? vErrors = [err79] : vErrors.push(err79), errors++;
        }
        if (data26 < 1 || isNaN(data26)) {
          let err80 = { instancePath: instancePath + "/cilium_bgp_node_asn", schemaPath: "#/$defs/asn/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1 }, message: "must be >= 1" };
          vErrors === null ? vErrors = [err80] : vErrors.push(err80), errors++;
        }
      }
      if (typeof data26 == "string" && !pattern16.test(data26)) {
        let err81 = { instancePath: instancePath + "/cilium_bgp_node_asn", schemaPath: "#/$defs/asn/pattern", keyword: "pattern", params: { pattern: "^(?:[1-9][0-9]{0,8}|[1-3][0-9]{9}|4[01][0-9]{8}|42[0-8][0-9]{7}|429[0-3][0-9]{6}|4294[0-8][0-9]{5}|42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|4294967[01][0-9]{2}|42949672[0-8][0-9]|429496729[0-5])$" }, message: 'must match pattern "^(?:[1-9][0-9]{0,8}|[1-3][0-9]{9}|4[01][0-9]{8}|42[0-8][0-9]{7}|429[0-3][0-9]{6}|4294[0-8][0-9]{5}|42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|4294967[01][0-9]{2}|42949672[0-8][0-9]|429496729[0-5])$"' };
        vErrors === null ? vErrors = [err81] : vErrors.push(err81), errors++;
      }
    }
    if (data.k8s_gateway_fallback_dns !== void 0) {
      let data27 = data.k8s_gateway_fallback_dns;
      if (Array.isArray(data27)) {
        if (data27.length < 1) {
          let err82 = { instancePath: instancePath + "/k8s_gateway_fallback_dns", schemaPath: "#/properties/k8s_gateway_fallback_dns/minItems", keyword: "minItems", params: { limit: 1 }, message: "must NOT have fewer than 1 items" };
          vErrors === null ? vErrors = [err82] : vErrors.push(err82), errors++;
        }
        let len4 = data27.length;
        for (let i8 = 0; i8 < len4; i8++) {
          let data28 = data27[i8];
          if (typeof data28 != "string") {
            let err83 = { instancePath: instancePath + "/k8s_gateway_fallback_dns/" + i8, schemaPath: "#/$defs/anyAddress/type", keyword: "type", params: { type: "string" }, message: "must be string" };
            vErrors === null ? vErrors = [err83] : vErrors.push(err83), errors++;
          }
          let _errs84 = errors, valid35 = !1, _errs85 = errors;
          if (typeof data28 == "string" && !formats0.test(data28)) {
            let err84 = { instancePath: instancePath + "/k8s_gateway_fallback_dns/" + i8, schemaPath: "#/$defs/anyAddress/anyOf/0/format", keyword: "format", params: { format: "ipv4" }, message: 'must match format "ipv4"' };
            vErrors === null ? vErrors = [err84] : vErrors.push(err84), errors++;
          }
          var _valid2 = _errs85 === errors;
          valid35 = valid35 || _valid2;
          let _errs86 = errors;
          if (typeof data28 == "string" && !formats2.test(data28)) {
            let err85 = { instancePath: instancePath + "/k8s_gateway_fallback_dns/" + i8, schemaPath: "#/$defs/anyAddress/anyOf/1/format", keyword: "format", params: { format: "ipv6" }, message: 'must match format "ipv6"' };
            vErrors === null ? vErrors = [err85] : vErrors.push(err85), errors++;
          }
          var _valid2 = _errs86 === errors;
          if (valid35 = valid35 || _valid2, valid35)
            errors = _errs84, vErrors !== null && (_errs84 ? vErrors.length = _errs84 : vErrors = null);
          else {
            let err86 = { instancePath: instancePath + "/k8s_gateway_fallback_dns/" + i8, schemaPath: "#/$defs/anyAddress/anyOf", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
            vErrors === null ? vErrors = [err86] : vErrors.push(err86), errors++;
          }
        }
        let i9 = data27.length, j4;
        if (i9 > 1) {
          outer4:
            for (; i9--; )
              for (j4 = i9; j4--; )
                if (func0(data27[i9], data27[j4])) {
                  let err87 = { instancePath: instancePath + "/k8s_gateway_fallback_dns", schemaPath: "#/properties/k8s_gateway_fallback_dns/uniqueItems", keyword: "uniqueItems", params: { i: i9, j: j4 }, message: "must NOT have duplicate items (items ## " + j4 + " and " + i9 + " are identical)" };
                  vErrors === null ? vErrors = [err87] : vErrors.push(err87), errors++;
                  break outer4;
                }
        }
      } else {
        let err88 = { instancePath: instancePath + "/k8s_gateway_fallback_dns", schemaPath: "#/properties/k8s_gateway_fallback_dns/type", keyword: "type", params: { type: "array" }, message: "must be array" };
        vErrors === null ? vErrors = [err88] : vErrors.push(err88), errors++;
      }
    }
    if (data.spegel_enabled !== void 0 && typeof data.spegel_enabled != "boolean") {
      let err89 = { instancePath: instancePath + "/spegel_enabled", schemaPath: "#/properties/spegel_enabled/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
      vErrors === null ? vErrors = [err89] : vErrors.push(err89), errors++;
    }
  } else {
    let err90 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "object" }, message: "must be object" };
    vErrors === null ? vErrors = [err90] : vErrors.push(err90), errors++;
  }
  return validate20.errors = vErrors, errors === 0;
}
validate20.evaluated = { props: !0, dynamicProps: !1, dynamicItems: !1 };
var validateNodes = validate21;
var schema50 = { type: "object", additionalProperties: !1, required: ["name", "address", "controller", "disk", "mac_addr", "schematic_id"], "x-form": "a node with its fields", properties: { name: { title: "Name", description: "The host name. `global`, `controller` and `worker` are reserved: they name the folders of patches for several nodes.", type: "string", pattern: "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$", not: { enum: ["global", "controller", "worker"] }, examples: ["k8s-0"], "x-form": "a host name of lower-case letters, digits and inner hyphens (at most 63, not `global`, `controller` or `worker`)" }, address: { title: "Address", description: "The static address of the node, in `node_cidr`.", type: "string", format: "ipv4", examples: ["192.0.2.10"], "x-form": "an IPv4 address" }, controller: { title: "Controller", description: "true for a node of the control plane, false for a worker.", type: "boolean", examples: [!0], "x-form": "true or false" }, disk: { title: "Disk", description: "The disk that Talos is installed on: a device path or, without a leading slash, a serial number.", type: "string", pattern: "^(?:/dev/\\S+|[^\\s/](?:.*\\S)?)$", examples: ["/dev/sda", "S4EVNF0M123456"], "x-form": "a device path below /dev/ or a serial number" }, mac_addr: { title: "MAC address", description: "The hardware address of the network interface, in lower case and with colons. Quote it: one of digits alone is a number for some readers.", type: "string", pattern: "^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$", examples: ["00:00:5e:00:53:01"], "x-form": "a MAC address of six pairs of lower-case hexadecimal digits with colons" }, schematic_id: { title: "Schematic", description: "The schematic of the Talos image, from https://factory.talos.dev.", type: "string", pattern: "^[0-9a-f]{64}$", examples: ["376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba"], "x-form": "a schematic of 64 lower-case hexadecimal digits" }, mtu: { title: "MTU", description: "The largest packet of the network interface, in bytes.", type: "integer", minimum: 1450, maximum: 9e3, default: 1500, examples: [9e3], "x-form": "a whole number from 1450 to 9000" }, secureboot: { title: "Secure Boot", description: "Whether the node boots the signed image.", type: "boolean", default: !1, examples: [!0], "x-form": "true or false" }, encrypt_disk: { title: "Disk encryption", description: "Whether the disk is encrypted with a key in the TPM. It takes a TPM 2.0 and goes with Secure Boot.", type: "boolean", default: !1, examples: [!0], "x-form": "true or false" }, kernel_modules: { title: "Kernel modules", description: "Kernel modules to load; the schematic must contain them.", type: "array", items: { type: "string", pattern: "^[A-Za-z0-9_-]+$", examples: ["nvidia"], "x-form": "the name of a kernel module" }, uniqueItems: !0, default: [], examples: [["nvidia", "nvidia_uvm"]], "x-form": "a list of kernel modules" }, nodeLabels: { title: "Labels", description: "Labels of the Kubernetes node. Below kubernetes.io and k8s.io a node may set a few of its own only, such as those of its region and zone.", type: "object", propertyNames: { pattern: "^(?:(?=[^/]{1,253}/)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$", "x-form": "a label key: a name of at most 63 letters, digits and inner `-`, `_` or `.`, with a domain and a slash before it or without" }, additionalProperties: { type: "string", pattern: "^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$", examples: ["zone-a"], "x-form": "a label value: a text of at most 63 letters, digits and inner `-`, `_` or `.`", "x-may-be-empty": !0 }, examples: [{ "topology.kubernetes.io/region": "home", "topology.kubernetes.io/zone": "rack-1" }], "x-form": "a map of label keys and text values" } } }, pattern18 = new RegExp("^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$", "u"), pattern19 = new RegExp("^(?:/dev/\\S+|[^\\s/](?:.*\\S)?)$", "u"), pattern20 = new RegExp("^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$", "u"), pattern21 = new RegExp("^[0-9a-f]{64}$", "u"), pattern22 = new RegExp("^[A-Za-z0-9_-]+$", "u"), pattern23 = new RegExp("^(?:(?=[^/]{1,253}/)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$", "u"), pattern24 = new RegExp("^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$", "u");
function validate21(data, { instancePath = "", parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}) {
  let vErrors = null, errors = 0, evaluated0 = validate21.evaluated;
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
            if (data1.schematic_id === void 0) {
              let err8 = { instancePath: instancePath + "/nodes/" + i0, schemaPath: "#/$defs/node/required", keyword: "required", params: { missingProperty: "schematic_id" }, message: "must have required property 'schematic_id'" };
              vErrors === null ? vErrors = [err8] : vErrors.push(err8), errors++;
            }
            for (let key1 in data1)
              if (!func1.call(schema50.properties, key1)) {
                let err9 = { instancePath: instancePath + "/nodes/" + i0, schemaPath: "#/$defs/node/additionalProperties", keyword: "additionalProperties", params: { additionalProperty: key1 }, message: "must NOT have additional properties" };
                vErrors === null ? vErrors = [err9] : vErrors.push(err9), errors++;
              }
            if (data1.name !== void 0) {
              let data2 = data1.name, _errs10 = errors, _errs11 = errors;
              if (!(data2 === "global" || data2 === "controller" || data2 === "worker")) {
                let err10 = {};
                vErrors === null ? vErrors = [err10] : vErrors.push(err10), errors++;
              }
              var valid5 = _errs11 === errors;
              if (valid5) {
                let err11 = { instancePath: instancePath + "/nodes/" + i0 + "/name", schemaPath: "#/$defs/node/properties/name/not", keyword: "not", params: {}, message: "must NOT be valid" };
                vErrors === null ? vErrors = [err11] : vErrors.push(err11), errors++;
              } else
                errors = _errs10, vErrors !== null && (_errs10 ? vErrors.length = _errs10 : vErrors = null);
              if (typeof data2 == "string") {
                if (!pattern18.test(data2)) {
                  let err12 = { instancePath: instancePath + "/nodes/" + i0 + "/name", schemaPath: "#/$defs/node/properties/name/pattern", keyword: "pattern", params: { pattern: "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$" }, message: 'must match pattern "^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$"' };
                  vErrors === null ? vErrors = [err12] : vErrors.push(err12), errors++;
                }
              } else {
                let err13 = { instancePath: instancePath + "/nodes/" + i0 + "/name", schemaPath: "#/$defs/node/properties/name/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                vErrors === null ? vErrors = [err13] : vErrors.push(err13), errors++;
              }
            }
            if (data1.address !== void 0) {
              let data3 = data1.address;
              if (typeof data3 == "string") {
                if (!formats0.test(data3)) {
                  let err14 = { instancePath: instancePath + "/nodes/" + i0 + "/address", schemaPath: "#/$defs/node/properties/address/format", keyword: "format", params: { format: "ipv4" }, message: 'must match format "ipv4"' };
                  vErrors === null ? vErrors = [err14] : vErrors.push(err14), errors++;
                }
              } else {
                let err15 = { instancePath: instancePath + "/nodes/" + i0 + "/address", schemaPath: "#/$defs/node/properties/address/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                vErrors === null ? vErrors = [err15] : vErrors.push(err15), errors++;
              }
            }
            if (data1.controller !== void 0 && typeof data1.controller != "boolean") {
              let err16 = { instancePath: instancePath + "/nodes/" + i0 + "/controller", schemaPath: "#/$defs/node/properties/controller/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
              vErrors === null ? vErrors = [err16] : vErrors.push(err16), errors++;
            }
            if (data1.disk !== void 0) {
              let data5 = data1.disk;
              if (typeof data5 == "string") {
                if (!pattern19.test(data5)) {
                  let err17 = { instancePath: instancePath + "/nodes/" + i0 + "/disk", schemaPath: "#/$defs/node/properties/disk/pattern", keyword: "pattern", params: { pattern: "^(?:/dev/\\S+|[^\\s/](?:.*\\S)?)$" }, message: 'must match pattern "^(?:/dev/\\S+|[^\\s/](?:.*\\S)?)$"' };
                  vErrors === null ? vErrors = [err17] : vErrors.push(err17), errors++;
                }
              } else {
                let err18 = { instancePath: instancePath + "/nodes/" + i0 + "/disk", schemaPath: "#/$defs/node/properties/disk/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                vErrors === null ? vErrors = [err18] : vErrors.push(err18), errors++;
              }
            }
            if (data1.mac_addr !== void 0) {
              let data6 = data1.mac_addr;
              if (typeof data6 == "string") {
                if (!pattern20.test(data6)) {
                  let err19 = { instancePath: instancePath + "/nodes/" + i0 + "/mac_addr", schemaPath: "#/$defs/node/properties/mac_addr/pattern", keyword: "pattern", params: { pattern: "^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$" }, message: 'must match pattern "^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$"' };
                  vErrors === null ? vErrors = [err19] : vErrors.push(err19), errors++;
                }
              } else {
                let err20 = { instancePath: instancePath + "/nodes/" + i0 + "/mac_addr", schemaPath: "#/$defs/node/properties/mac_addr/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                vErrors === null ? vErrors = [err20] : vErrors.push(err20), errors++;
              }
            }
            if (data1.schematic_id !== void 0) {
              let data7 = data1.schematic_id;
              if (typeof data7 == "string") {
                if (!pattern21.test(data7)) {
                  let err21 = { instancePath: instancePath + "/nodes/" + i0 + "/schematic_id", schemaPath: "#/$defs/node/properties/schematic_id/pattern", keyword: "pattern", params: { pattern: "^[0-9a-f]{64}$" }, message: 'must match pattern "^[0-9a-f]{64}$"' };
                  vErrors === null ? vErrors = [err21] : vErrors.push(err21), errors++;
                }
              } else {
                let err22 = { instancePath: instancePath + "/nodes/" + i0 + "/schematic_id", schemaPath: "#/$defs/node/properties/schematic_id/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                vErrors === null ? vErrors = [err22] : vErrors.push(err22), errors++;
              }
            }
            if (data1.mtu !== void 0) {
              let data8 = data1.mtu;
              if (!(typeof data8 == "number" && !(data8 % 1) && !isNaN(data8) && isFinite(data8))) {
                let err23 = { instancePath: instancePath + "/nodes/" + i0 + "/mtu", schemaPath: "#/$defs/node/properties/mtu/type", keyword: "type", params: { type: "integer" }, message: "must be integer" };
                vErrors === null ? vErrors = [err23] : vErrors.push(err23), errors++;
              }
              if (typeof data8 == "number" && isFinite(data8)) {
                if (data8 > 9e3 || isNaN(data8)) {
                  let err24 = { instancePath: instancePath + "/nodes/" + i0 + "/mtu", schemaPath: "#/$defs/node/properties/mtu/maximum", keyword: "maximum", params: { comparison: "<=", limit: 9e3 }, message: "must be <= 9000" };
                  vErrors === null ? vErrors = [err24] : vErrors.push(err24), errors++;
                }
                if (data8 < 1450 || isNaN(data8)) {
                  let err25 = { instancePath: instancePath + "/nodes/" + i0 + "/mtu", schemaPath: "#/$defs/node/properties/mtu/minimum", keyword: "minimum", params: { comparison: ">=", limit: 1450 }, message: "must be >= 1450" };
                  vErrors === null ? vErrors = [err25] : vErrors.push(err25), errors++;
                }
              }
            }
            if (data1.secureboot !== void 0 && typeof data1.secureboot != "boolean") {
              let err26 = { instancePath: instancePath + "/nodes/" + i0 + "/secureboot", schemaPath: "#/$defs/node/properties/secureboot/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
              vErrors === null ? vErrors = [err26] : vErrors.push(err26), errors++;
            }
            if (data1.encrypt_disk !== void 0 && typeof data1.encrypt_disk != "boolean") {
              let err27 = { instancePath: instancePath + "/nodes/" + i0 + "/encrypt_disk", schemaPath: "#/$defs/node/properties/encrypt_disk/type", keyword: "type", params: { type: "boolean" }, message: "must be boolean" };
              vErrors === null ? vErrors = [err27] : vErrors.push(err27), errors++;
            }
            if (data1.kernel_modules !== void 0) {
              let data11 = data1.kernel_modules;
              if (Array.isArray(data11)) {
                let len1 = data11.length;
                for (let i1 = 0; i1 < len1; i1++) {
                  let data12 = data11[i1];
                  if (typeof data12 == "string") {
                    if (!pattern22.test(data12)) {
                      let err28 = { instancePath: instancePath + "/nodes/" + i0 + "/kernel_modules/" + i1, schemaPath: "#/$defs/node/properties/kernel_modules/items/pattern", keyword: "pattern", params: { pattern: "^[A-Za-z0-9_-]+$" }, message: 'must match pattern "^[A-Za-z0-9_-]+$"' };
                      vErrors === null ? vErrors = [err28] : vErrors.push(err28), errors++;
                    }
                  } else {
                    let err29 = { instancePath: instancePath + "/nodes/" + i0 + "/kernel_modules/" + i1, schemaPath: "#/$defs/node/properties/kernel_modules/items/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                    vErrors === null ? vErrors = [err29] : vErrors.push(err29), errors++;
                  }
                }
                let i2 = data11.length, j0;
                if (i2 > 1) {
                  let indices0 = {};
                  for (; i2--; ) {
                    let item0 = data11[i2];
                    if (typeof item0 == "string") {
                      if (typeof indices0[item0] == "number") {
                        j0 = indices0[item0];
                        let err30 = { instancePath: instancePath + "/nodes/" + i0 + "/kernel_modules", schemaPath: "#/$defs/node/properties/kernel_modules/uniqueItems", keyword: "uniqueItems", params: { i: i2, j: j0 }, message: "must NOT have duplicate items (items ## " + j0 + " and " + i2 + " are identical)" };
                        vErrors === null ? vErrors = [err30] : vErrors.push(err30), errors++;
                        break;
                      }
                      indices0[item0] = i2;
                    }
                  }
                }
              } else {
                let err31 = { instancePath: instancePath + "/nodes/" + i0 + "/kernel_modules", schemaPath: "#/$defs/node/properties/kernel_modules/type", keyword: "type", params: { type: "array" }, message: "must be array" };
                vErrors === null ? vErrors = [err31] : vErrors.push(err31), errors++;
              }
            }
            if (data1.nodeLabels !== void 0) {
              let data13 = data1.nodeLabels;
              if (data13 && typeof data13 == "object" && !Array.isArray(data13)) {
                for (let key2 in data13) {
                  let _errs34 = errors;
                  if (typeof key2 == "string" && !pattern23.test(key2)) {
                    let err32 = { instancePath: instancePath + "/nodes/" + i0 + "/nodeLabels", schemaPath: "#/$defs/node/properties/nodeLabels/propertyNames/pattern", keyword: "pattern", params: { pattern: "^(?:(?=[^/]{1,253}/)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$" }, message: 'must match pattern "^(?:(?=[^/]{1,253}/)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"', propertyName: key2 };
                    vErrors === null ? vErrors = [err32] : vErrors.push(err32), errors++;
                  }
                  var valid9 = _errs34 === errors;
                  if (!valid9) {
                    let err33 = { instancePath: instancePath + "/nodes/" + i0 + "/nodeLabels", schemaPath: "#/$defs/node/properties/nodeLabels/propertyNames", keyword: "propertyNames", params: { propertyName: key2 }, message: "property name must be valid" };
                    vErrors === null ? vErrors = [err33] : vErrors.push(err33), errors++;
                  }
                }
                for (let key3 in data13) {
                  let data14 = data13[key3];
                  if (typeof data14 == "string") {
                    if (!pattern24.test(data14)) {
                      let err34 = { instancePath: instancePath + "/nodes/" + i0 + "/nodeLabels/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"), schemaPath: "#/$defs/node/properties/nodeLabels/additionalProperties/pattern", keyword: "pattern", params: { pattern: "^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$" }, message: 'must match pattern "^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$"' };
                      vErrors === null ? vErrors = [err34] : vErrors.push(err34), errors++;
                    }
                  } else {
                    let err35 = { instancePath: instancePath + "/nodes/" + i0 + "/nodeLabels/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"), schemaPath: "#/$defs/node/properties/nodeLabels/additionalProperties/type", keyword: "type", params: { type: "string" }, message: "must be string" };
                    vErrors === null ? vErrors = [err35] : vErrors.push(err35), errors++;
                  }
                }
              } else {
                let err36 = { instancePath: instancePath + "/nodes/" + i0 + "/nodeLabels", schemaPath: "#/$defs/node/properties/nodeLabels/type", keyword: "type", params: { type: "object" }, message: "must be object" };
                vErrors === null ? vErrors = [err36] : vErrors.push(err36), errors++;
              }
            }
          } else {
            let err37 = { instancePath: instancePath + "/nodes/" + i0, schemaPath: "#/$defs/node/type", keyword: "type", params: { type: "object" }, message: "must be object" };
            vErrors === null ? vErrors = [err37] : vErrors.push(err37), errors++;
          }
        }
      } else {
        let err38 = { instancePath: instancePath + "/nodes", schemaPath: "#/properties/nodes/type", keyword: "type", params: { type: "array" }, message: "must be array" };
        vErrors === null ? vErrors = [err38] : vErrors.push(err38), errors++;
      }
    }
  } else {
    let err39 = { instancePath, schemaPath: "#/type", keyword: "type", params: { type: "object" }, message: "must be object" };
    vErrors === null ? vErrors = [err39] : vErrors.push(err39), errors++;
  }
  return validate21.errors = vErrors, errors === 0;
}
validate21.evaluated = { props: !0, dynamicProps: !1, dynamicItems: !1 };
export {
  validateCluster,
  validateNodes
};

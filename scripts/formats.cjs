'use strict';
// The formats of addresses in the schemas, for the validators that are compiled of them (scripts/compile-schemas.mjs), which hold this file.

const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const IPV4 = `(?:${OCTET}\\.){3}${OCTET}`;
const IPV6 = `(?:${ipv6Pattern()})`;
const NETWORK4 = `${IPV4}/(?:3[0-2]|[12]?[0-9])`;
const NETWORK6 = `${IPV6}/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9])`;

/** Ajv brings none of its own. The last three are ours: networks in CIDR notation, and what load balancer addresses come from. */
module.exports = {
  ipv4: matcher(IPV4),
  ipv6: matcher(IPV6, ':'),
  'ipv4-network': matcher(NETWORK4),
  'ipv6-network': matcher(NETWORK6, ':'),
  'address-block': either(matcher(`(?:${NETWORK4}|${IPV4}-${IPV4})`), matcher(`(?:${NETWORK6}|${IPV6}-${IPV6})`, ':')),
};

/**
 * Compiling the pattern of IPv6 takes longer than all that is validated with it: it is made for what may be one.
 *
 * @param {string} pattern
 * @param {string} needed what stands in every text that it matches
 */
function matcher(pattern, needed = '') {
  let regex;
  return (text) => text.includes(needed) && (regex ??= new RegExp(`^${pattern}$`)).test(text);
}

function either(one, other) {
  return (text) => one(text) || other(text);
}

/** The nine forms of RFC 3986's IPv6address: how many groups stand before and after the `::`. */
function ipv6Pattern() {
  const group = '[0-9A-Fa-f]{1,4}';
  const tail = `(?:${group}:${group}|${IPV4})`;
  const forms = [`(?:${group}:){6}${tail}`];
  for (let after = 5; after >= 0; after -= 1) {
    forms.push(`${groupsBefore(group, 5 - after)}::(?:${group}:){${after}}${tail}`);
  }
  forms.push(`${groupsBefore(group, 6)}::${group}`, `${groupsBefore(group, 7)}::`);
  return forms.join('|');
}

function groupsBefore(group, atMost) {
  return atMost === 0 ? '' : `(?:(?:${group}:){0,${atMost - 1}}${group})?`;
}

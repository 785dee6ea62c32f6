import type { PluginMembers } from 'cluster-template/makejinja';

/**
 * Your own data, filters, functions and tests for the templates. It adds nothing until you write something into it.
 *
 * Every template sees what stands here; a name that is there already is replaced by yours. After a change run
 * `task configure`. For example:
 *
 *     data: { ntp_pool: 'europe.pool.ntp.org' },                                   //  #< ntp_pool >#
 *     filters: { shout: (text) => String(text).toUpperCase() },                    //  #< 'hello' | shout >#
 *     functions: { sum: (one, other) => Number(one) + Number(other) },             //  #< sum(1, 2) >#
 *     tests: { odd_port: (port) => Number(port) % 2 === 1 },                       //  #< 8443 is odd_port >#
 *
 * A function that takes arguments by name, or has defaults for them, says so as Python does:
 *
 *     functions: {
 *       greeting: { signature: "greeting(name, word='Hello')", run: (name, word = 'Hello') => `${String(word)}, ${String(name)}` },
 *     },
 *
 * To read the configuration take a parameter, `{ data, env }: PluginContext`: `data` holds the fields of cluster.yaml,
 * `nodes` and the computed values (docs/configuration.md), `env` the environment variables.
 */
export function Plugin(): PluginMembers {
  return {
    data: {},
    filters: {},
    functions: {},
    tests: {},
  };
}

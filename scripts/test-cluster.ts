// Starts an empty Kubernetes API on loopback until it is interrupted: node scripts/run.mjs scripts/test-cluster.ts [--crds]
import { clusterTools, installCrds, startCluster } from '../tests/tools/cluster.ts';

const tools = clusterTools();
if (tools.missing !== undefined) {
  console.error(tools.missing);
  process.exit(3);
}
const cluster = await startCluster(tools);
if (process.argv.includes('--crds')) await installCrds(cluster);
console.log(`export KUBECONFIG=${cluster.kubeconfig}`);
console.error('it runs until it is interrupted (Ctrl+C); then its data are gone');
await new Promise((resolve) => {
  process.on('SIGINT', resolve);
  process.on('SIGTERM', resolve);
  // A signal handler alone does not keep a process alive.
  setInterval(() => undefined, 2 ** 30);
});
await cluster.stop();
process.exit(0);

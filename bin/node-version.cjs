'use strict';
// Read by Node of any age, so nothing newer than ECMAScript 2017 stands here.
const OLDEST = [20, 19];

/** Ends the process with one sentence where Node is older than what the bundle is made for. */
exports.requireNode = function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  console.error(
    `Node.js ${OLDEST.join('.')} or newer is needed, and this is ${process.versions.node}: install a newer one`,
  );
  process.exit(3);
};

#!/usr/bin/env node
// Read by Node of any age: what follows is loaded only where it can be read.
import { requireNode } from './node-version.mjs';

requireNode();
import('./launch.mjs')
  .then(({ launch }) => launch('makejinja-cli'))
  .catch((error) => {
    // What a command throws does not come here: the bundle itself cannot be loaded.
    console.error(error.message);
    process.exitCode = 3;
  });

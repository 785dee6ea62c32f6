#!/usr/bin/env node
// Read by Node of any age: what follows is loaded only where it can be read.
import module from 'module';

const load = module.createRequire(import.meta.url);
load('./node-version.cjs').requireNode();
load('./launch.cjs').launch('cli');

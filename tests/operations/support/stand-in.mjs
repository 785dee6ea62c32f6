// A stand-in for an external program: it writes down how it was called and answers as answers.json beside it says.
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Variables that programs of ours are called with on purpose. */
const NAMED = ['KUBECONFIG', 'SOPS_AGE_KEY_FILE', 'SOPS_CONFIG', 'TALOSCONFIG'];

const folder = dirname(process.argv[1]);
const program = basename(process.argv[1]);
const args = process.argv.slice(2);
const input = readInput();
const {
  root,
  rules,
  failAt,
  killAt,
  hangAt,
  environment = [],
} = JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8'));

const number = record();
if (killAt === number) process.kill(process.ppid, 'SIGKILL');
if (hangAt === number) await setTimeout(60_000);
if (failAt === number) {
  process.stderr.write('error: made to fail here\n');
  process.exit(1);
}
answer(rules.find(fits));

function readInput() {
  try {
    return readFileSync(0);
  } catch {
    return Buffer.alloc(0);
  }
}

/** One line a call, written in one piece; its number counts from 1, calls for a version aside. */
function record() {
  const named = [...NAMED, ...environment].filter((name) => process.env[name] !== undefined);
  const call = {
    program,
    args,
    folder: process.cwd(),
    environment: Object.fromEntries(named.map((name) => [name, process.env[name]])),
    input:
      input.length === 0
        ? undefined
        : { bytes: input.length, sha256: createHash('sha256').update(input).digest('hex') },
    secrets: Object.keys(process.env).filter((name) => /TOKEN|SECRET|PASSW/.test(name)),
  };
  const log = join(folder, 'calls.jsonl');
  appendFileSync(log, `${JSON.stringify(call)}\n`);
  return isVersion()
    ? 0
    : readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !isVersionCall(JSON.parse(line))).length;
}

function isVersion() {
  return isVersionCall({ args });
}

function isVersionCall(call) {
  return call.args.includes('--version') || call.args[0] === 'version';
}

function fits({ program: wanted, match, when = [], unless = [] }) {
  if (wanted !== program) return false;
  if (match !== undefined && !new RegExp(match).test(args.join(' '))) return false;
  return when.every(isSet) && !unless.some(isSet);
}

function isSet(flag) {
  return existsSync(join(folder, 'flags', flag));
}

function answer(rule) {
  if (rule === undefined) {
    process.stderr.write(`stand-in of ${program}: no answer for: ${args.join(' ')}\n`);
    process.exit(97);
  }
  for (const [path, text] of Object.entries(rule.writes ?? {})) {
    const file = resolve(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  for (const flag of rule.sets ?? []) {
    mkdirSync(join(folder, 'flags'), { recursive: true });
    writeFileSync(join(folder, 'flags', flag), '');
  }
  process.stdout.write(rule.stdout ?? '');
  process.stderr.write(rule.stderr ?? '');
  process.exitCode = rule.exitCode ?? 0;
}

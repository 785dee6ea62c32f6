import type { Command } from 'commander';
import { clusterCommand, commandGroup } from '../cluster-command.ts';
import type { Finish } from '../exit-codes.ts';
import type { KeyOptions } from './secret-keys.ts';
import type { SecretOptions } from './secrets.ts';

/** Adds the group `secrets` to the command line. */
export function registerSecrets(program: Command, finish: Finish): void {
  const secrets = commandGroup(program, 'secrets', 'look at encrypted files, change them and look after their keys');

  clusterCommand(secrets, 'show', 'list the encrypted files, or print the plain text of one or of a value in it')
    .argument('[file]', 'an encrypted file; all are listed where none is named')
    .argument('[path]', 'of a value, as in stringData.token or users[0].name')
    .option('--masked', 'print [secret] in the place of every value that is encrypted')
    .option('--decode', 'take the value out of its base64')
    .option('--commit <commit>', 'show the file of that commit; :3 is the other side of a merge that goes on')
    .action(async (file: string | undefined, path: string | undefined, options: SecretOptions) => {
      const { runShow } = await import('./secrets.ts');
      finish(await runShow(file, path, options));
    });

  clusterCommand(secrets, 'edit', 'edit the plain text of an encrypted file in VISUAL or EDITOR')
    .argument('[file]', 'an encrypted file, or a new one that a rule takes; a list to choose from where none is named')
    .option('--as-is', 'take blank values and placeholders as they are')
    .action(async (file: string | undefined, options: SecretOptions) => {
      const { runEdit } = await import('./secrets.ts');
      finish(await runEdit(file, options));
    });

  clusterCommand(secrets, 'set', 'set one value of an encrypted file, from a prompt or standard input')
    .argument('<file>', 'an encrypted file')
    .argument('<path>', 'of the value, as in stringData.token')
    .option('--as-is', 'take a blank value or a placeholder as it is')
    .option('--raw', 'write a value below data as it is, rather than in base64')
    .action(async (file: string, path: string, options: SecretOptions) => {
      const { runSet } = await import('./secrets.ts');
      finish(await runSet(file, path, options));
    });

  clusterCommand(secrets, 'encrypt', 'encrypt files where they lie, by the rules of .sops.yaml')
    .argument('<file...>', 'plain files: YAML, JSON, dotenv, INI or any other; - is standard input')
    .option('-o, --output <file>', 'write the result there, by the rule of that name; for one file')
    .option('--force', 'replace what lies there')
    .option('--as-is', 'take blank values and placeholders as they are')
    .action(async (files: string[], options: SecretOptions) => {
      const { runEncrypt } = await import('./secrets.ts');
      finish(await runEncrypt(files, options));
    });

  clusterCommand(secrets, 'decrypt', 'write the plain text of an encrypted file into another one')
    .argument('<file>', 'an encrypted file')
    .requiredOption('-o, --output <file>', 'where to, mode 0600: a file that git ignores, or outside of the repository')
    .option('--force', 'write where git would take it, and replace what lies there')
    .action(async (file: string, options: SecretOptions) => {
      const { runDecrypt } = await import('./secrets.ts');
      finish(await runDecrypt(file, options));
    });

  registerKeys(secrets, finish);
}

/** Those that look after keys and recipients, and what git starts. */
function registerKeys(secrets: Command, finish: Finish): void {
  clusterCommand(
    secrets,
    'check',
    'check that every file is encrypted, to the recipients of its rule and unchanged, and that nothing secret is plain',
  ).action(async (options: KeyOptions) => {
    const { runCheck } = await import('./secret-keys.ts');
    finish(await runCheck(options));
  });

  clusterCommand(secrets, 'rotate', 'encrypt files anew by their rules, under new data keys; all or nothing')
    .argument('[file...]', 'encrypted files; all where none is named')
    .action(async (files: string[], options: KeyOptions) => {
      const { runRotate } = await import('./secret-keys.ts');
      finish(await runRotate(files, options));
    });

  const recipients = commandGroup(secrets, 'recipients', 'see and change who can read the encrypted files');
  clusterCommand(recipients, 'list', 'list who can read how many files').action(async (options: KeyOptions) => {
    const { runRecipients } = await import('./secret-keys.ts');
    finish(await runRecipients(options));
  });
  for (const [what, description] of [
    ['add', 'let somebody read what the rules encrypt: in .sops.yaml and all files'],
    ['remove', 'take it from somebody: in .sops.yaml and all files, under new data keys'],
  ] as const) {
    clusterCommand(recipients, what, description)
      .argument('<recipient>', 'his public key, age1… or age1pq1…')
      .action(async (recipient: string, options: KeyOptions) => {
        const { runRecipientChange } = await import('./secret-keys.ts');
        finish(await runRecipientChange(what, recipient, options));
      });
  }

  clusterCommand(
    secrets,
    'rekey',
    'replace the age key of the cluster: there first, then in all files; list what the old one opened',
  )
    .option('--finish', 'drop the old key from the cluster and from age.key, once Flux has what was encrypted anew')
    .option('--no-cluster', 'leave the cluster as it is')
    .option('-y, --yes', 'answer every question with yes')
    .action(async (options: KeyOptions) => {
      const { runRekey } = await import('./secret-keys.ts');
      finish(await runRekey(options));
    });

  secrets
    .command('keygen')
    .description('make an age key and print it, or write it into a file of mode 0600')
    .option('--post-quantum', 'one that withstands quantum computers, which age 1.3 and sops 3.13 read')
    .option('-o, --output <file>', 'where to: a file that git ignores, or outside of the repository')
    .option('--force', 'write where git would take it, and replace what lies there')
    .option('--json', 'print the result as JSON')
    .exitOverride()
    .action(async (options: KeyOptions) => {
      const { runKeygen } = await import('./secret-keys.ts');
      finish(await runKeygen(options));
    });

  clusterCommand(secrets, 'diff', 'list the keys whose values differ from the last commit; values are not shown')
    .argument('[file...]', 'encrypted files or folders; all where none is named')
    .option('--textconv', 'print the text that git compares in the place of one file, its values as keyed hashes')
    .option('--plain', 'with --textconv: show the values')
    .action(async (files: string[], options: KeyOptions) => {
      const { runDiff } = await import('./secret-keys.ts');
      finish(await runDiff(files, options));
    });

  clusterCommand(secrets, 'merge', 'merge two versions of an encrypted file, as the merge driver of git')
    .argument('<base>', 'the version that both come from (%O)')
    .argument('<ours>', 'ours, which becomes the result (%A)')
    .argument('<theirs>', 'theirs (%B)')
    .argument('<file>', 'path of the file in the repository (%P)')
    .action(async (...[base, ours, theirs, file, options]: [string, string, string, string, KeyOptions]) => {
      const { runMerge } = await import('./secret-keys.ts');
      finish(await runMerge({ base, ours, theirs, file }, options));
    });
}

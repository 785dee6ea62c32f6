import type { Command } from 'commander';
import { clusterCommand, commandGroup } from '../cluster-command.ts';
import type { Finish } from '../exit-codes.ts';
import type { SecretOptions } from './secrets.ts';

/** Adds the group `secrets` to the command line. */
export function registerSecrets(program: Command, finish: Finish): void {
  const secrets = commandGroup(program, 'secrets', 'look at encrypted files, change them and look after their keys');

  clusterCommand(secrets, 'show', 'list the encrypted files, or print the plain text of one or of a value in it')
    .argument('[file]', 'an encrypted file; all are listed where none is named')
    .argument('[path]', 'of a value, as in stringData.token or users[0].name')
    .option('--masked', 'print [secret] in the place of every value that is encrypted')
    .option('--decode', 'take the value out of its base64')
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
}

import type { Command } from 'commander';
import { collect, commandGroup, renderingCommand } from '../cluster-command.ts';
import type { Finish } from '../exit-codes.ts';
import { ANSWER_NAMES, ANSWERS } from '../../apps/answers.ts';
import type { AppChangeOptions, AppOptions } from './app-change.ts';
import type { AppNewOptions } from './app-new.ts';

/** How an app is named. */
const APP = 'namespace and name, as in default/echo';

/** Adds the commands on single applications, of any repository. */
export function registerApps(program: Command, finish: Finish): void {
  const app = commandGroup(program, 'app', 'list, make, change and move applications, in any repository of Flux');
  appCommand(app, 'list', 'list the apps: version, source, host names, volumes, backups and secrets of each')
    .argument('[namespace]', 'only those of one namespace')
    .action(async (namespace: string | undefined, options: AppOptions) => {
      const { runAppList } = await import('./app-list.ts');
      finish(await runAppList(namespace, options));
    });
  appCommand(app, 'show', 'show all that there is to know of an app, and who needs it')
    .argument('<app>', APP)
    .action(async (name: string, options: AppOptions) => {
      const { runAppShow } = await import('./app-list.ts');
      finish(await runAppShow(name, options));
    });

  appCommand(app, 'build', 'print what Flux would apply of an app, with components and variables; no value of a secret')
    .argument('<app>', APP)
    .action(async (name: string, options: AppOptions) => {
      const { runAppBuild } = await import('./app.ts');
      finish(await runAppBuild(name, options));
    });

  const make = changingCommand(
    app,
    'new',
    'make an app: asks what no option says, and proposes what the repository does',
  )
    .argument('<app>', 'namespace and name, as in media/jellyfin')
    .option('--into <target>', 'templates or plain (default: templates where cluster-template renders the repository)')
    .option('--secrets-from <file>', 'values of what SOPS encrypts, a line NAME=value each; - is standard input');
  for (const name of ANSWER_NAMES) {
    const { option, help, isList } = ANSWERS[name];
    if (isList === true) make.option(option, `${help}; may be given several times`, collect);
    else make.option(option, help);
  }
  make.option(
    '--like <app>',
    'copy another app, with names replaced; --image, --port, --host, --cpu and --memory win over what it has',
  );
  make.action(async (name: string, options: AppNewOptions & { readonly like?: string }) => {
    const { runAppLike, runAppNew } = await import('./app-new.ts');
    finish(options.like === undefined ? await runAppNew(name, options) : await runAppLike(name, options.like, options));
  });

  changingCommand(
    app,
    'migrate',
    'bring an app from Ingress, HelmRepository and SOPS to HTTPRoute, OCIRepository and ExternalSecret',
  )
    .argument('<app>', APP)
    .option(
      '--gateway <gateway>',
      'namespace and name of the gateway for routes (default: the one that most routes hang on)',
    )
    .option('--store <name>', 'the ClusterSecretStore for secrets (default: the one that most ExternalSecrets read)')
    .action(async (name: string, options: AppChangeOptions) => {
      const { runAppMigrate } = await import('./app.ts');
      finish(await runAppMigrate(name, options));
    });

  changingCommand(app, 'move', 'move an app to another namespace, with whoever refers to it')
    .argument('<app>', APP)
    .argument('<namespace>', 'where it goes; made where it is not there')
    .action(async (name: string, namespace: string, options: AppChangeOptions) => {
      const { runAppMove } = await import('./app.ts');
      finish(await runAppMove(name, namespace, options));
    });

  changingCommand(app, 'rename', 'give an app another name, with whoever refers to it')
    .argument('<app>', APP)
    .argument('<name>', 'its new name')
    .action(async (name: string, wanted: string, options: AppChangeOptions) => {
      const { runAppRename } = await import('./app.ts');
      finish(await runAppRename(name, wanted, options));
    });

  changingCommand(app, 'remove', 'remove an app, and say what Flux removes then and what becomes of its data')
    .argument('<app>', APP)
    .action(async (name: string, options: AppChangeOptions) => {
      const { runAppRemove } = await import('./app.ts');
      finish(await runAppRemove(name, options));
    });

  const secrets = commandGroup(program, 'secrets', SECRETS);
  appCommand(
    secrets,
    'requirements',
    'list what the stores have to hold that ExternalSecrets read: items and fields',
  ).action(async (options: AppOptions) => {
    const { runSecretRequirements } = await import('./app-new.ts');
    finish(await runSecretRequirements(options));
  });

  changingCommand(app, 'set-image', 'give an image of an app another version, and change nothing else in the file')
    .argument('<app>', APP)
    .argument('<version>', 'tag, tag@sha256:digest or sha256:digest, with the image before it or without')
    .option('--container <name>', 'of several images that of this container')
    .option('--repository <image>', 'of several images this one')
    .action(async (name: string, version: string, options: AppChangeOptions) => {
      const { runAppSetImage } = await import('./app.ts');
      finish(await runAppSetImage(name, version, options));
    });
}

/** What the group is for, whichever of its commands is added first. */
const SECRETS = 'look at encrypted files, change them and look after their keys';

/** A command that changes files: it shows what, and asks. */
function changingCommand(group: Command, name: string, description: string): Command {
  return appCommand(group, name, description)
    .option('--dry-run', 'show what would change, and write nothing')
    .option('-y, --yes', 'answer every question with yes')
    .option('--configure', 'render what follows from changed templates at once');
}

/** A command on the apps of a repository. */
function appCommand(group: Command, name: string, description: string): Command {
  return renderingCommand(group, name, description).option(
    '--path <folder>',
    'where Flux begins, from the top of a repository that is not rendered here; may be given several times',
    collect,
  );
}

import { Failure, failure } from '../report/finding.ts';
import { suggestNearest } from '../text/suggest.ts';
import { gapsNamed } from './gaps.ts';
import { type App, appLabel, type AppRepository } from './repository.ts';

/**
 * The app that `NAMESPACE/NAME` means: by its own name, or by that of one of its Kustomizations or releases.
 *
 * @throws Failure of kind `usage` where there is none, or several clusters have one; of kind `input` where it is there by half
 */
export function appNamed(repository: AppRepository, name: string): App {
  const { apps } = repository;
  const [namespace, own, ...more] = name.split('/');
  if (namespace === undefined || own === undefined || own === '' || more.length > 0) throw notAnApp(name);
  const home = apps.filter((app) => app.namespace === namespace);
  const exact = home.filter((app) => app.name === own);
  const found = exact.length > 0 ? exact : home.filter((app) => otherNames(app).includes(own));
  const [first, ...others] = found;
  if (first === undefined) throw unknownApp(repository, name);
  if (others.length === 0) return first;
  throw failure('usage', {
    code: 'usage/argument',
    message: `${name} is more than one app: ${found.map(({ folder }) => folder).join(', ')}`,
    remedy: 'name the folder where Flux begins in one of the clusters with --path',
  });
}

function otherNames({ kustomizations, objects }: App): string[] {
  const releases = objects.filter(({ kind }) => kind === 'HelmRelease');
  return [...kustomizations, ...releases].map(({ name }) => name);
}

function notAnApp(name: string): Failure {
  return failure('usage', {
    code: 'usage/argument',
    message: `${name} is no app: it takes a namespace and a name`,
    remedy: 'write it as in default/echo; `cluster-template app list` lists all apps',
  });
}

function unknownApp(repository: AppRepository, name: string): Failure {
  const { apps } = repository;
  const gaps = gapsNamed(repository, name);
  if (gaps.length > 0)
    return new Failure(
      'input',
      gaps.map((gap) => ({ ...gap, severity: 'error' as const })),
    );
  const near = suggestNearest(name, apps.map(appLabel));
  const [, own] = name.split('/');
  const elsewhere = apps.filter((app) => app.name === own).map(appLabel);
  const meant = near ?? elsewhere[0];
  return failure('usage', {
    code: 'usage/argument',
    message: `there is no app ${name}`,
    remedy: meant === undefined ? '`cluster-template app list` lists all apps' : `did you mean ${meant}?`,
  });
}

import { posix } from 'node:path';
import type { StyleValues } from '../../checks/style.ts';
import type { AppliedObject, FluxTree } from '../../manifests/flux/tree.ts';
import { asFields, at, isFields, listAt, textAt } from '../../text/values.ts';
import { ofKind, ranked } from './objects.ts';

// How most apps of a repository are written, where enough of them are alike.

/** What is alike in three, and in two thirds of all, is how a repository does it. */
const ENOUGH = 3;

/** The text that most of them are; undefined where they are few, or of many kinds. */
function usual(texts: readonly string[]): string | undefined {
  const [most] = ranked(texts);
  const count = texts.filter((one) => one === most).length;
  return most !== undefined && count >= ENOUGH && count * 3 >= texts.length * 2 ? most : undefined;
}

/** What app-template runs: its values have controllers. */
function templateReleases(flux: FluxTree): AppliedObject[] {
  return ofKind(flux, 'HelmRelease').filter(({ fields }) => isFields(at(fields, 'spec', 'values', 'controllers')));
}

/** Whether routes stand in the values of app-template or in files beside them. */
export function routePlaceIn(flux: FluxTree): Partial<StyleValues> {
  const releases = templateReleases(flux);
  const folders = new Set(releases.map(({ document }) => posix.dirname(document.file.path)));
  const inValues = releases.filter(
    ({ fields }) => Object.keys(asFields(at(fields, 'spec', 'values', 'route'))).length > 0,
  );
  const inFiles = ofKind(flux, 'HTTPRoute').filter(({ document }) => folders.has(posix.dirname(document.file.path)));
  const place = usual([...inValues.map(() => 'values'), ...inFiles.map(() => 'file')]);
  return place === 'values' || place === 'file' ? { routeIn: place } : {};
}

/** Where the secrets of apps live, and what the Secrets that are made of a store are called. */
export function secretsIn(flux: FluxTree): Partial<StyleValues> {
  const external = ofKind(flux, 'ExternalSecret');
  const sealed = ofKind(flux, 'Secret').filter(({ document }) => isFields(document.fields.sops));
  const way = usual([...external.map(() => 'external'), ...sealed.map(() => 'sops')]);
  if (way === undefined) return {};
  if (way === 'sops') return { secrets: 'sops' };
  const [store] = ranked(external.map(({ fields }) => textAt(fields, 'spec', 'secretStoreRef', 'name')));
  const written = ofKind(flux, 'ClusterSecretStore').find(({ name }) => name === store);
  const provider = Object.keys(asFields(at(written?.fields, 'spec', 'provider')))[0] ?? store ?? '';
  const pattern = usual(
    external.map(({ fields, name }) => {
      const target = textAt(fields, 'spec', 'target', 'name') ?? name;
      return target === `${name}-secret` || target.endsWith('-secret') ? '{app}-secret' : '{app}';
    }),
  );
  return {
    secrets: /doppler/i.test(provider) ? 'doppler' : 'onepassword',
    ...(store === undefined ? {} : { secretStore: store }),
    ...(pattern === undefined ? {} : { secretName: pattern }),
  };
}

/** How often chart sources are asked, and whether each Kustomization has the variable APP. */
export function intervalsIn(flux: FluxTree): Partial<StyleValues> {
  const interval = usual(
    ofKind(flux, 'OCIRepository').map(({ document }) => textAt(document.fields, 'spec', 'interval') ?? ''),
  );
  const apps = flux.kustomizations.filter(({ document }) => /\/ks\.ya?ml$/.test(document.file.path));
  const variable = usual(
    apps.map(({ fields }) => (at(fields, 'spec', 'postBuild', 'substitute', 'APP') === undefined ? 'no' : 'yes')),
  );
  return {
    ...(interval === undefined ? {} : { sourceInterval: interval }),
    ...(variable === undefined ? {} : { appVariable: variable === 'yes' }),
  };
}

/** Whether releases say themselves what becomes of a failed one: none does where a patch of all of them says so. */
export function remediatesIn(flux: FluxTree): boolean {
  const isPatched = flux.kustomizations.some(({ fields }) =>
    listAt(fields, 'spec', 'patches').some((one) =>
      /kind: HelmRelease\b[^]*\b(?:install|upgrade):/.test(textAt(one, 'patch') ?? ''),
    ),
  );
  const silent = ofKind(flux, 'HelmRelease').filter(
    ({ document: { fields } }) =>
      at(fields, 'spec', 'install') === undefined && at(fields, 'spec', 'upgrade') === undefined,
  );
  return !isPatched || silent.length < ENOUGH || silent.length * 2 < ofKind(flux, 'HelmRelease').length;
}

/** The catalogue of schemas that most manifests name. */
export function catalogueIn(flux: FluxTree): string | undefined {
  const texts = new Map(flux.objects.map(({ document }) => [document.file.path, document.file.text]));
  return usual(
    [...texts.values()].flatMap((text) =>
      [...text.matchAll(/\$schema=(https:\/\/\S+?)\/[\w-]+(?:\.[\w-]+)+\/[a-z]+_v\w+\.json/g)].map(
        ([, address = '']) => address,
      ),
    ),
  );
}

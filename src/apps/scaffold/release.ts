import { posix } from 'node:path';
import type { Probe } from '../answer-values.ts';
import type { Style } from '../style.ts';
import { chartFields, hasVariables, type Making, objectOf } from './flux.ts';
import { databaseInitSecret, databaseName, hostOf, secretName } from './secrets.ts';
import { Aliased, Anchored, Commented, type Content, manifestText } from './yaml.ts';

// The HelmRelease of an app. The values of app-template are those of
// https://bjw-s-labs.github.io/helm-charts/docs/common-library/; other charts get none.

/** The text of helmrelease.yaml. */
export function helmReleaseText(making: Making, secrets: readonly string[], source: string): string {
  const { request, style } = making;
  return manifestText([
    objectOf(style, 'helm.toolkit.fluxcd.io/v2', 'HelmRelease', {
      metadata: { name: request.name },
      spec: {
        ...chartFields(making, request.chart, source),
        ...remediation(style),
        values: request.image === undefined ? {} : templateValues(making, secrets),
      },
    }),
  ]);
}

/** Tries an installation for ever, an upgrade three times, and takes away what a failed one made. */
export function remediation({ remediates }: Style): Readonly<Record<string, Content>> {
  if (!remediates) return { interval: '1h' };
  return {
    install: { remediation: { retries: -1 } },
    interval: '1h',
    upgrade: { cleanupOnFail: true, remediation: { retries: 3 } },
  };
}

function templateValues(making: Making, secrets: readonly string[]): Content {
  const { request, style } = making;
  const { name, user } = request;
  const controller = style.controller.replaceAll('{app}', name);
  const container = style.container.replaceAll('{app}', name);
  return {
    configMaps:
      request.inlineConfigs.length === 0
        ? undefined
        : {
            config: {
              data: Object.fromEntries(
                request.inlineConfigs.map(({ name: key, text }) => [key, literal(making, text)]),
              ),
            },
          },
    controllers: { [controller]: controllerOf(making, container, secrets) },
    defaultPodOptions:
      user === undefined ? undefined : { securityContext: { fsGroup: user, fsGroupChangePolicy: 'OnRootMismatch' } },
    persistence: persistenceOf(making),
    route:
      request.host !== undefined && request.routeIn === 'values' && style.route === 'httproute'
        ? valuesRoute(making)
        : undefined,
    service: request.port === undefined ? undefined : { app: serviceOf(making, controller) },
  };
}

/** A file as it is: where Flux replaces variables in the release, two dollars stand for one. https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution */
function literal(making: Making, text: string): string {
  return hasVariables(making) ? text.replaceAll('${', () => '$${') : text;
}

function controllerOf(making: Making, container: string, secrets: readonly string[]): Content {
  const { request } = making;
  const isShared = request.database === 'shared';
  const from = secrets.map((name): Content => ({ secretRef: { name } }));
  const envFrom: Content | undefined = from.length === 0 ? undefined : from;
  const isMountedByOne = request.volumes.some(({ mode }) => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod');
  const own = containerOf(making, envFrom);
  return {
    annotations: { 'reloader.stakater.com/auto': 'true' },
    containers: {
      [container]:
        request.user === undefined
          ? new Commented(
              'cluster-template: ignore security/rootless -- the image begins as root and drops it itself',
              own,
            )
          : own,
    },
    initContainers: isShared ? { 'init-db': databaseInit(making) } : undefined,
    strategy: isMountedByOne ? 'Recreate' : undefined,
  };
}

function containerOf(making: Making, envFrom: Content | undefined): Content {
  const { request } = making;
  const { image, user } = request;
  const env = environmentOf(making);
  return {
    env: Object.keys(env).length === 0 ? undefined : env,
    envFrom,
    image: {
      repository: image?.repository ?? '',
      tag: [image?.tag, image?.digest].filter((one) => one !== undefined).join('@'),
    },
    probes: request.probe === undefined ? undefined : probesOf(request.probe, request.port),
    resources: {
      limits: { memory: request.memory },
      requests: { cpu: request.cpu, memory: requested(request.memory) },
    },
    securityContext: user === undefined ? undefined : shared(securityContext(user), request.database === 'shared'),
  };
}

/** What is reserved is no more than what may be taken. */
function requested(limit: string): string {
  const [, number = '0', unit = ''] = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|)$/.exec(limit) ?? [];
  const bytes = Number(number) * ({ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 }[unit] ?? 1);
  return bytes > 0 && bytes < 128 * 2 ** 20 ? limit : '128Mi';
}

function securityContext(user: number): Content {
  return {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    readOnlyRootFilesystem: true,
    runAsGroup: user,
    runAsNonRoot: true,
    runAsUser: user,
  };
}

/** With an anchor where the init container has the same. */
function shared(content: Content, isShared: boolean): Content {
  return isShared ? new Anchored('securityContext', content) : content;
}

/** One probe that both are: https://kubernetes.io/docs/concepts/workloads/pods/probes/ */
function probesOf(probe: Probe, servicePort: number | undefined): Content {
  const port: Content = probe.port === servicePort ? new Anchored('port', probe.port) : probe.port;
  const how: Readonly<Record<string, Content>> =
    probe.kind === 'http' ? { httpGet: { path: probe.path, port } } : { tcpSocket: { port } };
  const spec = { failureThreshold: 3, initialDelaySeconds: 0, periodSeconds: 10, timeoutSeconds: 1, ...how };
  return {
    liveness: new Anchored('probes', {
      custom: true,
      enabled: true,
      spec: Object.fromEntries(Object.entries(spec).toSorted(([one], [other]) => (one < other ? -1 : 1))),
    }),
    readiness: new Aliased('probes'),
  };
}

/** The port of the Service, as the probes name it where they do. */
function portOf({ request }: Making): Content {
  return request.probe?.port === request.port && request.port !== undefined ? new Aliased('port') : (request.port ?? 0);
}

/** Makes the database and the user of the app before it starts: https://github.com/home-operations/containers/tree/main/apps/postgres-init */
function databaseInit({ request, style }: Making): Content {
  return {
    envFrom: [{ secretRef: { name: databaseInitSecret(style, request.name) } }],
    image: { repository: POSTGRES_INIT.repository, tag: POSTGRES_INIT.tag },
    resources: { limits: { memory: '128Mi' }, requests: { cpu: '10m', memory: '64Mi' } },
    securityContext: request.user === undefined ? securityContext(1000) : new Aliased('securityContext'),
  };
}

const POSTGRES_INIT = {
  repository: 'ghcr.io/home-operations/postgres-init',
  tag: '18@sha256:b6d3af974df781c673d37e49bdddfa14a6f5be28b18d2cb7713f0449bea4057b',
};

/** Variables of the container in plain text, and those that a Secret of an operator holds. */
function environmentOf({ request, style }: Making): Record<string, Content> {
  const env: Record<string, Content> = { ...request.env };
  const from = (secret: string, key: string): Content => ({ valueFrom: { secretKeyRef: { key, name: secret } } });
  if (request.database === 'own') {
    const secret = `${databaseName(request)}-app`;
    const keys = {
      POSTGRES_DB: 'dbname',
      POSTGRES_HOST: 'host',
      POSTGRES_PASSWORD: 'password',
      POSTGRES_PORT: 'port',
      POSTGRES_USER: 'username',
    };
    for (const [variable, key] of Object.entries(keys)) env[variable] = from(secret, key);
  }
  const { redis, s3, smtp } = style.services;
  for (const [name, service] of [
    ['REDIS', redis],
    ['SMTP', smtp],
  ] as const) {
    if (service === undefined || !request.services.some((one) => one === name.toLowerCase())) continue;
    const [host = '', port] = hostOf(style, service.host).split(':');
    env[`${name}_HOST`] = host;
    if (port !== undefined) env[`${name}_PORT`] = port;
  }
  if (s3 !== undefined && request.services.includes('s3')) env.S3_ENDPOINT = `http://${hostOf(style, s3.host)}`;
  if (request.login === 'native' && request.oidcClient === 'pocket-id') {
    const secret = `${request.name}-oidc`;
    env.OIDC_CLIENT_ID = from(secret, 'client_id');
    env.OIDC_CLIENT_SECRET = from(secret, 'client_secret');
    env.OIDC_ISSUER_URL = style.oidcIssuer;
  }
  return Object.fromEntries(Object.entries(env).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Where the values name the ConfigMap of config/, a path of kustomize. */
export const CONFIG_PATH = 'spec/values/persistence/config/name';

/** The name of the ConfigMap that kustomize makes of config/. */
export function configName(app: string): string {
  return `${app}-config`;
}

function persistenceOf({ request }: Making): Content | undefined {
  const { name, volumes, nfs, hasTmp, configs, inlineConfigs } = request;
  const mounted = (files: typeof configs): Content =>
    files.map(({ name: file, mount }) => ({ path: mount, readOnly: true, subPath: file }));
  const entries: [string, Content][] = [
    ...(configs.length === 0
      ? []
      : [
          ['config', { globalMounts: mounted(configs), name: configName(name), type: 'configMap' }] as [
            string,
            Content,
          ],
        ]),
    ...(inlineConfigs.length === 0
      ? []
      : [
          ['inline-config', { globalMounts: mounted(inlineConfigs), identifier: 'config', type: 'configMap' }] as [
            string,
            Content,
          ],
        ]),
    ...volumes.map(({ claim, mount }): [string, Content] => [
      claim === name ? 'data' : claim.replace(`${name}-`, ''),
      { existingClaim: claim, globalMounts: [{ path: mount }] },
    ]),
    ...nfs.map(({ server, path, mount }): [string, Content] => [
      posix
        .basename(mount)
        .toLowerCase()
        .replace(/[^a-z0-9-]+/g, '-'),
      { globalMounts: [{ path: mount }], path, server, type: 'nfs' },
    ]),
    ...(hasTmp ? [['tmp', { globalMounts: [{ path: '/tmp' }], type: 'emptyDir' }] as [string, Content]] : []),
  ];
  return entries.length === 0
    ? undefined
    : Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function serviceOf(making: Making, controller: string): Content {
  const { request } = making;
  const { addresses, host } = request;
  const ports = { http: { port: portOf(making) } };
  if (addresses.length === 0) return { controller, ports };
  const families = addresses.map((one) => (one.includes(':') ? 'IPv6' : 'IPv4'));
  return {
    annotations: {
      'external-dns.alpha.kubernetes.io/hostname': host,
      'lbipam.cilium.io/ips': addresses.join(','),
    },
    controller,
    externalTrafficPolicy: 'Local',
    ipFamilies: families,
    ipFamilyPolicy: families.length === 2 ? 'PreferDualStack' : 'SingleStack',
    ports,
    type: 'LoadBalancer',
  };
}

function valuesRoute(making: Making): Content {
  const { request, style } = making;
  return { app: { hostnames: [request.host ?? ''], parentRefs: [parentRef(style, request.isExternal)] } };
}

/** The gateway of a route; one that is reached from the Internet with its reason, where lint asks for that. */
export function parentRef(style: Style, isExternal: boolean): Content {
  const [namespace = '', name = '', sectionName] = (isExternal ? style.externalGateway : style.gateway).split('/');
  const parent: Content = { name, namespace, sectionName };
  return isExternal && style.reasonedGateways.includes(name)
    ? new Commented('cluster-template: ignore gateway/prefer-internal -- it is for the Internet', parent)
    : parent;
}

/** The names of the Secrets whose keys are variables of the container. */
export function variableSecrets({ request, style }: Making, names: readonly string[]): string[] {
  return names.filter((one) => one === secretName(style, request.name));
}

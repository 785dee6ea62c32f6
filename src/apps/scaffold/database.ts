import { type Making, objectOf } from './flux.ts';
import { databaseName, hostOf, secretName } from './secrets.ts';
import { type Manifest, manifestText } from './yaml.ts';

// A database server of an app, or one by itself.

/**
 * The files of a database server of CloudNativePG: three instances, a copy of the log in an object store at all times and of everything
 * once a day, kept for two weeks: https://cloudnative-pg.io/plugin-barman-cloud/docs/usage/
 */
export function databaseFiles(making: Making): { readonly name: string; readonly text: string }[] {
  return [
    { name: 'cluster.yaml', text: manifestText([cluster(making)]) },
    { name: 'objectstore.yaml', text: manifestText([objectStore(making)]) },
    { name: 'scheduledbackup.yaml', text: manifestText([schedule(making)]) },
  ];
}

function cluster({ request, style }: Making): Manifest {
  const name = databaseName(request);
  const volume = request.kind === 'cnpg-cluster' ? request.volumes[0] : undefined;
  const storageClass = volume?.storageClass ?? style.storageClass;
  const owner = request.name;
  return objectOf(style, 'postgresql.cnpg.io/v1', 'Cluster', {
    metadata: { name },
    spec: {
      bootstrap: { initdb: { database: owner, owner } },
      instances: 3,
      plugins: [
        {
          name: 'barman-cloud.cloudnative-pg.io',
          isWALArchiver: true,
          parameters: { barmanObjectName: `${name}-backup`, serverName: name },
        },
      ],
      resources: { limits: { memory: '1Gi' }, requests: { cpu: '100m', memory: '256Mi' } },
      storage: { size: volume?.size ?? '5Gi', storageClass: storageClass === '' ? undefined : storageClass },
    },
  });
}

function objectStore({ request, style }: Making): Manifest {
  const name = `${databaseName(request)}-backup`;
  const { s3 } = style.services;
  if (s3 === undefined) throw new Error('a database server that nobody backs up was not refused');
  const secret = secretName(style, name);
  return objectOf(style, 'barmancloud.cnpg.io/v1', 'ObjectStore', {
    metadata: { name },
    spec: {
      configuration: {
        data: { compression: 'bzip2' },
        destinationPath: `s3://cloudnative-pg/${request.namespace}`,
        endpointURL: `http://${hostOf(style, s3.host)}`,
        s3Credentials: {
          accessKeyId: { key: 'ACCESS_KEY_ID', name: secret },
          secretAccessKey: { key: 'SECRET_ACCESS_KEY', name: secret },
        },
        wal: { compression: 'bzip2', maxParallel: 4 },
      },
      retentionPolicy: '14d',
    },
  });
}

function schedule({ request, style }: Making): Manifest {
  const name = databaseName(request);
  return objectOf(style, 'postgresql.cnpg.io/v1', 'ScheduledBackup', {
    metadata: { name },
    spec: {
      backupOwnerReference: 'self',
      cluster: { name },
      immediate: true,
      method: 'plugin',
      pluginConfiguration: { name: 'barman-cloud.cloudnative-pg.io' },
      // Seconds come first.
      schedule: '0 0 3 * * *',
    },
  });
}

/** Names of the local files that hold keys and tokens, in the folder `keys` of a ClusterRoot. Git ignores all of them. */
export const CREDENTIAL_FILES = {
  ageKey: 'age.key',
  deployKey: 'github-deploy.key',
  deployKeyPublic: 'github-deploy.key.pub',
  pushToken: 'github-push-token.txt',
  tunnel: 'cloudflare-tunnel.json',
} as const;

/** The name of one of them. */
export type CredentialFile = (typeof CREDENTIAL_FILES)[keyof typeof CREDENTIAL_FILES];

/** How to get a file that is missing. */
export const ORIGINS: Readonly<Record<CredentialFile, string>> = {
  'age.key': 'run `cluster-template init`, or copy the key that this repository was set up with to here',
  'github-deploy.key': 'run `cluster-template init`, or copy the key that this repository was set up with to here',
  'github-deploy.key.pub': 'run `cluster-template init`',
  'github-push-token.txt':
    'run `cluster-template init`, or copy the token that this repository was set up with to here',
  'cloudflare-tunnel.json':
    'run `cloudflared tunnel login`, then `cloudflared tunnel create --credentials-file cloudflare-tunnel.json kubernetes`',
};

export { CREDENTIAL_FILES, type CredentialFile } from './files.ts';
export { type MadeCredential, makeCredentials, type MakeOptions } from './make.ts';
export {
  type AgeKey,
  ageKey,
  deployKey,
  looseCredentials,
  parseAgeKey,
  pushToken,
  readAgeKey,
  readAgeKeyFile,
  readAgeKeyIfPresent,
  readDeployKey,
  readPushToken,
  readTunnel,
} from './read.ts';
export { cloudflareTunnelId, cloudflareTunnelSecret, parseTunnel, type Tunnel } from './tunnel.ts';
export { SAMPLE_RECIPIENT } from './sample.ts';

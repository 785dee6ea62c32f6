export {
  AgeIdentity,
  generateIdentity,
  type KeyKind,
  parseIdentity,
  parseIdentityFile,
  recipientKind,
} from './identities.ts';
export { indentFor, parseRules, requireRule, type Rule, ruleFor, type Rules } from './rules.ts';
export { DEFAULT_SELECTION, type Selection, type Selector, SELECTORS } from './selection.ts';
export { encrypt, type EncryptOptions } from './encrypt.ts';
export { decrypt, type Decrypted, type DecryptOptions, isEncrypted, readSealed } from './decrypt.ts';
export { keepOrEncrypt, type KeepOptions, type Kept } from './encrypt.ts';
export { redact } from './redact.ts';
export { hasMetadata, type Metadata, type Sealed, type WrappedKey } from './metadata.ts';
export type { Branch, Comment, Entry, List, Scalar, Tree, Value } from './tree.ts';
export { Failure, type FailureKind, type Finding, type Place } from '../report/finding.ts';

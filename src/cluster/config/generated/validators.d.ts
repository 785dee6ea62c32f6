// validators.js is made by scripts/compile-schemas.mjs, as part of every build.
import type { ErrorObject } from 'ajv';

interface Validator {
  (value: unknown): boolean;
  errors?: ErrorObject[] | null;
}

export declare const validateCluster: Validator;
export declare const validateNodes: Validator;

// Made by scripts/compile-schemas.mjs; edits are lost.
import type { ErrorObject } from 'ajv';

interface Validator {
  (value: unknown): boolean;
  errors?: ErrorObject[] | null;
}

export declare const validateCluster: Validator;
export declare const validateNodes: Validator;

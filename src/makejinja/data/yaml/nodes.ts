import type { Mark } from '../data-error.ts';

/** A value of a document before it is a value of Python, in the terms of the representation graph of YAML. */
export type Node = ScalarNode | SequenceNode | MappingNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  /** Changed where `=` stands as a key. */
  tag: string;
  readonly text: string;
  readonly mark: Mark;
}

export interface SequenceNode {
  readonly kind: 'sequence';
  readonly tag: string;
  readonly items: Node[];
  readonly mark: Mark;
}

export interface MappingNode {
  readonly kind: 'mapping';
  readonly tag: string;
  /** Changed where merge keys are resolved. */
  entries: (readonly [Node, Node])[];
  readonly mark: Mark;
}

/** Prefix of the tags of YAML's own types, `!!` for short. */
export const CORE_TAGS = 'tag:yaml.org,2002:';

import { type NunjucksNode, nodeClass } from '../nunjucks.ts';

/** The fields of a node, apart from what nunjucks gives every node. */
export type Fields<T extends NunjucksNode> = Omit<T, keyof NunjucksNode>;

interface NodePlace {
  readonly lineno: number;
  readonly colno: number;
}

/** A kind of node: makes nodes of it at the place of a token or of another node. */
export interface NodeKind<T extends NunjucksNode> {
  make(place: NodePlace, fields: Fields<T>): T;
}

/** One of nunjucks' own kinds of node, with its fields. */
export function reuse<T extends NunjucksNode>(name: T['typename']): NodeKind<T> {
  const { fields } = nodeClass(name).prototype as NunjucksNode;
  return kindOf<T>(name, name, fields);
}

/** A kind of node derived from one of nunjucks', with fields of its own. */
export function derive<T extends NunjucksNode>(
  parent: string,
  name: T['typename'],
  fields: readonly (keyof Fields<T> & string)[],
): NodeKind<T> {
  return kindOf<T>(parent, name, fields);
}

function kindOf<T extends NunjucksNode>(parent: string, typename: string, fields: readonly string[]): NodeKind<T> {
  const Kind = class extends nodeClass(parent) {
    /** nunjucks gives each field a value by its position first, one by one. */
    override init(place: NodePlace, given: Fields<T>): void {
      this.lineno = place.lineno;
      this.colno = place.colno;
      Object.assign(this, given);
    }
  };
  // Values, where nunjucks has getters that make them anew: both are asked for at every look at a node.
  Object.defineProperties(Kind.prototype, { typename: { value: typename }, fields: { value: fields } });
  return { make: (place, given) => new Kind(place, given) as unknown as T };
}

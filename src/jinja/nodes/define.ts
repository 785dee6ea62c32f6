import { type NodeClass, type NunjucksNode, nodeClass } from '../nunjucks.ts';

/** The fields of a node, apart from what nunjucks gives every node. */
export type Fields<T extends NunjucksNode> = Omit<T, keyof NunjucksNode>;

/** A kind of node: makes nodes of it at the place of a token or of another node. */
export interface NodeKind<T extends NunjucksNode> {
  readonly type: NodeClass<T>;
  make(place: { readonly lineno: number; readonly colno: number }, fields: Fields<T>): T;
}

/** One of nunjucks' own kinds of node, used as it is. */
export function reuse<T extends NunjucksNode>(name: T['typename']): NodeKind<T> {
  return kindOf<T>(nodeClass(name) as NodeClass<T>);
}

/** A kind of node derived from one of nunjucks', with fields of its own. */
export function derive<T extends NunjucksNode>(
  parent: string,
  name: T['typename'],
  fields: readonly (keyof Fields<T> & string)[],
): NodeKind<T> {
  const Derived = class extends nodeClass(parent) {};
  // nunjucks' own `extend` cannot be used: it assigns `fields`, which is a getter without setter on lists of nodes.
  Object.defineProperties(Derived.prototype, {
    typename: { value: name },
    fields: { value: fields },
  });
  return kindOf<T>(Derived as unknown as NodeClass<T>);
}

function kindOf<T extends NunjucksNode>(type: NodeClass<T>): NodeKind<T> {
  return {
    type,
    make: (place, fields) => Object.assign(new type(place.lineno, place.colno), fields),
  };
}

/** A string that is safe in HTML as it is (MarkupSafe's `Markup`). */
export class Markup {
  readonly value: string;

  constructor(value: string) {
    this.value = value;
  }

  toString(): string {
    return this.value;
  }

  valueOf(): string {
    return this.value;
  }

  toJSON(): string {
    return this.value;
  }
}

/** True for both kinds of Python's `str`. */
export function isText(value: unknown): value is string | Markup {
  return typeof value === 'string' || value instanceof Markup;
}

/** The characters of a text without its being safe. */
export function plain(value: string | Markup): string {
  return typeof value === 'string' ? value : value.value;
}

/** A text of the same kind as `model`: safe if that is. */
export function sameText(model: string | Markup, value: string): string | Markup {
  return typeof model === 'string' ? value : new Markup(value);
}

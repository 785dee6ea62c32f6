declare const secretBrand: unique symbol;

/** The plain text of a secret. The brand keeps it from being taken for a text that may be shown. */
export type SecretText = string & { readonly [secretBrand]: true };

/** A secret as it is written: the text itself, or where to find it. */
export type WrittenSecret = string | { readonly env: string } | { readonly file: string };

/** A field that takes one text or a list of them: an address or a network of each family, or several domains. */
export type OneOrMore = string | readonly string[];

// The program of TypeScript that the check of the types made, for the parser of ESLint, which would make another one.
import tseslint from 'typescript-eslint';

let program;

/** Lets the parser below take this program. */
export function shareProgram(one) {
  program = one;
}

/** typescript-eslint's own parser; with the program of this process where there is one, else as it is set up. */
export const parser = {
  ...tseslint.parser,
  parseForESLint: (text, options) =>
    tseslint.parser.parseForESLint(
      text,
      program === undefined ? options : { ...options, projectService: false, programs: [program] },
    ),
};

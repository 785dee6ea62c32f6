// The programs of TypeScript that the check of the types made, for the parser of ESLint, which would make others.
import tseslint from 'typescript-eslint';

const programs = [];

/** Lets the parser below take this program for the files that are in it. */
export function shareProgram(program) {
  programs.push(program);
}

/** typescript-eslint's own parser; with the programs of this process where there are any, else as it is set up. */
export const parser = {
  ...tseslint.parser,
  parseForESLint: (text, options) =>
    tseslint.parser.parseForESLint(
      text,
      programs.length === 0 ? options : { ...options, projectService: false, programs },
    ),
};

// nunjucks brings no types; `nunjucks.ts` describes what is used of it.
declare module 'nunjucks' {
  const nunjucks: unknown;
  export = nunjucks;
}

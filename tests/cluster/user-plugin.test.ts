import { expect, it } from 'vitest';
import { Plugin } from '../sample/cluster/templates/scripts/plugin.ts';

it("the user's plugin adds nothing until somebody writes into it", () => {
  expect(Plugin()).toEqual({ data: {}, filters: {}, functions: {}, tests: {} });
});

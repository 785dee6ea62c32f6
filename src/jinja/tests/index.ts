export { builtinTests } from './table.ts';

export { builtinFilters } from './table.ts';

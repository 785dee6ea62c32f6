export function changedFiles(root: string): { readonly from: string; readonly names: readonly string[] } | undefined;

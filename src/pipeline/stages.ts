/** The stages of a run of configure, in their order. */
export const CONFIGURE_STAGES = {
  validate: 'Validate cluster.yaml and nodes.yaml',
  keys: 'Look for keys',
  render: 'Render templates',
  check: 'Check manifests',
  encrypt: 'Encrypt secrets',
  compare: 'Compare with the tree',
  write: 'Write changes',
} as const;

import type { Finding } from '../../report/finding.ts';

/** What the doctor looks at, in its order; each can be asked for alone. */
export const AREAS = ['tools', 'configuration', 'keys', 'secrets', 'repository', 'dns'] as const;

/** One of them. */
export type Area = (typeof AREAS)[number];

/** One thing that was looked at. */
export interface Check {
  readonly area: Area;
  /** What was looked at, on one line with what was found where nothing is wrong. */
  readonly subject: string;
  /** What is wrong, or worth knowing; empty where all is well. */
  readonly findings: readonly Finding[];
}

/** How a check ended: by the gravest of its findings. */
export function stateOf({ findings }: Check): 'ok' | 'note' | 'warning' | 'error' {
  const severities = (['error', 'warning', 'note'] as const).filter((severity) =>
    findings.some((finding) => finding.severity === severity),
  );
  return severities[0] ?? 'ok';
}

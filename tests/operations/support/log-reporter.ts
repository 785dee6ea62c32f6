import type { Progress } from '../../../src/report/progress.ts';

/** A reporter that keeps what a log would show: titles, and notes and summaries indented below them. */
export function logReporter(): { readonly reporter: Progress; readonly lines: string[] } {
  const lines: string[] = [];
  const reporter: Progress = {
    async step(title, work) {
      let summary = '';
      const note = (line: string): void => void lines.push(`  ${line}`);
      lines.push(title);
      const result = await work({ live: () => undefined, note, say: (text) => (summary = text) });
      if (summary !== '') note(summary);
      return result;
    },
  };
  return { reporter, lines };
}

import { Exhausted, TemplateError } from '../jinja/index.ts';
import { Failure, type Finding, type Place } from '../report/finding.ts';
import type { InputFile, Inputs } from './inputs.ts';

/** What an error of the engine is to the user: a finding at the line of the template where it arose. */
export function templateFinding(error: unknown, file: InputFile, inputs: Inputs): Finding {
  if (error instanceof Failure && error.findings[0] !== undefined) return error.findings[0];
  if (!(error instanceof TemplateError)) throw error;
  const origin = inputs.files.get(error.template ?? file.name) ?? file;
  const place: Place = {
    file: origin.source,
    ...(error.line === undefined ? {} : { line: error.line }),
    ...(error.column === undefined ? {} : { column: error.column }),
  };
  const sourceLine = error.line === undefined ? undefined : origin.bytes.toString('utf8').split('\n')[error.line - 1];
  const remedy = remedyFor(error);
  return {
    code: 'render/template',
    severity: 'error',
    message: `${error.kind}: ${error.message}${trailOf(error, origin, file)}`,
    ...(remedy === undefined ? {} : { remedy }),
    // What a function or filter of a plugin has to say is better than what the engine makes of it.
    ...insideOf(error.cause),
    place,
    ...(sourceLine === undefined ? {} : { sourceLine: sourceLine.replace(/\r$/, '') }),
  };
}

function remedyFor(error: TemplateError): string | undefined {
  if (error instanceof Exhausted) {
    return `\`${error.bound}\` under [makejinja.limits] in makejinja.toml raises the bound, if the template needs so much`;
  }
  return error.suggestion === undefined ? undefined : `did you mean \`${error.suggestion}\`?`;
}

function insideOf(cause: unknown): Partial<Finding> {
  const inner = cause instanceof Failure ? cause.findings[0] : undefined;
  if (inner === undefined) return {};
  return { code: inner.code, message: inner.message, ...(inner.remedy === undefined ? {} : { remedy: inner.remedy }) };
}

/** A message without the way that led to the mistake: what is left is the same for all who came to it. */
export function withoutTrail(message: string): string {
  return message.replace(/ \(reached from .*\)$/s, '');
}

/** How a template that is not itself the mistake came to it. */
function trailOf(error: TemplateError, origin: InputFile, file: InputFile): string {
  if (origin === file) return '';
  const steps = error.trail.filter(({ template }) => template !== undefined && template !== error.template);
  const names = [...new Set(steps.map(({ template, line }) => `${template ?? ''}:${String(line ?? '?')}`))];
  return ` (reached from ${names.length === 0 ? file.name : names.join(', ')})`;
}

import { CliError } from '../cli-error.ts';

/** How a command tells about its template; docker's commands differ. */
export interface TemplateErrors {
  /** What stands in front of what is wrong with the text. @default `template parsing error` */
  readonly parsing?: string;
  /** What stands in front of what fails when it is executed. @default `template parsing error` */
  readonly executing?: string;
  /** The exit code for a text that is wrong; docker's `inspect` has 64. @default 1 */
  readonly exitCode?: number;
}

const settings = { bare: true, pointer: 'none' } as const;
const DEFAULT = 'template parsing error';

export function invalidTemplate(line: number, message: string, errors: TemplateErrors): CliError {
  const text = `${errors.parsing ?? DEFAULT}: template: :${line}: ${message}`;
  return new CliError('TEMPLATE_INVALID', text, { ...settings, exitCode: errors.exitCode ?? 1 });
}

/** @param place line, column and node, as Go's library writes them: `:1:2: executing "" at <.X>` */
export function failedTemplate(place: string, message: string, errors: TemplateErrors): CliError {
  const text = `${errors.executing ?? DEFAULT}: template: ${place}: ${message}`;
  return new CliError('TEMPLATE_FAILED', text, { ...settings, exitCode: 1 });
}

export function templateLimit(what: string): CliError {
  return new CliError('TEMPLATE_LIMIT', `the template ${what}`, { ...settings, exitCode: 1 });
}

/** What is wrong with a value or a call; the evaluator says where. */
export class Complaint extends Error {
  override readonly name = 'Complaint';
}

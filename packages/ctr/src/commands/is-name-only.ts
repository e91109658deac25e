import { CliError } from '@ctrkit/cli-kit';

/** Whether a name says neither a tag nor a digest; what follows the last slash does. */
export function isNameOnly(name: string): boolean {
  return !/[:@]/.test(name.slice(name.lastIndexOf('/') + 1));
}

/** The error for a tag beside `--all-tags`, in docker's words. */
export function tagWithAllTags(): CliError {
  const settings = { exitCode: 1, bare: true, pointer: 'none' } as const;
  return new CliError('USAGE', "tag can't be used with --all-tags/-a", settings);
}

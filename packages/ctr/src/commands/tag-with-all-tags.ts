import { CliError } from '@ctrkit/cli-kit';

/** The error for a tag beside `--all-tags`, in docker's words. */
export function tagWithAllTags(): CliError {
  const settings = { exitCode: 1, bare: true, pointer: 'none' } as const;
  return new CliError('USAGE', "tag can't be used with --all-tags/-a", settings);
}

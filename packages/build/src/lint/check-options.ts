import { BuildError } from '../build-error.ts';

/** What `# check=` says: which rules are left out, which experimental ones are in, whether a finding is an error. */
export interface CheckOptions {
  readonly skip: ReadonlySet<string> | 'all';
  readonly experimental: ReadonlySet<string> | 'all';
  readonly error: boolean;
}

export const noOptions: CheckOptions = { skip: new Set(), experimental: new Set(), error: false };

const truths: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((word) => [word, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((word) => [word, false] as const),
]);

/**
 * Reads `skip=RULE,RULE;experimental=all;error=true`; what follows a blank is a remark. Throws BuildError ARGUMENT_INVALID.
 * https://docs.docker.com/reference/dockerfile/#check
 */
export function parseCheckOptions(text: string): CheckOptions {
  const [options = ''] = text.trim().split(' ', 1);
  const parts = options === '' ? [] : options.split(';');
  return parts.reduce(withPart, noOptions);
}

function withPart(options: CheckOptions, part: string): CheckOptions {
  const [, name = part, value] = /^([^=]*)=(.*)$/.exec(part) ?? [];
  const key = name.trim();
  if (value === undefined || !['skip', 'experimental', 'error'].includes(key)) {
    throw invalid(`invalid check option ${JSON.stringify(value === undefined ? part : key)}`);
  }
  if (key !== 'error') return { ...options, [key]: rulesOf(value.trim()) };
  const error = truths.get(value.trim());
  if (error === undefined) throw invalid(`failed to parse check option ${JSON.stringify(part)}`);
  return { ...options, error };
}

function rulesOf(value: string): CheckOptions['skip'] {
  return value === 'all' ? 'all' : new Set(value.split(',').map((rule) => rule.trim()));
}

function invalid(message: string): BuildError {
  const hint = 'it takes skip=RULE,…;experimental=RULE,…;error=true';
  return new BuildError('ARGUMENT_INVALID', message, { hint });
}

/** The options with what one instruction's comment adds. */
export function mergeOptions(options: CheckOptions, other: CheckOptions): CheckOptions {
  return {
    skip: union(options.skip, other.skip),
    experimental: union(options.experimental, other.experimental),
    error: options.error,
  };
}

function union(a: CheckOptions['skip'], b: CheckOptions['skip']): CheckOptions['skip'] {
  return a === 'all' || b === 'all' ? 'all' : new Set([...a, ...b]);
}

/** `# check=skip=…` among the comments above an instruction; what is wrong with it is nobody's concern. */
export function optionsInComments(comments: readonly string[]): CheckOptions {
  const found = comments.flatMap((comment) => /^check\s*=\s*(\S.*)$/i.exec(comment)?.[1] ?? []);
  try {
    return parseCheckOptions(found[0] ?? '');
  } catch (error) {
    if (error instanceof BuildError) return noOptions;
    throw error;
  }
}

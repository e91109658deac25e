import { CliError } from '@ctrkit/cli-kit';

/** `KEY=VALUE` of a command line, each once; undefined when there are none. */
export function parseAnnotations(texts: readonly string[]): Record<string, string> | undefined {
  if (texts.length === 0) return undefined;
  const pairs = texts.map((text) => {
    const [key = '', ...value] = text.split('=');
    if (key !== '' && value.length > 0) return [key, value.join('=')] as const;
    throw new CliError('USAGE', `${text}: an annotation is written KEY=VALUE`, { usage: true });
  });
  return Object.fromEntries(pairs);
}

import { CliError } from '@ctrkit/cli-kit';

/** Each value of a flag as `parse` reads it; what that throws becomes an error that names the flag. */
export function given<T>(flag: string, texts: readonly string[], parse: (text: string) => T): T[] {
  return texts.map((text) => {
    try {
      return parse(text);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new CliError('FLAG_VALUE_INVALID', `invalid argument "${text}" for "${flag}": ${why}`, {
        bare: true,
        usage: true,
        cause: error,
      });
    }
  });
}

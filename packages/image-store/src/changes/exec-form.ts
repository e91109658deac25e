/** The strings of a JSON list; undefined for anything else, which a shell is to run. */
export function execForm(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const isList = Array.isArray(value) && value.every((one) => typeof one === 'string');
    return isList ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A command in either form, as it stands in a configuration. */
export function commandOf(text: string): string[] {
  return text === '' ? [] : (execForm(text) ?? ['/bin/sh', '-c', text]);
}

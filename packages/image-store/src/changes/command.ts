import { execForm } from '@ctrkit/oci';

/** A command in either form, as it stands in a configuration. */
export function commandOf(text: string): string[] {
  return text === '' ? [] : (execForm(text) ?? ['/bin/sh', '-c', text]);
}

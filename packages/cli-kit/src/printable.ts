// C0 without tab and newline, DEL, C1, and the marks that reorder a line (CVE-2021-42574).
// oxlint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text from outside (a registry's answer, a label, a file name) made safe to show: what could steer a terminal is
 * written as an escape (`\u001b`). Tab and newline stay.
 */
export function printable(text: string): string {
  return text.replace(unsafe, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same on one line: tab and newline too become escapes. */
export function printableLine(text: string): string {
  return printable(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

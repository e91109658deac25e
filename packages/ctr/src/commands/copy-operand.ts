/** One side of a copy: a path of the host, or of a container. */
export interface CopyOperand {
  readonly container?: string;
  readonly path: string;
}

/**
 * Reads `CONTAINER:PATH` as docker does: what begins with a dot or a slash is a path of the host, whatever colons are
 * in it, and so is what has nothing before its first colon.
 */
export function copyOperand(text: string): CopyOperand {
  const colon = text.indexOf(':');
  if (colon < 1 || /^[./]/.test(text)) return { path: colon === 0 ? text.slice(1) : text };
  return { container: text.slice(0, colon), path: text.slice(colon + 1) };
}

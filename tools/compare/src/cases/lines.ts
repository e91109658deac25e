/** A Dockerfile of these lines. */
export const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`;

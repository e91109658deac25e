/**
 * Lets go first whoever starts a container meanwhile: what the kernel has answered is heard, and it gets its next slow step, which
 * it then takes while we go on.
 */
export const afterOthers = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

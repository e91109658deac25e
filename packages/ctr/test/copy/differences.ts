import type { Answer } from './stage.ts';

/** What of an answer is not docker's, and why. */
export const differences: Readonly<Record<string, { readonly why: string } & Partial<Answer>>> = {};

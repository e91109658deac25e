import type { Controller } from './controller.ts';

/** v1 stops processes by a controller of its own; it has no limits and no counts. */
export const freezer: Controller = {
  names: { 1: 'freezer', 2: undefined },
  settings: () => [],
};

import type { Reference } from '@ctrkit/oci';

/** A repository of a registry. */
export type Repository = Pick<Reference, 'registry' | 'repository'>;

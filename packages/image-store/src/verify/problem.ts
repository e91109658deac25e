import type { Descriptor, Digest, Reference } from '@ctrkit/oci';

/** What can be wrong with what is stored. */
export type ProblemCode =
  /** A blob that an image needs is not there. */
  | 'BLOB_MISSING'
  /** It has another length than its descriptor says. */
  | 'SIZE_WRONG'
  /** Its bytes are not those of its digest. */
  | 'DIGEST_WRONG'
  /** There is a directory, a link or the like in its place. */
  | 'NOT_A_FILE'
  /** A layer, as it should be, that does not decompress to what the image's configuration says. */
  | 'DIFF_ID_WRONG'
  /** A manifest or a configuration, as it should be, that makes no image. */
  | 'IMAGE_INVALID'
  /** Something among the blobs that is no blob. */
  | 'FOREIGN_FILE';

export interface Problem {
  readonly code: ProblemCode;
  /** One line for people. */
  readonly message: string;
  /** The blob; missing for what is none. */
  readonly digest?: Digest;
  readonly path: string;
  /** The images that need it, by name or, nameless, by digest. None: nobody does. */
  readonly images: readonly string[];
  /** What to pull again, `docker.io/library/busybox@sha256:…`; empty where no registry is known. */
  readonly pull: readonly string[];
  /** Why it could not be repaired, where that was tried. */
  readonly repairError?: string;
}

/** A problem with what is needed to repair it. */
export interface FoundProblem extends Problem {
  readonly descriptor?: Descriptor;
  readonly sources: readonly Reference[];
}

/** The codes that new bytes of the same digest put right. */
export const replaceable: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'BLOB_MISSING',
  'SIZE_WRONG',
  'DIGEST_WRONG',
  'NOT_A_FILE',
]);

/** Where what is built goes. */
export type Output =
  /** The image store, under `names`. */
  | { readonly type: 'image' }
  /** The files of the image, into a directory of the host, which is made; what is there of other names stays. */
  | { readonly type: 'local'; readonly directory: string }
  /** The files of the image as a tar archive. */
  | { readonly type: 'tar'; readonly write: WriteBytes }
  /** The image as an archive of an OCI layout, which `docker load` reads too; it is not kept in the store. */
  | { readonly type: 'oci' | 'docker'; readonly write: WriteBytes };

/** Takes the bytes of an archive, which counts only when they have come to their end. */
export type WriteBytes = (bytes: AsyncIterable<Uint8Array>) => Promise<void>;

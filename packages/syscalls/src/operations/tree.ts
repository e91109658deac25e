/**
 * Operations that make, fill, mark and remove files beneath the root. `xattrs` is name, value, name, value, … Paths are relative to it, bytes as they
 * are; a symbolic link or a mount on the way fails the plan. A name that is taken is replaced, a directory with
 * all that is in it; only a directory in the place of a directory keeps its contents and gets the new metadata.
 */
export const treeOperations = {
  /** Makes a directory. Its times stand last (`directory-times`): what is made in it changes them. */
  'make-directory': {
    path: 'str',
    mode: 'u32',
    uid: 'u32',
    gid: 'u32',
    xattrs: 'blobs',
  },
  /** Makes a directory (0755, root) if there is none: a parent that nobody described. */
  'imply-directory': { path: 'str' },
  /** Sets a directory's times. What is no directory any more is left alone. */
  'directory-times': { path: 'str', seconds: 'i64', nanoseconds: 'u32' },
  /** Sets the time of the last change of what is at a path, of a symbolic link its own. */
  'set-modified': { path: 'str', seconds: 'i64', nanoseconds: 'u32' },
  /** Removes extended attributes of what is at a path, of a symbolic link its own. Those that it has not: nothing. */
  'remove-attributes': { path: 'str', names: 'strs' },
  /** Marks a directory as hiding what is below it, by setting that extended attribute to `y`. */
  'mark-opaque': { path: 'str', attribute: 'str' },
  /** Makes a regular file with all of its contents. */
  'make-file': {
    path: 'str',
    mode: 'u32',
    uid: 'u32',
    gid: 'u32',
    xattrs: 'blobs',
    seconds: 'i64',
    nanoseconds: 'u32',
    content: 'bytes',
  },
  /** Begins a regular file, which `data` and `hole` fill in order and `close-file` completes. */
  'open-file': { path: 'str' },
  /**
   * Begins a regular file that takes its name, or the place of another file, as a whole by `close-file`; a directory in
   * its place fails the plan. `anonymous`: until then it has no name where the file system knows such files, so that
   * nothing of it is left should nobody complete it; else it is called `aside`, in the same directory.
   */
  'replace-file': { path: 'str', aside: 'str', anonymous: 'u32' },
  data: { content: 'bytes' },
  /** Leaves a hole of that many bytes. */
  hole: { length: 'u64' },
  /** Ends a file begun by `open-file` or `replace-file`: a size beyond what was written is a hole at its end. */
  'close-file': {
    size: 'u64',
    mode: 'u32',
    uid: 'u32',
    gid: 'u32',
    xattrs: 'blobs',
    seconds: 'i64',
    nanoseconds: 'u32',
  },
  'make-symlink': {
    path: 'str',
    target: 'str',
    uid: 'u32',
    gid: 'u32',
    seconds: 'i64',
    nanoseconds: 'u32',
  },
  /** Makes another name for what is at `target`, itself a path beneath the root. */
  'make-hardlink': { path: 'str', target: 'str' },
  /** Makes a device or a FIFO: `type` is S_IFCHR, S_IFBLK or S_IFIFO. */
  'make-node': {
    path: 'str',
    type: 'u32',
    major: 'u32',
    minor: 'u32',
    mode: 'u32',
    uid: 'u32',
    gid: 'u32',
    seconds: 'i64',
    nanoseconds: 'u32',
  },
  /** Makes an overlay's whiteout: a character device 0:0. */
  'make-whiteout': { path: 'str' },
  /** Removes what is in a directory but for these names. Absent, or no directory: nothing. */
  'empty-directory': { path: 'str', keep: 'strs' },
  /** Opens a directory of the host as a lower layer for `adopt`: the uppermost first. */
  lower: { path: 'str' },
  /**
   * Copies what the lower layers, seen as one, have at a path to the same path of the root, with all metadata; of
   * a directory its metadata only. `opaque` is the name of the attribute that marks a directory as opaque.
   * Absent: nothing, or ENOENT if `required`.
   */
  adopt: { path: 'str', opaque: 'str', required: 'u32' },
  /**
   * From here on other mounts are entered, a directory in the place of something else and the reverse fail the plan
   * (ENOTDIR, EISDIR), and what a directory has keeps its attributes. `follow`: symbolic links on the way, inside the root.
   */
  merge: { follow: 'u32' },
  /** Waits until everything on the root's file system is on its disk. */
  sync: {},
} as const;

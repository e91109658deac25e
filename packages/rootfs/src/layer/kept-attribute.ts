/**
 * Whether an extended attribute of a file or directory is the image's: of the host's own (trusted, system, other
 * security) it has none; least of all overlayfs's.
 */
export function isKeptAttribute(name: string, type: string): boolean {
  if (name.includes('\0') || name.length > 255) return false;
  if (name === 'security.capability') return type === 'file';
  if (!name.startsWith('user.') || name.startsWith('user.overlay.')) return false;
  return type === 'file' || type === 'directory';
}

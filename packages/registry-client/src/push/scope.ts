/** What a token must allow to push to a repository, and to mount from another one of the same registry. */
export function pushScope(repository: string, mountFrom?: string): string {
  const push = `repository:${repository}:pull,push`;
  return mountFrom === undefined ? push : `${push} repository:${mountFrom}:pull`;
}

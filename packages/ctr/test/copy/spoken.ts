// What each engine puts around the same words.
const around = [
  /^time=.*level=error.*\n/gm,
  /^Error response from daemon: /gm,
  /^Error processing tar file\(exit status 1\): /gm,
  /(?<= )\/\S*\/overlay2\/<id>\/merged/g,
  /^ctr: /gm,
  /^hint: .*\n/gm,
];

/** The words of an answer, without whose they are. */
export function spoken(stderr: string): string {
  const bare = around.reduce((text, pattern) => text.replaceAll(pattern, ''), stderr);
  return bare.replaceAll(/\bdocker(?=: | cp\b)/g, 'ctr').replaceAll(/^ctr: /gm, '');
}

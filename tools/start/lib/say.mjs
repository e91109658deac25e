/**
 * One line for people; what a program prints is left to it.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

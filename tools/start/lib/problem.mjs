/** Something that the person at the keyboard can mend: said in one line, without a stack. */
export class Problem extends Error {
  /**
   * @param {string} message
   * @param {string} [output] what a program said before it failed
   */
  constructor(message, output = '') {
    super(message);
    this.output = output;
  }
}

/**
 * Runs the main part of a command and ends with the code that it returns; a Problem becomes one line
 * on stderr, after what the failed program said, and code 1.
 * @param {string} name
 * @param {() => Promise<number>} main
 */
export async function runMain(name, main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.output !== '') process.stderr.write(`${error.output.trimEnd()}\n`);
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exitCode = 1;
  }
}

import { BuildError } from '../build-error.ts';

const CLAUSE = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/;
const ACTION = /([-+=])([rwxXst]*|[ugo])(?=[-+=]|$)/g;

const shifts: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 };
const bits: Readonly<Record<string, number>> = { r: 4, w: 2, x: 1 };

const invalid = (text: string): BuildError =>
  new BuildError('ARGUMENT_INVALID', `invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`); // prettier-ignore

interface Subject {
  readonly mode: number;
  readonly isDirectory: boolean;
}

/** The bits that the letters stand for, for one of u, g, o. */
function lettersFor(who: string, letters: string, { mode, isDirectory }: Subject): number {
  const shift = shifts[who] ?? 0;
  const copied = shifts[letters];
  if (copied !== undefined) return ((mode >> copied) & 7) << shift;
  let result = 0;
  for (const letter of letters) {
    const isExecutable = isDirectory || (mode & 0o111) !== 0;
    if (letter === 'X') result |= isExecutable ? 1 << shift : 0;
    else if (letter === 's') result |= who === 'u' ? 0o4000 : who === 'g' ? 0o2000 : 0;
    else if (letter === 't') result |= 0o1000;
    else result |= (bits[letter] ?? 0) << shift;
  }
  return result;
}

// Of a directory set-id bits stay unless they are named, as with GNU chmod; docker has files only in mind.
function apply(
  subject: Subject,
  who: readonly string[],
  operator: string,
  letters: string,
): number {
  const { mode } = subject;
  const set = who.reduce((sum, one) => sum | lettersFor(one, letters, subject), 0);
  if (operator === '+') return mode | set;
  if (operator === '-') return mode & ~set;
  const cleared = who.reduce((sum, one) => sum | (7 << (shifts[one] ?? 0)), 0);
  return (mode & ~cleared) | set;
}

/**
 * How `--chmod` changes permission bits: octal digits, or clauses as chmod(1) has them (`u=rwx,go=rX`). Throws ARGUMENT_INVALID.
 * https://docs.docker.com/reference/dockerfile/#copy---chown---chmod
 */
export function parseChangeMode(text: string): (subject: Subject) => number {
  if (/^[0-7]{1,5}$/.test(text)) {
    const mode = Number.parseInt(text, 8);
    if (mode <= 0o7777) return () => mode;
  }
  const clauses = text.split(',').map((clause) => CLAUSE.exec(clause));
  if (clauses.some((clause) => clause === null)) throw invalid(text);
  return (subject) =>
    clauses.reduce((mode, clause) => {
      const [, named = '', actions = ''] = clause ?? [];
      const who = named === '' || named.includes('a') ? ['u', 'g', 'o'] : named.split('');
      return [...actions.matchAll(ACTION)].reduce(
        (sum, [, operator = '', letters = '']) =>
          apply({ ...subject, mode: sum }, who, operator, letters),
        mode,
      );
    }, subject.mode);
}

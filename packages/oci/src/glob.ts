import { OciError } from './oci-error.ts';
import { quote } from './quote.ts';

type Letter = (letter: string) => boolean;

/** What follows a star, or the beginning of the pattern: letters that stand next to each other. */
interface Piece {
  readonly afterStar: boolean;
  readonly letters: Letter[];
}

function bad(pattern: string): OciError {
  return new OciError('PATTERN_INVALID', `${quote(pattern)}: syntax error in pattern`, {
    hint: 'as in file names: * and ? for any letters, [a-z] for some, \\ before a plain one',
  });
}

/** Reads a pattern letter by letter. */
class Parser {
  readonly #pattern: string;
  readonly #letters: readonly string[];
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#letters = Array.from(pattern);
  }

  pieces(): Piece[] {
    let last: Piece = { afterStar: false, letters: [] };
    const pieces = [last];
    while (this.#at < this.#letters.length) {
      if (this.#takes('*')) pieces.push((last = { afterStar: true, letters: [] }));
      else last.letters.push(this.#letter());
    }
    // Several stars are as one.
    return pieces.filter(
      ({ afterStar, letters }, at) => !afterStar || letters.length > 0 || at + 1 === pieces.length,
    );
  }

  #takes(letter: string): boolean {
    if (this.#letters[this.#at] !== letter) return false;
    this.#at += 1;
    return true;
  }

  #next(): string {
    const letter = this.#letters[this.#at++];
    if (letter === undefined) throw bad(this.#pattern);
    return letter;
  }

  #letter(): Letter {
    if (this.#takes('?')) return (letter) => letter !== '/';
    if (this.#takes('[')) return this.#class();
    this.#takes('\\');
    const wanted = this.#next();
    return (letter) => letter === wanted;
  }

  #class(): Letter {
    const isNegated = this.#takes('^');
    const ranges: [number, number][] = [];
    while (ranges.length === 0 || !this.#takes(']')) {
      const low = this.#bound();
      ranges.push([low, this.#takes('-') ? this.#bound() : low]);
    }
    return (letter) => {
      const code = letter.codePointAt(0) ?? 0;
      return ranges.some(([low, high]) => low <= code && code <= high) !== isNegated;
    };
  }

  #bound(): number {
    const isEscaped = this.#takes('\\');
    const letter = this.#next();
    if (!isEscaped && (letter === '-' || letter === ']')) throw bad(this.#pattern);
    return letter.codePointAt(0) ?? 0;
  }
}

/** Where the piece ends that begins at a letter of a name; -1 where it does not fit. */
function endOf({ letters }: Piece, name: readonly string[], at: number): number {
  if (at + letters.length > name.length) return -1;
  return letters.every((fits, index) => fits(name[at + index] ?? '')) ? at + letters.length : -1;
}

// A piece is where it fits first, and stays there: Go looks no further, which shows where a class fits a slash.
function findEnd(piece: Piece, name: readonly string[], from: number, isLast: boolean): number {
  for (let at = from; ; at += 1) {
    const end = endOf(piece, name, at);
    if (end >= 0 && (!isLast || end === name.length)) return end;
    if (!piece.afterStar || at >= name.length || name[at] === '/') return -1;
  }
}

/**
 * A test for patterns of names as Go's path.Match has them, and docker with it: `*` and `?` fit anything but `/`,
 * `[a-z]` a letter of a class, `[^a-z]` any other (a `/` too), `\` makes the next letter plain. The whole name has to fit.
 * Throws PATTERN_INVALID. https://pkg.go.dev/path#Match
 */
export function globMatcher(pattern: string): (name: string) => boolean {
  const pieces = new Parser(pattern).pieces();
  return (text) => {
    const name = Array.from(text);
    let at = 0;
    for (const [index, piece] of pieces.entries()) {
      at = findEnd(piece, name, at, index + 1 === pieces.length);
      if (at < 0) return false;
    }
    return at === name.length;
  };
}

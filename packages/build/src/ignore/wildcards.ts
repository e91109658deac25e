import { globMatcher } from '@ctrkit/oci';

/**
 * One step through a path: `places` says after which letters what was matched so far may end, and the answer where it may with
 * this too. All ways at once, so that no pattern, however made, takes longer than its length times the path's.
 */
type Step = (places: readonly boolean[], path: readonly string[]) => boolean[];

const letter =
  (fits: (letter: string) => boolean): Step =>
  (places, path) => [false, ...path.map((each, at) => places[at] === true && fits(each))];

/** What goes on from a place as long as `fits`. */
const run =
  (fits: (letter: string | undefined) => boolean): Step =>
  (places, path) => {
    let isReached = false;
    return places.map((isPlace, at) => (isReached = isPlace || (isReached && fits(path[at - 1]))));
  };

const star = run((each) => each !== '/');
const rest = run(() => true);
/** Any number of directories, each with its slash. */
const directories: Step = (places, path) => {
  const reached = rest(places, path);
  return places.map((isPlace, at) => isPlace || (reached[at] === true && path[at - 1] === '/'));
};

// Stars with the slash behind them, a question mark, a class, an escaped letter, a letter.
const element = /(\*+)(\/?)|(\?)|(\[\^?(?:\\[\s\S]|[^\]\\])+\])|\\([\s\S])|([\s\S])/gu;

// Two stars eat the slash behind them; what is left of an odd number is one star.
function stepsOfStars(stars: string, slash: string, isLast: boolean): Step[] {
  const pairs: Step[] = Array.from({ length: Math.floor(stars.length / 2) }, () => directories);
  if (stars.length % 2 === 0) return isLast ? [...pairs.slice(1), rest] : pairs;
  return [...pairs, star, ...(slash === '' ? [] : [letter((each) => each === '/')])];
}

/** Throws SyntaxError where a range of a class runs backwards: globs allow it, but this is none for docker. */
function classTest(text: string): (letter: string) => boolean {
  for (const [range, low = '', high = ''] of text.matchAll(/\\?([\s\S])-\\?([\s\S])/gu)) {
    if ((low.codePointAt(0) ?? 0) > (high.codePointAt(0) ?? 0)) throw new SyntaxError(range);
  }
  return globMatcher(text);
}

function stepsOf(pattern: string): Step[] {
  return Array.from(pattern.matchAll(element)).flatMap((match) => {
    const [all, stars, slash = '', wildcard, set, escaped, plain = ''] = match;
    if (stars !== undefined) {
      return stepsOfStars(stars, slash, match.index + all.length === pattern.length);
    }
    if (wildcard !== undefined) return letter((each) => each !== '/');
    if (set !== undefined) return letter(classTest(set));
    return letter((each) => each === (escaped ?? plain));
  });
}

/**
 * A test for paths by docker's patterns of ignore files: as globs, and `**` is any number of directories, at the end of the
 * pattern anything. The pattern is one that `globMatcher` takes. Throws SyntaxError.
 */
export function wildcardTest(pattern: string): (path: string) => boolean {
  const steps = stepsOf(pattern);
  return (text) => {
    const path = Array.from(text);
    let places: boolean[] = [true, ...path.map(() => false)];
    for (const step of steps) {
      places = step(places, path);
      if (!places.includes(true)) return false;
    }
    return places.at(-1) === true;
  };
}

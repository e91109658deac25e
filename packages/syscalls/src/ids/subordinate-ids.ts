import { readFileSync } from 'node:fs';

/** Ids that follow each other: `size` of them, from `start` on. */
export interface IdRange {
  readonly start: number;
  readonly size: number;
}

/** Whose ranges are looked for: by name, by number, or by either. */
export interface RangeOwner {
  readonly name?: string | undefined;
  readonly id?: number | undefined;
}

/** All ids but the last, which means none. */
const END_OF_IDS = 0xffff_ffff;

const isNumber = (text: string | undefined): text is string =>
  text !== undefined && /^[0-9]{1,10}$/.test(text);

const isOf = (owner: string | undefined, { name, id }: RangeOwner): boolean =>
  (name !== undefined && owner === name) || (id !== undefined && owner === String(id));

/**
 * The ranges that a text like /etc/subuid gives to somebody, or to anybody, in its order; lines that are not `owner:start:size`, or lead
 * beyond the last id, are passed over, as newuidmap does.
 * https://man7.org/linux/man-pages/man5/subuid.5.html
 */
export function parseSubordinateIds(text: string, wanted?: RangeOwner): IdRange[] {
  return text.split('\n').flatMap((line) => {
    const [owner, first, count, ...rest] = line.split(':');
    if (wanted !== undefined && !isOf(owner, wanted)) return [];
    if (!isNumber(first) || !isNumber(count) || rest.length > 0) return [];
    const [start, size] = [Number(first), Number(count)];
    return size > 0 && start + size <= END_OF_IDS ? [{ start, size }] : [];
  });
}

/** The same of a file; none where it cannot be read. */
export function subordinateIds(file: string, owner?: RangeOwner): IdRange[] {
  try {
    return parseSubordinateIds(readFileSync(file, 'utf8'), owner);
  } catch {
    return [];
  }
}

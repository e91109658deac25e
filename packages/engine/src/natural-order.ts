const partsOf = (text: string): string[] => text.match(/\d+|\D+/g) ?? [];

const isNumber = (part: string): boolean => /^\d/.test(part);

function compareParts(one: string, other: string): number {
  if (!isNumber(one) || !isNumber(other)) return one < other ? -1 : Number(one > other);
  const [first, second] = [BigInt(one), BigInt(other)];
  return first < second ? -1 : Number(first > second);
}

/** Compares names as docker sorts volumes: letters by their bytes, numbers in them by their value. */
export function naturalOrder(one: string, other: string): number {
  const [parts, others] = [partsOf(one), partsOf(other)];
  for (const [index, part] of parts.entries()) {
    const difference = compareParts(part, others[index] ?? '');
    if (difference !== 0) return difference;
  }
  return parts.length - others.length;
}

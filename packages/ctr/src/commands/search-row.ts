import type { Column, ListSettings } from '@ctrkit/cli-kit';
import type { SearchResult } from '@ctrkit/registry-client';

/** A line of `search`, under docker's names of its fields. */
export interface SearchRow {
  readonly Name: string;
  readonly Description: string;
  readonly StarCount: string;
  /** `[OK]` or nothing; in JSON `true` or `false`. */
  readonly IsOfficial: string;
}

const headers = {
  Name: 'NAME',
  Description: 'DESCRIPTION',
  StarCount: 'STARS',
  IsOfficial: 'OFFICIAL',
} as const;

const column = (name: keyof SearchRow): Column<SearchRow> => ({
  header: headers[name],
  value: (row) => row[name],
});

/** How `search` shows its rows. */
export const searchList: Omit<ListSettings<SearchRow>, 'format'> = {
  columns: (['Name', 'Description', 'StarCount', 'IsOfficial'] as const).map(column),
  headers,
  type: '*registry.searchContext',
};

const WIDTH = 45;

function shortened(text: string): string {
  const letters = Array.from(text);
  return letters.length <= WIDTH ? text : `${letters.slice(0, WIDTH - 1).join('')}…`;
}

/** What `search` shows of a result. */
export function searchRow(
  { name, description, stars, isOfficial }: SearchResult,
  { truncate, isJson }: { truncate: boolean; isJson: boolean },
): SearchRow {
  const line = description.replaceAll(/[\n\r]/g, ' ');
  const mark = isOfficial ? '[OK]' : '';
  return {
    Name: name,
    Description: truncate ? shortened(line) : line,
    StarCount: String(stars),
    IsOfficial: isJson ? String(isOfficial) : mark,
  };
}

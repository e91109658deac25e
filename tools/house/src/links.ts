import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { sourceFiles } from './files.ts';

const link = /\[[^\]\n]*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g;

/** Text without what stands in code, where brackets are no links. */
function prose(text: string): string {
  return text.replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, '').replaceAll(/`[^`\n]*`/g, '');
}

/** The anchors of a page, as GitHub and others make them of its headings. */
function anchors(text: string): Set<string> {
  const headings = text.replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, '').matchAll(/^#+ +(.*)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .trim()
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function fault(root: string, page: string, text: string, target: string): string | undefined {
  if (/^[a-z][a-z+.-]*:/i.test(target)) return undefined;
  const [path = '', anchor] = target.split('#');
  const full = path === '' ? join(root, page) : join(root, dirname(page), decodeURI(path));
  if (relative(root, full).startsWith('..')) return 'leads out of the checkout';
  if (!existsSync(full)) return 'does not exist';
  if (anchor === undefined || !full.endsWith('.md') || !statSync(full).isFile()) return undefined;
  const there = anchors(path === '' ? text : readFileSync(full, 'utf8'));
  return there.has(anchor) ? undefined : 'has no such heading';
}

/** Relative links of the Markdown pages that lead nowhere. */
export function brokenLinks(root: string): string[] {
  return sourceFiles(root, /\.md$/).flatMap((page) =>
    [...prose(page.text).matchAll(link)].flatMap(([, target = '']) => {
      const wrong = fault(root, page.path, page.text, target);
      return wrong === undefined ? [] : [`${page.path}: ${target} ${wrong}`];
    }),
  );
}

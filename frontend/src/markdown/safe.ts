import { lexer, type Token } from "marked";

/** Beyond this a text is shown as it is: nobody wrote it to be read, and the parser recurses. */
const MOST_DEPTH = 40;
const MOST_CHARS = 100_000;

/** The parts of a markdown text; null where it is better shown as it is. Nothing of it is HTML. */
export function markdownTokens(text: string): Token[] | null {
  if (text.length > MOST_CHARS || nesting(text) > MOST_DEPTH) return null;
  try {
    return lexer(endLists(text), { gfm: true, breaks: true });
  } catch {
    return null;
  }
}

/** Where a link may lead; null for what is no plain address (`javascript:` and its like). */
export function safeLink(href: string): string | null {
  try {
    const { protocol } = new URL(href);
    return ["https:", "http:", "mailto:"].includes(protocol) ? href : null;
  } catch {
    return null;
  }
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

/** Marked escapes what it takes for HTML's sake; React does that itself. */
export function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}

/** The text with each list ended where a line stands at the margin again, which markdown takes for the last item's. */
function endLists(text: string): string {
  let inList = false;
  let inCode = false;
  const lines = text.split("\n").map((line) => {
    if (/^\s*(?:```|~~~)/.test(line)) inCode = !inCode;
    const isItem = /^\s*(?:[-*+]|\d{1,9}[.)])\s/.test(line);
    const ends = inList && !inCode && !isItem && /^\S/.test(line);
    inList = isItem || (inList && !ends && line.trim() !== "");
    return ends ? `\n${line}` : line;
  });
  return lines.join("\n");
}

/** How deep quotes, lists and brackets may be nested: an upper bound, cheap to find. */
function nesting(text: string): number {
  let most = 0;
  for (const line of text.split("\n")) {
    const quotes = /^[\s>*+-]*/.exec(line)?.[0].replace(/\s/g, "").length ?? 0;
    const indent = (/^ */.exec(line)?.[0].length ?? 0) / 2;
    const brackets = (line.match(/\[/g)?.length ?? 0) / 4;
    most = Math.max(most, quotes > 3 && /^[*\s-]+$/.test(line) ? 0 : quotes, indent, brackets);
  }
  return most;
}

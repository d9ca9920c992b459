import type { Token, Tokens } from "marked";
import { Fragment, memo, type ReactNode, useMemo } from "react";
import { CodeBlock } from "./CodeBlock.tsx";
import { markdownTokens, safeLink, unescaped } from "./safe.ts";

/** A reply's markdown as React elements. HTML in it is shown as text: there is nothing to sanitise. */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  const tokens = useMemo(() => markdownTokens(text), [text]);
  if (tokens === null) {
    return (
      <p dir="auto" className="whitespace-pre-wrap">
        {text}
      </p>
    );
  }
  return <div className="flex flex-col gap-2">{blocks(tokens)}</div>;
});

function blocks(tokens: Token[] | undefined): ReactNode {
  return tokens?.map((token, index) => (
    <Fragment key={keyOf(token, index)}>{block(token)}</Fragment>
  ));
}

function block(token: Token): ReactNode {
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "heading":
      return (
        <p dir="auto" className="mt-2 font-semibold first:mt-0">
          {inline(token.tokens)}
        </p>
      );
    case "list":
      return <List list={token as Tokens.List} />;
    case "blockquote":
      return (
        <blockquote className="border-s-2 border-line ps-4 text-soft">
          {blocks(token.tokens)}
        </blockquote>
      );
    case "code":
      return <CodeBlock text={token.text} language={(token as Tokens.Code).lang ?? ""} />;
    case "table":
      return <Table table={token as Tokens.Table} />;
    case "hr":
      return <hr className="border-line" />;
    case "html":
      return (
        <p dir="auto" className="whitespace-pre-wrap">
          {token.raw.trimEnd()}
        </p>
      );
    default:
      return <p dir="auto">{inlineOrText(token)}</p>;
  }
}

function inline(tokens: Token[] | undefined): ReactNode {
  return tokens?.map((token, index) => (
    <Fragment key={keyOf(token, index)}>{span(token)}</Fragment>
  ));
}

function span(token: Token): ReactNode {
  switch (token.type) {
    case "strong":
      return <strong className="font-semibold">{inline(token.tokens)}</strong>;
    case "em":
      return <em>{inline(token.tokens)}</em>;
    case "del":
      return <del>{inline(token.tokens)}</del>;
    case "codespan":
      return <code className="rounded-sm bg-shade px-1 font-mono text-[0.9em]">{token.text}</code>;
    case "br":
      return <br />;
    case "link":
      return <Link href={token.href} label={inline(token.tokens)} />;
    case "image":
      // Nothing is loaded from elsewhere: the picture is a link.
      return <Link href={token.href} label={token.text || token.href} />;
    case "html":
      return token.raw;
    default:
      return inlineOrText(token);
  }
}

function Link({ href, label }: { href: string; label: ReactNode }) {
  const safe = safeLink(href);
  if (safe === null) return <>{label}</>;
  return (
    <a
      href={safe}
      target="_blank"
      rel="noopener noreferrer nofollow"
      className="text-accent underline underline-offset-2"
    >
      {label}
    </a>
  );
}

function List({ list }: { list: Tokens.List }) {
  const items = list.items.map((item, index) => (
    <li key={keyOf(item, index)} dir="auto" className="ps-1">
      {item.task && <span aria-hidden="true">{item.checked ? "☑ " : "☐ "}</span>}
      {item.task && <span className="sr-only">{item.checked ? "Done: " : "Open: "}</span>}
      {item.tokens.map((token, at) => (
        <Fragment key={keyOf(token, at)}>
          {token.type === "text" ? span(token) : token.type !== "checkbox" && block(token)}
        </Fragment>
      ))}
    </li>
  ));
  if (!list.ordered) return <ul className="list-disc ps-6 marker:text-soft">{items}</ul>;
  return (
    <ol start={Number(list.start) || 1} className="list-decimal ps-6 marker:text-soft">
      {items}
    </ol>
  );
}

function Table({ table }: { table: Tokens.Table }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="overflow-x-auto" aria-label="Table" tabIndex={0}>
      <table className="border-collapse text-start">
        <thead>
          <tr>
            {table.header.map((cell, index) => (
              <th key={keyOf(cell, index)} className="border border-line px-2 py-1 text-start">
                {inline(cell.tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={keyOf({ raw: "row" }, index)}>
              {row.map((cell, at) => (
                <td key={keyOf(cell, at)} className="border border-line px-2 py-1">
                  {inline(cell.tokens)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Parts of a text have no name but their place; a stream only adds behind. */
function keyOf(token: object, index: number): string {
  return `${"type" in token ? token.type : "cell"}-${index}`;
}

function inlineOrText(token: Token): ReactNode {
  if ("tokens" in token && token.tokens !== undefined) return inline(token.tokens);
  return unescaped(textOf(token));
}

function textOf(token: Token): string {
  return "text" in token ? String(token.text) : token.raw;
}

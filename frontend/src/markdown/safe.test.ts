import assert from "node:assert/strict";
import { test } from "node:test";
import { markdownTokens, safeLink, unescaped } from "./safe.ts";

test("only plain addresses are links", () => {
  assert.equal(safeLink("https://example.com/a"), "https://example.com/a");
  assert.equal(safeLink("mailto:ann@example.com"), "mailto:ann@example.com");
  for (const bad of [
    "javascript:alert(1)",
    " JaVaScript:alert(1)",
    "data:text/html,x",
    "//x",
    "/x",
  ]) {
    assert.equal(safeLink(bad), null, bad);
  }
});

test("what nobody wrote to be read is no markdown: the parser would recurse", () => {
  for (const text of [">", "[", "- ", "  "]) {
    assert.equal(markdownTokens(`${text.repeat(400)}x`), null, text);
  }
});

test("plain markdown is markdown", () => {
  for (const text of ["> quoted\n> twice", "- a\n  - b\n    - c", "---", "[a](b) ".repeat(20)]) {
    assert.notEqual(markdownTokens(text), null, text);
  }
});

test("a line at the margin behind a list is no part of its last item", () => {
  const kinds = (text: string) =>
    markdownTokens(text)
      ?.map((token) => token.type)
      .filter((type) => type !== "space");

  assert.deepEqual(kinds("It could be one of these:\n1. Buy milk\n2. Call Ann\nWhich one?"), [
    "paragraph",
    "list",
    "paragraph",
  ]);
  assert.deepEqual(kinds("- a\n  goes on\n- b"), ["list"]);
  assert.deepEqual(kinds("```\n- a\nb\n```"), ["code"]);
});

test("escapes of the parser are undone once", () => {
  assert.equal(unescaped("&lt;b&gt; &amp;amp; &quot;"), '<b> &amp; "');
});

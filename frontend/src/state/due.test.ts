import assert from "node:assert/strict";
import { test } from "node:test";
import { dueFrom, saidDue, whenWords } from "./due.ts";

const NOW = new Date(2026, 10, 28, 12, 0); // a Saturday
const on = (day: number, month = 10, year = 2026, hour = 0) => new Date(year, month, day, hour);

test("days near by have names, and those far away a date", () => {
  const words = [on(28), on(29), on(27), on(3, 11), on(4, 11), on(5, 11), on(5, 0, 2027)];

  assert.deepEqual(
    words.map((due) => whenWords(due, true, NOW)),
    ["today", "tomorrow", "yesterday", "Thursday", "Friday", "5 Dec", "5 Jan 2027"],
  );
});

test("a time of day is told where there is one", () => {
  assert.equal(whenWords(on(29, 10, 2026, 17), false, NOW), "tomorrow, 17:00");
});

test("what a tool was told is shown as a day, or in its own words", () => {
  assert.equal(saidDue("2026-11-29", NOW), "tomorrow");
  assert.equal(saidDue("next Friday", NOW), "next Friday");
  assert.equal(saidDue("none", NOW), null);
  assert.equal(saidDue(undefined, NOW), null);
});

test("a day without a time is all day, and no day is no date", () => {
  assert.equal(dueFrom("2026-11-29", ""), "2026-11-29");
  assert.equal(dueFrom("", ""), null);
  assert.equal(dueFrom("2026-11-29", "17:00"), on(29, 10, 2026, 17).toISOString());
});

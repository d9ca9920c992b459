import type { KeyboardEvent } from "react";

const STEPS: Record<string, (at: number, count: number) => number> = {
  ArrowDown: (at, count) => Math.min(at + 1, count - 1),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** Arrow keys move the focus between the parts of a list that are marked `data-item`. */
export function moveByArrows(event: KeyboardEvent<HTMLElement>): void {
  const step = STEPS[event.key];
  const from = (event.target as HTMLElement).closest<HTMLElement>("[data-item]");
  if (step === undefined || from === null || from !== event.target) return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-item]")];
  const to = items[step(items.indexOf(from), items.length)];
  event.preventDefault();
  to?.focus();
}

/** Before a part of a list goes, its neighbour gets the focus; the last one's, the list's field. */
export function leaveItem(event: { currentTarget: Element }): void {
  const list = event.currentTarget.closest<HTMLElement>("[data-list]");
  const row = event.currentTarget.closest("li");
  if (list === null || row === null) return;
  const near = row.nextElementSibling ?? row.previousElementSibling;
  const next =
    near?.querySelector<HTMLElement>("[data-item]") ??
    list.querySelector<HTMLElement>("input:not([type=radio])");
  next?.focus();
}

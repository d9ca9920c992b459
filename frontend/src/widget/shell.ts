import { keepOpen } from "../state/kept.ts";
import { Store } from "../state/store.ts";
import type { Visit } from "./visit.ts";

/** Where the panel fills the screen, and what is behind it cannot be reached. */
export const FULL = "(max-width: 40rem), (max-height: 30rem)";

/** Whether the panel is open. Nothing is asked of the server before it was. */
export class Shell extends Store<{ isOpen: boolean }> {
  readonly visit: Visit;
  /** Whether somebody has opened it: then the focus goes in. */
  isAsked = false;
  /** Where the focus was, and goes back to. */
  openedFrom: Element | null = null;
  /** Whether the focus was in the panel when it closed, or nowhere since it filled the screen. */
  hadFocus = false;

  constructor(visit: Visit) {
    super({ isOpen: false });
    this.visit = visit;
  }

  /** Opens it; unasked only beside the page, and never in front of it. */
  open({ isAsked = true } = {}): void {
    if (this.get().isOpen || (!isAsked && window.matchMedia(FULL).matches)) return;
    this.isAsked = isAsked;
    this.openedFrom = document.activeElement;
    this.set({ isOpen: true });
    keepOpen(true);
    const { status } = this.visit.get();
    if (status !== "in" && status !== "starting") void this.visit.start();
  }

  close(): void {
    this.set({ isOpen: false });
    keepOpen(false);
  }
}

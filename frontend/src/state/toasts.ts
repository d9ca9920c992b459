import { failureFrom } from "../api/failure.ts";
import { Store } from "./store.ts";

export interface Toast {
  id: number;
  text: string;
  isBad: boolean;
  action: { label: string; run: () => void } | null;
}

/** Short notes at the foot of the page; the last few, until they are put away or have been read. */
export class Toasts extends Store<{ toasts: Toast[] }> {
  private last = 0;

  constructor() {
    super({ toasts: [] });
  }

  say(text: string, action: Toast["action"] = null, isBad = false): void {
    const toast = { id: ++this.last, text, isBad, action };
    this.set({ toasts: [...this.get().toasts.slice(-2), toast] });
  }

  dismiss(id: number): void {
    this.set({ toasts: this.get().toasts.filter((toast) => toast.id !== id) });
  }

  /** Does something, and says so where it cannot be done; tells whether it was. */
  async attempt(work: Promise<void>): Promise<boolean> {
    try {
      await work;
      return true;
    } catch (error) {
      const failure = failureFrom(error);
      if (failure.status !== 401) this.say(failure.message, null, true);
      return false;
    }
  }
}

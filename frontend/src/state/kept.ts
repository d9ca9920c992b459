/** What the browser keeps for this tab: drafts, and a message that is on its way. */

export interface Outgoing {
  /** Names the turn: sent again, it is the same turn. */
  key: string;
  userId: string;
  conversationId: string | null;
  text: string;
}

const outgoingOf = (userId: string, conversationId: string | null) =>
  `taskchat.outgoing.${userId}.${conversationId ?? "new"}`;

export function keepOutgoing({ userId, conversationId, ...rest }: Outgoing): void {
  const kept = JSON.stringify({ userId, conversationId, ...rest });
  write(sessionStorage, outgoingOf(userId, conversationId), kept);
}

export function dropOutgoing({ userId, conversationId }: Outgoing): void {
  write(sessionStorage, outgoingOf(userId, conversationId), null);
}

/** What was on its way when the conversation was left. */
export function keptOutgoing(userId: string, conversationId: string | null): Outgoing | null {
  return read<Outgoing>(sessionStorage, outgoingOf(userId, conversationId));
}

const draftOf = (userId: string, conversationId: string | null) =>
  `taskchat.draft.${userId}.${conversationId ?? "new"}`;

export function keepDraft(userId: string, conversationId: string | null, text: string): void {
  write(sessionStorage, draftOf(userId, conversationId), text || null);
}

export function keptDraft(userId: string, conversationId: string | null): string {
  try {
    return sessionStorage.getItem(draftOf(userId, conversationId)) ?? "";
  } catch {
    return "";
  }
}

/** What was written while a new conversation had no id yet. */
export function moveDraft(userId: string, conversationId: string): void {
  keepDraft(userId, conversationId, keptDraft(userId, null));
  keepDraft(userId, null, "");
}

/** Whoever comes after a sign-out finds nothing of what was written here. */
export function forgetDrafts(): void {
  forget(sessionStorage, () => true);
}

/** Somebody's account is deleted: nothing of theirs stays in this browser. */
export function forgetPerson(userId: string): void {
  forgetDrafts();
  forget(localStorage, (name) => name.endsWith(`.${userId}`) || name === KNOWN);
}

/** Somebody is here on a page that tells of no sign-out: what others wrote is nothing to them. */
export function forgetOthers(userId: string): void {
  const isOthers = (name: string) =>
    /^taskchat\.(draft|outgoing)\./.test(name) && !name.includes(`.${userId}.`);
  forget(sessionStorage, isOthers);
}

/** Forgets what a widget has kept on this site. */
export function forgetEverything(): void {
  forgetDrafts();
  forget(localStorage, (name) => name.startsWith("taskchat.widget."));
}

const conversationOf = (userId: string) => `taskchat.widget.${userId}`;

/** The conversation that somebody has on a host page, for all tabs of this browser. */
export function keptConversation(userId: string): string | null {
  return read<string>(localStorage, conversationOf(userId));
}

export function keepConversation(userId: string, conversationId: string | null): void {
  const kept = conversationId === null ? null : JSON.stringify(conversationId);
  write(localStorage, conversationOf(userId), kept);
}

const OPEN = "taskchat.widget.open";

/** Whether somebody left the widget open in this tab; null where they have done neither. */
export function keptOpen(): boolean | null {
  return read<boolean>(sessionStorage, OPEN);
}

export function keepOpen(isOpen: boolean): void {
  write(sessionStorage, OPEN, JSON.stringify(isOpen));
}

const seenOf = (userId: string) => `taskchat.seen.${userId}`;

/** When each conversation was last looked at, for all tabs of this browser. */
export function keptSeen(userId: string): Record<string, string> {
  return read<Record<string, string>>(localStorage, seenOf(userId)) ?? {};
}

export function keepSeen(userId: string, seen: Record<string, string>): void {
  write(localStorage, seenOf(userId), JSON.stringify(seen));
}

const KNOWN = "taskchat.known";

/** Whether somebody has signed in with this browser before. */
export function keepKnown(): void {
  write(localStorage, KNOWN, "yes");
}

export function isKnown(): boolean {
  try {
    return localStorage.getItem(KNOWN) !== null;
  } catch {
    return false;
  }
}

function read<T>(storage: Storage, name: string): T | null {
  try {
    return JSON.parse(storage.getItem(name) ?? "null") as T | null;
  } catch {
    return null;
  }
}

function forget(storage: Storage, isMeant: (name: string) => boolean): void {
  try {
    for (const name of Object.keys(storage)) {
      if (name.startsWith("taskchat.") && isMeant(name)) storage.removeItem(name);
    }
  } catch {
    // Nothing was kept.
  }
}

/** A browser that keeps nothing (private, full) loses the comfort, and works. */
function write(storage: Storage, name: string, text: string | null): void {
  try {
    if (text === null) storage.removeItem(name);
    else storage.setItem(name, text);
  } catch {
    // Nothing to do about it.
  }
}

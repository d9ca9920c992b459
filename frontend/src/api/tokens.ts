import { Failure, UNREACHABLE } from "./failure.ts";

/** Where bearer tokens come from. */
export interface TokenSource {
  /** A token that has not ended; null where nobody is signed in. @throws Failure */
  token(): Promise<string | null>;
  /** Gets another one, after the server refused the last; false where there is none. */
  renew(): Promise<boolean>;
}

const SPARE_S = 30;

/** Tokens that somebody else makes, asked for when they are about to end and kept in memory alone. */
export class HeldTokens implements TokenSource {
  /** Called when a token is of another user than the one before. */
  onOther: () => void = () => undefined;
  private readonly source: () => Promise<string | null>;
  private held: string | null = null;
  private owner: string | null = null;
  private asking: Promise<string | null> | null = null;

  constructor(source: () => Promise<string | null>) {
    this.source = source;
  }

  async token(): Promise<string | null> {
    if (this.held !== null && endOf(this.held) - SPARE_S > Date.now() / 1000) return this.held;
    return await this.askOnce();
  }

  async renew(): Promise<boolean> {
    return (await this.askOnce()) !== null;
  }

  private askOnce(): Promise<string | null> {
    this.asking ??= this.ask().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  private async ask(): Promise<string | null> {
    this.held = (await this.source()) || null;
    const before = this.owner;
    this.owner = (this.held === null ? null : ownerOf(this.held)) ?? before;
    if (before === null || this.owner === before) return this.held;
    // What was about to be asked was meant in another's name. Told when this asking is over, since
    // whoever hears of it asks for a token.
    setTimeout(() => this.onOther());
    throw new Failure("Somebody else is signed in now.", 401);
  }
}

/**
 * A token in the form `{"token": …}`, asked for with the cookies of whoever gives it.
 *
 * @returns null where nobody is signed in there.
 * @throws Failure
 */
export async function tokenFrom(url: string): Promise<string | null> {
  let answer: Response;
  try {
    answer = await fetch(url, { credentials: "include", cache: "no-store" });
  } catch {
    throw new Failure(UNREACHABLE);
  }
  if (answer.status === 401 || answer.status === 403) return null;
  if (!answer.ok) {
    throw new Failure(`Who you are could not be found out (${answer.status}).`, answer.status);
  }
  const body: unknown = await answer.json().catch(() => null);
  const token = (body as { token?: unknown } | null)?.token;
  return typeof token === "string" ? token : null;
}

/** When a token ends, in seconds since 1970; without a readable end it is asked for each time. */
export function endOf(token: string): number {
  const end = claimsOf(token).exp;
  return typeof end === "number" ? end : 0;
}

/** Whose a token is, as the server reads it; null where that cannot be read. */
function ownerOf(token: string): string | null {
  const { iss, sub, user_id, userId, id } = claimsOf(token);
  const subject = sub ?? user_id ?? userId ?? id;
  return subject === undefined ? null : JSON.stringify([iss, subject]);
}

function claimsOf(token: string): Record<string, unknown> {
  try {
    const claims = (token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    return JSON.parse(atob(claims)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

import { Failure, UNREACHABLE } from "./failure.ts";

/** Where bearer tokens come from. */
export interface TokenSource {
  /** A token that has not ended; null where nobody is signed in. @throws Failure */
  token(): Promise<string | null>;
  /** Gets another one, after the server refused the last; false where there is none. */
  renew(): Promise<boolean>;
}

const SPARE_S = 30;

/** Tokens of an outside issuer, asked for with the issuer's own cookies and kept in memory alone. */
export class IssuerTokens implements TokenSource {
  private readonly url: string;
  private held: string | null = null;
  private asking: Promise<string | null> | null = null;

  constructor(url: string) {
    this.url = url;
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
    let answer: Response;
    try {
      answer = await fetch(this.url, { credentials: "include", cache: "no-store" });
    } catch {
      throw new Failure(UNREACHABLE);
    }
    this.held = answer.ok ? ((await answer.json()) as { token?: string }).token || null : null;
    return this.held;
  }
}

/** When a token ends, in seconds since 1970; without a readable end it is asked for each time. */
export function endOf(token: string): number {
  try {
    const claims = (token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    const end: unknown = (JSON.parse(atob(claims)) as { exp?: unknown }).exp;
    return typeof end === "number" ? end : 0;
  } catch {
    return 0;
  }
}

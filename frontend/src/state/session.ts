import { Client, type Profile } from "../api/client.ts";
import { type Failure, failureFrom } from "../api/failure.ts";
import { HeldTokens, tokenFrom } from "../api/tokens.ts";
import type { Config } from "../config.ts";
import { forgetPerson, isKnown, keepKnown } from "./kept.ts";
import { Store } from "./store.ts";

export const MIN_PASSWORD = 8;

/** For programs, or for people to read. */
export type ExportForm = "json" | "text";

export interface SessionState {
  /**
   * `expired`: somebody was signed in and is not any more; what is on show stays.
   * `gone`: somebody's account was deleted a moment ago.
   */
  status: "starting" | "out" | "in" | "expired" | "gone" | "unreachable";
  user: Profile | null;
  failure: Failure | null;
}

/** Who uses the page. */
export class Session extends Store<SessionState> {
  readonly config: Config;
  client: Client;
  private readonly byCookie = new Client();
  private readonly issuerTokens: HeldTokens | null;

  constructor(config: Config) {
    super({ status: "starting", user: null, failure: null });
    this.config = config;
    this.client = this.byCookie;
    this.watch(this.byCookie);
    const url = config.token_url;
    this.issuerTokens = url === null ? null : new HeldTokens(() => tokenFrom(url));
    if (this.issuerTokens !== null) this.issuerTokens.onOther = () => void this.start();
  }

  /** Finds out who is there: by our cookie, else by the outside issuer's token. */
  async start(): Promise<void> {
    const clients = this.config.accounts ? [this.byCookie] : [];
    if (this.issuerTokens !== null) clients.push(new Client("", this.issuerTokens));
    for (const client of clients) {
      try {
        await this.enter(client);
        return;
      } catch (error) {
        const failure = failureFrom(error);
        if (failure.status !== 401) {
          this.set({ status: "unreachable", failure });
          return;
        }
      }
    }
    if (this.get().user === null) this.set({ status: "out" });
  }

  /** @throws Failure */
  async signIn(email: string, password: string): Promise<void> {
    await this.byCookie.ask("post", "/auth/sign-in", { body: { email, password } });
    await this.enter(this.byCookie);
  }

  /** @throws Failure */
  async signUp(email: string, password: string): Promise<void> {
    await this.byCookie.ask("post", "/auth/sign-up", { body: { email, password } });
    await this.enter(this.byCookie);
  }

  /**
   * Sets another password. The server ends every session by that; here a new one begins.
   *
   * @throws Failure with 401 where `current` is wrong.
   */
  async changePassword(current: string, next: string): Promise<void> {
    await this.byCookie.ask("post", "/auth/password", { body: { current, new: next } });
    try {
      await this.signIn(this.get().user?.email ?? "", next);
    } catch {
      // It is changed all the same: whoever is here signs in by hand.
      this.set({ status: "expired" });
    }
  }

  /** A file of all that is stored of whoever is here. @throws Failure */
  async everything(format: ExportForm): Promise<Response> {
    return await this.client.fetch("get", "/api/v1/users/me/export", { query: { format } });
  }

  /**
   * Deletes the account and all that is in it at the server; `gone` then shows it.
   *
   * @param password asked for where our cookie speaks for its user.
   * @throws Failure with 401 where the password is wrong.
   */
  async deleteAccount(password: string): Promise<void> {
    const { client } = this;
    // A wrong password is no session that has ended, and whatever is asked beside this is refused soon.
    client.onSignedOut = () => undefined;
    try {
      await client.ask("delete", "/api/v1/users/me", this.isLocal ? { body: { password } } : {});
    } catch (error) {
      this.watch(client);
      // If it has ended all the same, this is how the page learns of it.
      if (failureFrom(error).status === 401) {
        await client.ask("get", "/api/v1/users/me").catch(() => undefined);
      }
      throw error;
    }
  }

  /** The account of whoever was here is deleted, from here or from another tab. */
  gone(): void {
    const { user } = this.get();
    if (user !== null) forgetPerson(user.id);
    this.set({ status: "gone", user: null });
  }

  /** Ends the session at the server; `leave` then shows it. @throws Failure where it may go on. */
  async signOut(): Promise<void> {
    try {
      await this.client.ask("post", "/auth/sign-out");
    } catch (error) {
      if (failureFrom(error).status !== 401) throw error;
    }
  }

  /** Whoever was here is gone for good: somebody else may sign in. */
  leave(): void {
    this.set({ status: "out", user: null });
  }

  /** Whether the page's own cookie speaks for the user, so that we can end the session. */
  get isLocal(): boolean {
    return this.client === this.byCookie;
  }

  get isKnownBrowser(): boolean {
    return isKnown();
  }

  private async enter(client: Client): Promise<void> {
    const user = await client.ask("get", "/api/v1/users/me");
    this.client = client;
    this.watch(client);
    keepKnown();
    this.set({ status: "in", user, failure: null });
  }

  private watch(client: Client): void {
    client.onSignedOut = () => {
      if (this.get().status === "in") this.set({ status: "expired" });
    };
  }
}

import { Client } from "../api/client.ts";
import { type Failure, failureFrom } from "../api/failure.ts";
import type { HeldTokens } from "../api/tokens.ts";
import { Chat } from "../state/chat.ts";
import { forgetOthers, keepConversation, keptConversation } from "../state/kept.ts";
import { News } from "../state/news.ts";
import { Store } from "../state/store.ts";

export interface VisitState {
  /** `out`: the host page knows nobody. What was on show before stays on show. */
  status: "idle" | "starting" | "in" | "out" | "failed";
  chat: Chat | null;
  failure: Failure | null;
}

/** A conversation that is not there for this user (any more). */
const GONE: ReadonlySet<number> = new Set([400, 403, 404]);

/** Somebody on a host page, and the conversation that they have here. */
export class Visit extends Store<VisitState> {
  private readonly client: Client;
  private readonly news = new News();
  private asking = 0;

  /** @param server the origin that the widget came from. */
  constructor(server: string, tokens: HeldTokens) {
    super({ status: "idle", chat: null, failure: null });
    this.client = new Client(server, tokens);
    this.client.onSignedOut = () => {
      if (this.get().status === "in") this.set({ status: "out" });
    };
    tokens.onOther = () => {
      this.leave();
      void this.start();
    };
    this.news.listen((item, isFromHere) => {
      const { chat } = this.get();
      if (item.about !== "conversation" || isFromHere) return;
      if (chat?.get().conversationId === item.id) void chat.refresh();
    });
  }

  /** Finds out who is there, and goes on where they were. */
  async start(): Promise<void> {
    const asked = ++this.asking;
    this.set({ status: "starting" });
    try {
      const user = await this.client.ask("get", "/api/v1/users/me");
      if (asked !== this.asking) return;
      forgetOthers(user.id);
      this.set({ status: "in", failure: null });
      await this.goOn(user.id);
    } catch (error) {
      if (asked !== this.asking) return;
      const failure = failureFrom(error);
      this.set({ status: failure.status === 401 ? "out" : "failed", failure });
    }
  }

  async beginAnew(): Promise<void> {
    const { chat } = this.get();
    if (chat === null) return;
    keepConversation(chat.userId, null);
    await chat.open(null);
  }

  /** Shows nothing any more, and hears nothing. */
  close(): void {
    this.leave();
    this.news.close();
  }

  private leave(): void {
    this.asking++;
    this.get().chat?.close();
    this.set({ status: "idle", chat: null, failure: null });
  }

  private async goOn(userId: string): Promise<void> {
    const { chat } = this.get();
    if (chat?.userId === userId) {
      await (chat.get().outgoing === null ? chat.refresh() : chat.resend());
      return;
    }
    chat?.close();
    const next = new Chat(this.client, this.news, userId);
    next.onBegun = (id) => keepConversation(userId, id);
    this.set({ chat: next });
    await next.open(keptConversation(userId));
    if (GONE.has(next.get().loadFailure?.status ?? 0)) await this.beginAnew();
  }
}

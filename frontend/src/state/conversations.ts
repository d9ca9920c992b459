import type { Client, Conversation } from "../api/client.ts";
import { type Failure, failureFrom } from "../api/failure.ts";
import { keepSeen, keptSeen } from "./kept.ts";
import type { News } from "./news.ts";
import { Store } from "./store.ts";

const PAGE = 30;
const ONE = "/api/v1/chat/conversations/{conversation_id}";

export interface ConversationsState {
  /** The latest first. */
  conversations: Conversation[];
  next: string | null;
  query: string;
  isLoading: boolean;
  failure: Failure | null;
  /** By conversation: the time of the last message that was looked at. */
  seen: Record<string, string>;
}

/** The list of conversations. */
export class Conversations extends Store<ConversationsState> {
  private readonly client: Client;
  private readonly news: News;
  private readonly userId: string;
  private asking = 0;

  constructor(client: Client, news: News, userId: string) {
    super({
      conversations: [],
      next: null,
      query: "",
      isLoading: true,
      failure: null,
      seen: keptSeen(userId),
    });
    this.client = client;
    this.news = news;
    this.userId = userId;
  }

  /** Reads as much of the list as is on show anew. */
  async reload(): Promise<void> {
    const shown = this.get().conversations.length;
    await this.read(Math.min(Math.max(PAGE, shown), 100), null);
  }

  async more(): Promise<void> {
    const { next, isLoading } = this.get();
    if (next !== null && !isLoading) await this.read(PAGE, next);
  }

  async search(query: string): Promise<void> {
    this.set({ query });
    await this.read(PAGE, null);
  }

  /** @throws Failure */
  async rename(id: string, title: string): Promise<void> {
    await this.client.ask("patch", ONE, { params: { conversation_id: id }, body: { title } });
    this.changed(id);
  }

  /** @throws Failure */
  async remove(id: string): Promise<void> {
    await this.client.ask("delete", ONE, { params: { conversation_id: id } });
    this.set({ conversations: this.get().conversations.filter((one) => one.id !== id) });
    this.changed(id);
  }

  /** @throws Failure */
  async restore(id: string): Promise<void> {
    await this.client.ask("post", `${ONE}/restore`, { params: { conversation_id: id } });
    this.changed(id);
  }

  /** All that is in a conversation has been looked at. */
  markSeen(id: string | null): void {
    const found = this.get().conversations.find((one) => one.id === id);
    if (id === null || !found?.last_message_at) return;
    // Read anew: another tab may have looked at another one.
    const seen = { ...keptSeen(this.userId), [id]: found.last_message_at };
    keepSeen(this.userId, seen);
    this.set({ seen });
  }

  seenElsewhere(): void {
    this.set({ seen: keptSeen(this.userId) });
  }

  private changed(id: string): void {
    this.news.tell({ about: "conversation", id });
  }

  private async read(limit: number, before: string | null): Promise<void> {
    const asked = ++this.asking;
    const { query: q } = this.get();
    this.set({ isLoading: true });
    try {
      const query = { limit, before, q, sort: "updated" };
      const page = await this.client.ask("get", "/api/v1/chat/conversations", { query });
      if (asked !== this.asking) return;
      const shown = before === null ? [] : this.get().conversations;
      const conversations = [...shown, ...page.conversations];
      this.set({ conversations, next: page.next, isLoading: false, failure: null });
      this.noteUnknown(page.conversations, before === null && q === "");
    } catch (error) {
      if (asked === this.asking) this.set({ isLoading: false, failure: failureFrom(error) });
    }
  }

  /** What is new at the top of the list is unread; what was there before this browser came, is not. */
  private noteUnknown(conversations: Conversation[], isTop: boolean): void {
    const seen = keptSeen(this.userId);
    const isFirst = Object.keys(seen).length === 0;
    const unknown = conversations.filter((one) => seen[one.id] === undefined);
    if (unknown.length === 0) return;
    for (const one of unknown) seen[one.id] = isTop && !isFirst ? "" : (one.last_message_at ?? "");
    keepSeen(this.userId, seen);
    this.set({ seen });
  }
}

export function isUnread(one: Conversation, seen: Record<string, string>): boolean {
  const looked = seen[one.id];
  return looked !== undefined && (one.last_message_at ?? "") > looked;
}

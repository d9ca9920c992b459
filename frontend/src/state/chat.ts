import type { Client, Message } from "../api/client.ts";
import { type Failure, failureFrom } from "../api/failure.ts";
import type { TurnEvent } from "../api/sse.ts";
import { follow, pause } from "./follow.ts";
import { dropOutgoing, keepOutgoing, keptOutgoing, moveDraft, type Outgoing } from "./kept.ts";
import type { News } from "./news.ts";
import { announced, isReplyOf, newKey, questionOf, withoutFailure } from "./question.ts";
import { Store } from "./store.ts";
import { advance, hasEnded, type LiveTurn, newTurn } from "./turn.ts";

export const MOST_CHARS = 5_000;
const PAGE = 50;
const RETRIES = 4;
const MESSAGES = "/api/v1/chat/conversations/{conversation_id}/messages";

export interface ChatState {
  conversationId: string | null;
  /** Oldest first. */
  messages: Message[];
  /** The cursor of what is older; null where there is nothing. */
  older: string | null;
  isLoading: boolean;
  /** Why the conversation cannot be shown. */
  loadFailure: Failure | null;
  /** The last turn, while it runs, or where it came to no good end. */
  live: LiveTurn | null;
  /** Whether somebody has asked for the live turn to stop. */
  isStopping: boolean;
  /** A message that the server has not taken yet. */
  outgoing: Outgoing | null;
  /** Why it was not sent; null while it is on its way. */
  sendFailure: Failure | null;
  isConnected: boolean;
  /** What a screen reader is told. */
  announcement: string;
}

/** Whether a reply is coming, or a message on its way. */
export function isAnswering({ live, outgoing, sendFailure }: ChatState): boolean {
  return (live !== null && !hasEnded(live)) || (outgoing !== null && sendFailure === null);
}

const EMPTY: ChatState = {
  conversationId: null,
  messages: [],
  older: null,
  isLoading: false,
  loadFailure: null,
  live: null,
  isStopping: false,
  outgoing: null,
  sendFailure: null,
  isConnected: true,
  announcement: "",
};

/** One conversation on show: its messages, and the turn that runs in it. */
export class Chat extends Store<ChatState> {
  /** Called when a new conversation has got its id. */
  onBegun: (conversationId: string) => void = () => undefined;
  readonly userId: string;
  private readonly client: Client;
  private readonly news: News;
  private work = new AbortController();
  /** The reading of the conversation: what is sent meanwhile goes out after it. */
  private reading: Promise<boolean> = Promise.resolve(true);

  constructor(client: Client, news: News, userId: string) {
    super(EMPTY);
    this.client = client;
    this.news = news;
    this.userId = userId;
  }

  /** Shows a conversation, or a new one. A message that was on its way there goes on. */
  async open(conversationId: string | null): Promise<void> {
    this.work.abort();
    this.work = new AbortController();
    const outgoing = keptOutgoing(this.userId, conversationId);
    this.set({ ...EMPTY, conversationId, outgoing, isLoading: conversationId !== null });
    const { signal } = this.work;
    const isNew = conversationId === null;
    this.reading = isNew ? Promise.resolve(true) : this.load(conversationId, signal);
    if (!(await this.reading) || signal.aborted) return;
    if (outgoing !== null) await this.deliver(outgoing, signal);
  }

  /** Shows nothing any more, and hears nothing. */
  close(): void {
    this.work.abort();
  }

  /** Reads the conversation again, for what was said elsewhere. */
  async refresh(): Promise<void> {
    const { conversationId, live, outgoing } = this.get();
    const isBusy = outgoing !== null || (live !== null && !hasEnded(live));
    if (conversationId === null || isBusy) return;
    this.reading = this.load(conversationId, this.work.signal);
    await this.reading;
  }

  async send(text: string): Promise<void> {
    const { conversationId } = this.get();
    const outgoing = { key: newKey(), userId: this.userId, conversationId, text };
    keepOutgoing(outgoing);
    this.set({ live: withoutFailure(this.get().live), outgoing });
    const { signal } = this.work;
    await this.reading;
    if (!signal.aborted) await this.deliver(outgoing, signal);
  }

  /** Sends what was not sent once more: the same key, so it is the same turn. */
  async resend(): Promise<void> {
    const { outgoing, sendFailure } = this.get();
    if (outgoing !== null && sendFailure !== null) await this.deliver(outgoing, this.work.signal);
  }

  /** Takes back what was not sent, and gives its text. */
  takeBack(): string {
    const { outgoing } = this.get();
    if (outgoing !== null) dropOutgoing(outgoing);
    this.set({ outgoing: null, sendFailure: null });
    return outgoing?.text ?? "";
  }

  async stop(): Promise<void> {
    const { live, outgoing } = this.get();
    if (live === null ? outgoing === null : hasEnded(live)) return;
    this.set({ isStopping: true });
    if (live !== null) await this.cancel(live.id);
  }

  /** Lets a turn that has failed go on. */
  async retry(): Promise<void> {
    const { live } = this.get();
    if (live === null) return;
    const signal = this.work.signal;
    const failed = live.failure;
    this.set({ live: { ...live, phase: "running", failure: null } });
    try {
      const params = { turn_id: live.id };
      await this.client.ask("post", "/api/v1/chat/turns/{turn_id}/retry", { params, signal });
      await this.run(live.id, null, signal);
    } catch (error) {
      if (signal.aborted) return;
      const words = failureFrom(error).message;
      const failure = { error_code: "", retryable: true, ...failed, error_message: words };
      this.set({ live: { ...live, phase: "failed", failure } });
    }
  }

  async loadOlder(): Promise<void> {
    const { conversationId, older, messages, isLoading } = this.get();
    if (conversationId === null || older === null || isLoading) return;
    const { signal } = this.work;
    this.set({ isLoading: true });
    try {
      const params = { conversation_id: conversationId };
      const query = { limit: PAGE, before: older };
      const page = await this.client.ask("get", MESSAGES, { params, query, signal });
      const more = page.messages.toReversed();
      this.set({ messages: [...more, ...messages], older: page.next, isLoading: false });
    } catch {
      if (!signal.aborted) this.set({ isLoading: false });
    }
  }

  private async load(conversationId: string, signal: AbortSignal): Promise<boolean> {
    try {
      const params = { conversation_id: conversationId };
      const query = { limit: PAGE };
      const page = await this.client.ask("get", MESSAGES, { params, query, signal });
      const messages = page.messages.toReversed();
      const { messages: shown, older, outgoing } = this.get();
      // What was read above the latest page stays.
      const above = shown.findIndex((one) => one.id === messages[0]?.id);
      this.set({
        messages: above > 0 ? [...shown.slice(0, above), ...messages] : messages,
        older: above > 0 ? older : page.next,
        isLoading: false,
        loadFailure: null,
        live: null,
      });
      if (outgoing === null) await this.catchUp(messages.at(-1)?.turn_id, signal);
      return true;
    } catch (error) {
      if (!signal.aborted) this.set({ isLoading: false, loadFailure: failureFrom(error) });
      return false;
    }
  }

  /** The last turn may run still, or have come to no good end; its events tell. */
  private async catchUp(turnId: string | undefined, signal: AbortSignal): Promise<void> {
    if (turnId === undefined) return;
    const params = { turn_id: turnId };
    const asked = { params, signal };
    const turn = await this.client.ask("get", "/api/v1/chat/turns/{turn_id}", asked);
    if (turn.status === "completed") return;
    void this.run(turnId, null, signal);
  }

  private async deliver(outgoing: Outgoing, signal: AbortSignal): Promise<void> {
    this.set({ sendFailure: null });
    const { key, text, conversationId } = outgoing;
    for (let tries = 0; ; tries++) {
      try {
        const answer = await this.client.fetch("post", "/api/chat", {
          headers: { Accept: "text/event-stream", "Idempotency-Key": key },
          body: { message: text, conversation_id: conversationId },
          signal,
        });
        await this.run(answer.headers.get("Turn-Id") ?? "", answer.body, signal);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const failure = failureFrom(error);
        if (failure.status !== 0 || tries >= RETRIES || this.get().isStopping) {
          this.set({ sendFailure: failure, isStopping: false });
          return;
        }
        await pause(500 * 2 ** tries, signal);
        if (signal.aborted) return;
      }
    }
  }

  /** Follows a turn to its end. */
  private async run(
    turnId: string,
    stream: ReadableStream<Uint8Array> | null,
    signal: AbortSignal,
  ): Promise<void> {
    const { client } = this;
    const before = this.get().live;
    let live = before?.id === turnId ? { ...before, phase: "running" as const } : newTurn(turnId);
    if (stream === null) this.showLive(live);
    const onConnection = (isConnected: boolean) => this.set({ isConnected });
    const after = live.lastEvent;
    try {
      for await (const event of follow({ client, turnId, after, stream, signal, onConnection })) {
        live = advance(live, event);
        this.show(live, event);
      }
    } catch (error) {
      if (signal.aborted) return;
      const lost = failureFrom(error);
      const failure = { error_code: "", error_message: lost.message, retryable: true };
      if (this.get().outgoing !== null) this.set({ sendFailure: lost });
      else this.showLive({ ...live, phase: "failed", failure });
    }
    if (!signal.aborted) this.set({ isConnected: true, isStopping: false });
  }

  private show(live: LiveTurn, event: TurnEvent): void {
    if (event.name === "turn.started") this.begun(live, event.data.conversation_id);
    this.showLive(live);
    if (event.name === "tool.returned") this.news.tell({ about: "tasks" });
    if (!hasEnded(live)) return;
    const message = "message" in event.data ? event.data.message : undefined;
    const { messages, conversationId } = this.get();
    const others = messages.filter((old) => !isReplyOf(live.id, old));
    this.set({
      messages: message === undefined ? others : [...others, message],
      live: live.phase === "completed" ? null : live,
      announcement: announced(live, message),
    });
    if (conversationId !== null) this.news.tell({ about: "conversation", id: conversationId });
  }

  /** The server has stored the message: it is no longer on its way. */
  private begun(live: LiveTurn, conversationId: string): void {
    const { outgoing, isStopping, conversationId: shown } = this.get();
    if (outgoing !== null) {
      dropOutgoing(outgoing);
      if (shown === null) moveDraft(this.userId, conversationId);
      const question = questionOf(live.id, conversationId, outgoing.text);
      const messages = this.get().messages.filter((old) => old.turn_id !== live.id);
      this.set({ outgoing: null, messages: [...messages, question], conversationId });
      this.set({ announcement: "Taskchat is answering." });
      if (shown === null) this.onBegun(conversationId);
      this.news.tell({ about: "conversation", id: conversationId });
    }
    if (isStopping) void this.cancel(live.id);
  }

  private async cancel(turnId: string): Promise<void> {
    const params = { turn_id: turnId };
    try {
      await this.client.ask("post", "/api/v1/chat/turns/{turn_id}/cancel", { params });
    } catch {
      this.set({ isStopping: false });
    }
  }

  /** What the turn tells stands in place of what it was stored with before. */
  private showLive(live: LiveTurn): void {
    const messages = this.get().messages.filter((old) => !isReplyOf(live.id, old));
    this.set({ live, messages });
  }
}

import type { Client } from "./api/client.ts";
import { Chat } from "./state/chat.ts";
import { Conversations } from "./state/conversations.ts";
import { forgetDrafts } from "./state/kept.ts";
import { News } from "./state/news.ts";
import { goTo, replaceRoute, routedConversation } from "./state/route.ts";
import type { SessionState } from "./state/session.ts";
import { Tasks } from "./state/tasks.ts";
import { Toasts } from "./state/toasts.ts";

const LOOK_MS = 30_000;

/** All that one user has in front of them, and how its parts hear of each other. */
export class Desk {
  readonly news = new News();
  readonly toasts = new Toasts();
  readonly chat: Chat;
  readonly conversations: Conversations;
  readonly tasks: Tasks;
  private hasEnded = false;

  constructor(client: Client, userId: string) {
    this.chat = new Chat(client, this.news, userId);
    this.conversations = new Conversations(client, this.news, userId);
    this.tasks = new Tasks(client, this.news, userId);
    this.chat.onBegun = replaceRoute;
  }

  /** Shows what the address names, and keeps up with what happens; gives what ends that. */
  begin(firstWords: string): () => void {
    const stopListening = this.news.listen((item, isFromHere) => {
      if (item.about === "tasks") void this.tasks.reload();
      if (item.about === "conversation") void this.conversationChanged(item.id, isFromHere);
      if (item.about === "session" && !isFromHere) {
        forgetDrafts();
        location.reload();
      }
    });
    const onRoute = () => void this.chat.open(routedConversation()).then(() => this.markSeen());
    const onLook = () => {
      if (isVisible()) this.lookAgain();
    };
    const onSeen = () => this.conversations.seenElsewhere();
    window.addEventListener("hashchange", onRoute);
    window.addEventListener("storage", onSeen);
    document.addEventListener("visibilitychange", onLook);
    const timer = setInterval(onLook, LOOK_MS);
    void this.conversations.reload().then(() => this.markSeen());
    void this.tasks.reload();
    if (firstWords === "") onRoute();
    else {
      goTo(null);
      void this.chat.send(firstWords);
    }
    return () => {
      stopListening();
      window.removeEventListener("hashchange", onRoute);
      window.removeEventListener("storage", onSeen);
      document.removeEventListener("visibilitychange", onLook);
      clearInterval(timer);
      this.chat.close();
      this.news.close();
    };
  }

  /** When an ended session goes on, what was not sent goes out, and everything is read anew. */
  sessionIs(status: SessionState["status"]): void {
    const goesOn = this.hasEnded && status === "in";
    this.hasEnded = status === "expired";
    if (!goesOn) return;
    if (this.chat.get().outgoing !== null) void this.chat.resend();
    else void this.chat.refresh();
    this.lookAgain();
  }

  private lookAgain(): void {
    void this.conversations.reload().then(() => this.markSeen());
    void this.tasks.reload();
  }

  private async conversationChanged(id: string, isFromHere: boolean): Promise<void> {
    if (!isFromHere && id === this.chat.get().conversationId) void this.chat.refresh();
    const isShown = id === this.chat.get().conversationId && isVisible();
    await this.conversations.reload();
    if (isShown) this.conversations.markSeen(id);
  }

  private markSeen(): void {
    if (isVisible()) this.conversations.markSeen(this.chat.get().conversationId);
  }
}

function isVisible(): boolean {
  return document.visibilityState === "visible";
}

/** What others on this page, and in other tabs, may want to know. */
export type NewsItem =
  | { about: "conversation"; id: string }
  | { about: "tasks" }
  | { about: "session" }
  | { about: "gone"; userId: string };

/** Tells the parts of this page and the browser's other tabs that something has changed. */
export class News {
  private readonly channel = new BroadcastChannel("taskchat");
  private readonly listeners = new Set<(item: NewsItem, isFromHere: boolean) => void>();

  constructor() {
    this.channel.onmessage = ({ data }: MessageEvent<NewsItem>) => this.pass(data, false);
  }

  tell(item: NewsItem): void {
    this.pass(item, true);
    this.channel.postMessage(item);
  }

  listen(listener: (item: NewsItem, isFromHere: boolean) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.channel.close();
  }

  private pass(item: NewsItem, isFromHere: boolean): void {
    for (const listener of [...this.listeners]) listener(item, isFromHere);
  }
}

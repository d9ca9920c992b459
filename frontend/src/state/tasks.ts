import type { Client, Task } from "../api/client.ts";
import { type Failure, failureFrom } from "../api/failure.ts";
import type { News } from "./news.ts";
import { Store } from "./store.ts";

const PAGE = 100;
const MOST = 500;
const ALL = "/api/{user_id}/tasks";
const ONE = "/api/{user_id}/tasks/{task_id}";

export type Filter = "pending" | "completed" | "all";

export interface TaskChanges {
  title?: string;
  description?: string | null;
  priority?: Task["priority"];
  due_at?: string | null;
}

export interface TasksState {
  tasks: Task[];
  /** How many the whole list has. */
  total: number;
  limit: number;
  filter: Filter;
  isLoading: boolean;
  failure: Failure | null;
}

/** The to-do list. */
export class Tasks extends Store<TasksState> {
  private readonly client: Client;
  private readonly news: News;
  private readonly userId: string;
  private asking = 0;

  constructor(client: Client, news: News, userId: string) {
    const nothing = { tasks: [], total: 0, limit: PAGE, failure: null };
    super({ ...nothing, filter: "pending", isLoading: true });
    this.client = client;
    this.news = news;
    this.userId = userId;
  }

  async reload(): Promise<void> {
    const asked = ++this.asking;
    const { filter: status, limit } = this.get();
    try {
      const params = { user_id: this.userId };
      const query = { status, limit };
      const [tasks, headers] = await this.client.askWithHeaders("get", ALL, { params, query });
      if (asked !== this.asking) return;
      const total = Number(headers.get("X-Total-Count") ?? tasks.length);
      this.set({ tasks, total, isLoading: false, failure: null });
    } catch (error) {
      if (asked === this.asking) this.set({ isLoading: false, failure: failureFrom(error) });
    }
  }

  async show(filter: Filter): Promise<void> {
    this.set({ filter, limit: PAGE, isLoading: true });
    await this.reload();
  }

  async more(): Promise<void> {
    this.set({ limit: Math.min(this.get().limit + PAGE, MOST) });
    await this.reload();
  }

  /** @throws Failure */
  async add(title: string): Promise<void> {
    await this.client.ask("post", ALL, { params: { user_id: this.userId }, body: { title } });
    this.changed();
  }

  /** Shown at once, and taken back where the server refuses. @throws Failure */
  async complete(id: number, completed: boolean): Promise<void> {
    const { tasks } = this.get();
    this.set({ tasks: tasks.map((task) => (task.id === id ? { ...task, completed } : task)) });
    try {
      const asked = { params: this.named(id), body: { completed } };
      await this.client.ask("patch", `${ONE}/complete`, asked);
    } finally {
      this.changed();
    }
  }

  /** @throws Failure */
  async change(id: number, changes: TaskChanges): Promise<void> {
    await this.client.ask("patch", ONE, { params: this.named(id), body: changes });
    this.changed();
  }

  /** @throws Failure */
  async remove(id: number): Promise<void> {
    await this.client.ask("delete", ONE, { params: this.named(id) });
    this.changed();
  }

  /** @throws Failure */
  async restore(id: number): Promise<void> {
    await this.client.ask("post", `${ONE}/restore`, { params: this.named(id) });
    this.changed();
  }

  private named(id: number): Record<string, string | number> {
    return { user_id: this.userId, task_id: id };
  }

  private changed(): void {
    this.news.tell({ about: "tasks" });
  }
}
